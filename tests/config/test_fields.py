import pytest

from canary_guard.config.fields import parse_answers
from canary_guard.config.wording import RefusedError
from canary_guard.model.estimate import Undetermined
from canary_guard.model.plan import Answer
from tests.config.texts import OUTSIDE, errors_of, plan_of


def test_one_answer_is_for_every_kind() -> None:
    assert parse_answers("fail") == dict.fromkeys(Undetermined, Answer.FAIL)


def test_answers_by_kind() -> None:
    assert parse_answers("exposure=pass, data=fail") == {
        Undetermined.EXPOSURE: Answer.PASS,
        Undetermined.DATA: Answer.FAIL,
    }
    assert parse_answers("warm-up=pass") == {Undetermined.WARM_UP: Answer.PASS}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("exposre=pass", "unknown kind `exposre`; did you mean `exposure`?"),
        ("data=ok", "unknown answer `ok`"),
        ("pas", "did you mean `pass`?"),
        ("data=pass,data=fail", "`data` is answered twice"),
        ("", "expected `pass`, `fail`, or answers by kind"),
        ({"data": "pass"}, "found a section of keys"),
    ],
)
def test_what_is_no_answer(raw: object, message: str) -> None:
    with pytest.raises(RefusedError) as raised:
        parse_answers(raw)
    assert message in str(raised.value)


def test_step_and_warm_up_know_words() -> None:
    assert plan_of(OUTSIDE + "step: auto\nwarmup: off\n").times.step is None
    assert plan_of(OUTSIDE + "step: 30s\nwarmup: 2m\n").times.step == 30_000
    assert errors_of(OUTSIDE + "step: automatic\nwarmup: on\n") == [
        "canary-guard.yaml:11:7: `step`: expected a duration such as `10m`, found `automatic`",
        "canary-guard.yaml:12:9: `warmup`: expected a duration such as `10m`, found `on`",
    ]
