import pytest

from canary_guard.errors import ConfigError
from canary_guard.model.signal import Matcher, MatchOperator, Selection
from canary_guard.model.window import Arm
from canary_guard.sources.matching import arm_of, labels_of, matches
from tests.builders import a_selection, equal


def matcher(text: str) -> Matcher:
    operator = next(one for one in ("=~", "!~", "!=", "=") if one in text)
    label, value = text.split(operator, 1)
    return Matcher(label=label, operator=MatchOperator(operator), value=value)


@pytest.mark.parametrize(
    ("selector", "labels", "expected"),
    [
        ("track=stable", {"track": "stable"}, True),
        ("track=stable", {"track": "canary"}, False),
        ("track=stable", {}, False),
        ("track!=stable", {}, True),
        ("track!=stable", {"track": "stable"}, False),
        ("track=~sta.*", {"track": "stable"}, True),
        ("track=~tab", {"track": "stable"}, False),
        ("track=~stable|canary", {"track": "canary-2"}, False),
        ("track!~sta.*", {"track": "stable"}, False),
        ("track!~sta", {"track": "stable"}, True),
        ("track=~a.c", {"track": "a\nc"}, True),
    ],
)
def test_a_matcher_means_what_prometheus_means(selector: str, labels: dict[str, str], expected: bool) -> None:
    assert matches((matcher(selector),), labels) is expected


@pytest.mark.parametrize("selector", ["track=", "track=~", "track=~|x", "track=~.*", "track!~x"])
def test_an_absent_label_is_the_empty_string(selector: str) -> None:
    assert matches((matcher(selector),), {})
    assert matches((matcher(selector),), {"track": ""})


def test_every_matcher_must_hold() -> None:
    selector = (equal("track", "stable"), equal("pod", "a"))
    assert matches(selector, {"track": "stable", "pod": "a", "more": "x"})
    assert not matches(selector, {"track": "stable", "pod": "b"})
    assert matches((), {"anything": "x"})


def test_a_regular_expression_that_cannot_be_read_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match=r'`track=~"\(sta"` is not a regular expression'):
        matches((matcher("track=~(sta"),), {"track": "stable"})


def test_an_arm_is_the_one_whose_selector_holds() -> None:
    assert arm_of(a_selection(), {"track": "stable"}) is Arm.BASELINE
    assert arm_of(a_selection(), {"track": "canary"}) is Arm.CANARY
    assert arm_of(a_selection(), {"track": "shadow"}) is None
    assert arm_of(Selection(everything=(equal("namespace", "shop"),)), {"track": "stable"}) is None


def test_overlapping_arms_are_refused_with_the_labels() -> None:
    select = Selection(
        everything=(equal("namespace", "shop"),), baseline=(matcher("track!=canary"),), canary=(equal("pod", "a"),)
    )
    with pytest.raises(ConfigError) as caught:
        arm_of(select, {"track": "stable", "pod": "a"})
    assert str(caught.value).startswith(
        'the arms overlap: {pod="a", track="stable"} satisfies both `select.baseline` (track!="canary") and '
        '`select.canary` (pod="a"), and a fleet compared with itself always passes'
    )


def test_labels_are_named_once_and_sorted() -> None:
    assert labels_of((equal("b", "1"), equal("a", "1")), None, (equal("a", "2"),)) == ("a", "b")
    assert labels_of(None) == ()
