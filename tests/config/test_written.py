"""Every part of a plan can be told to differ, and a secret cannot."""

from dataclasses import fields, replace

import pytest
from pydantic import SecretStr

from canary_guard.config.written import asked, beside, condition
from canary_guard.model.cause import CausePattern, Explanations, QuestionId, QuestionPattern
from canary_guard.model.estimate import Levels, Minimum, Undetermined
from canary_guard.model.measure import BoundUnit, Cost, CostKind
from canary_guard.model.plan import (
    Answer,
    Cache,
    Capacity,
    Compare,
    ExitPlan,
    Mode,
    Plan,
    PrometheusPlan,
    RecordingPlan,
    TimePlan,
)
from canary_guard.model.publishing import GrafanaPlan, WebhookPlan
from canary_guard.model.rule import All, Any, Bound, LevelCondition, LimitSide, Not, Severity
from canary_guard.model.signal import Counter, Increase, NoData, Scope, Signal
from canary_guard.model.window import View
from tests.builders import START, a_plan, a_rule, a_selection, drops, equal, in_any_stratum, rises

PATTERN = CausePattern(
    id="x", title="X", likely=rises("miss_rate", "10%"), ruled_out=rises("miss_rate", "5%"), advice="none"
)

ASKED: dict[str, dict[str, object]] = {
    "select.all": {"select": replace(a_selection(), everything=())},
    "select.baseline": {"select": replace(a_selection(), baseline=None)},
    "select.canary": {"select": replace(a_selection(), canary=(equal("track", "next"),))},
    "select.shared": {"select": replace(a_selection(), shared=(equal("cache", "redis-1"),))},
    "signals.hits": {"signals": (Signal(name="hits", reads=Counter(metric="other")), *a_plan().signals[2:])},
    "unit": {"unit": "instance"},
    "strata": {"strata": "key_pattern"},
    "compare": {"compare": Compare.CONCURRENT},
    "window": {"times": TimePlan(now=START, window=300_000)},
    "step": {"times": TimePlan(now=START, step=15_000)},
    "settle": {"times": TimePlan(now=START, settle=0)},
    "scrape_interval": {"times": TimePlan(now=START, scrape_interval=5_000)},
    "cache": {"cache": Cache.PER_ARM},
    "rules.origin-regression": {"rules": (a_rule(severity=Severity.WARN), a_plan().rules[1])},
    "rules.hit-rate": {"rules": a_plan().rules[:1]},
    "rules.capacity": {"not_asked": ()},
    "alpha": {"levels": Levels(alpha=0.02)},
    "alpha_within": {"levels": Levels(alpha_within=0.1)},
    "indifference": {"levels": Levels(indifference=1)},
    "minimum.misses": {"levels": Levels(minimum=Minimum(misses=30))},
    "capacity.db_pool_size": {
        "capacity": Capacity(peak_requests_per_second=1, db_queries_per_second=1, db_pool_size=3)
    },
    "warmup": {"warmup": 120_000},
    "amplification": {"cost": Cost(kind=CostKind.FIXED, value=100)},
    "db_load": {"db_load": "db_seconds"},
    "mode": {"mode": Mode.SHADOW},
    "inconclusive_as.exposure": {"exits": ExitPlan(inconclusive_as={Undetermined.EXPOSURE: Answer.PASS})},
    "source_error_as": {"exits": ExitPlan(source_error_as=Answer.FAIL)},
}
BESIDE: dict[str, dict[str, object]] = {
    "source.prometheus.url": {"source": PrometheusPlan(url="http://other:9090")},
    "source.recording": {"source": RecordingPlan(path="x.jsonl")},
    "configuration": {"config_file": None},
    "rules.origin-regression.title": {"rules": (a_rule(title="Another"), a_plan().rules[1])},
    "rules.origin-regression.advice": {"rules": (a_rule(advice="Another"), a_plan().rules[1])},
    "publish.webhook.headers": {"publish": (WebhookPlan(url="${HOOK}", headers={"X-Key": "${KEY}"}),)},
    "publish.grafana.tags": {"publish": (GrafanaPlan(url="http://g", token="${T}", tags=("deploy",)),)},
    "causes.x.likely": {"explanations": Explanations(causes=(PATTERN,))},
    "questions.load.no": {
        "explanations": Explanations(
            questions=(QuestionPattern(id=QuestionId.LOAD, yes=rises("miss_rate", "1%"), no=rises("miss_rate", "2%")),)
        )
    },
}


def keys_that_differ(plan: Plan) -> tuple[set[str], set[str]]:
    usual = a_plan()
    both = [(one(usual), one(plan)) for one in (asked, beside)]
    first, second = ({key for key in {*one, *other} if one.get(key) != other.get(key)} for one, other in both)
    return first, second


@pytest.mark.parametrize("key", ASKED)
def test_another_question_is_told_by_its_key(key: str) -> None:
    differ, _ = keys_that_differ(a_plan(**ASKED[key]))
    assert key in differ


@pytest.mark.parametrize("key", BESIDE)
def test_what_judges_nothing_is_no_question(key: str) -> None:
    differ, others = keys_that_differ(a_plan(**BESIDE[key]))
    assert differ == set()
    assert key in others


def test_no_field_of_a_plan_is_forgotten() -> None:
    told = {name for changes in (*ASKED.values(), *BESIDE.values()) for name in changes}
    # Runs of different services are not compared at all.
    assert told | {"service"} == {field.name for field in fields(Plan)}


def test_times_are_no_question() -> None:
    moved = replace(a_plan().times, now=START + 9, start=START, end=START + 1, deploy_time=None, relative=("end",))
    assert keys_that_differ(a_plan(times=moved)) == (set(), set())


def test_a_secret_is_in_no_text() -> None:
    secret = SecretStr("hush")
    source = PrometheusPlan(url="http://x", token=secret, password=secret, headers={"X-Scope-OrgID": secret})
    written = beside(a_plan(source=source))
    assert "hush" not in "".join(written.values())
    assert written["source.prometheus.headers"] == "X-Scope-OrgID"


def test_a_condition_is_written_as_a_configuration_names_it() -> None:
    level = LevelCondition(
        measure="hit_rate", side=LimitSide.BELOW, limit=Bound(amount=0.9, unit=BoundUnit.PERCENT, text="90%")
    )
    assert condition(a_rule().when) == (
        "(hit_rate drops_by 0.5pp or miss_rate rises_by 25%) and db_load_per_request rises_by 15%"
    )
    assert condition(Not(part=level)) == "not (hit_rate below 90%)"
    either = Any(parts=(All(parts=(level, level)), in_any_stratum(drops("hit_rate", "5pp"))))
    assert condition(either) == "(hit_rate below 90% and hit_rate below 90%) or hit_rate drops_by 5pp in any-stratum"
    assert condition(replace(rises("miss_rate", "5%"), view=View.FLEET)).endswith("5% between fleet")


def test_a_signal_is_written_with_all_that_makes_it_another_one() -> None:
    signals = (
        Signal(name="a", reads=Counter(metric="m", where=(equal("x", "y"),)), scope=Scope.SHARED),
        Signal(name="b", reads=Increase(promql="sum(x)"), stratum="key", no_data=NoData.IGNORE),
    )
    written = asked(a_plan(signals=signals))
    assert written["signals.a"] == 'counter: m{x="y"}, scope: shared'
    assert written["signals.b"] == "increase: sum(x), stratum: key, no_data: ignore"
