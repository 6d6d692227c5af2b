import pytest

from canary_guard.model.measure import BoundUnit
from canary_guard.model.rule import All, Any, Bound, Direction, LevelCondition, LimitSide, Not, Rule, Severity
from tests.builders import drops, rises
from tests.config.texts import OUTSIDE, errors_of, plan_of


def rule(when: str, more: str = "") -> Rule:
    plan = plan_of(OUTSIDE + f"rules: [{{id: mine, severity: fail, when: {when}{more}}}]\n")
    (found,) = (one for one in plan.rules if one.id == "mine")
    return found


def test_conditions() -> None:
    assert rule("{measure: hit_rate, drops_by: 0.5pp}").when == drops("hit_rate", "0.5pp")
    assert rule("{measure: db_load_per_request, rises_by: x1.2}").when == rises("db_load_per_request", "x1.2")
    assert rule("{measure: retry_rate, rises_by: 0.01}").when == rises("retry_rate", "0.01")
    assert rule("{measure: hit_rate, below: 90%}").when == LevelCondition(
        measure="hit_rate", side=LimitSide.BELOW, limit=Bound(amount=0.9, unit=BoundUnit.PERCENT, text="90%")
    )


def test_conditions_are_joined() -> None:
    leaf = "{measure: hit_rate, drops_by: 1pp}"
    found = rule(f"{{all: [{{any: [{leaf}, {leaf}]}}, {{not: {leaf}}}]}}").when
    one = drops("hit_rate", "1pp")
    assert found == All(parts=(Any(parts=(one, one)), Not(part=one)))
    assert found.parts[1] == Not(part=one)
    assert one.direction is Direction.DROPS


def test_title_and_advice_may_be_left_out() -> None:
    assert rule("{measure: hit_rate, drops_by: 1pp}") == Rule(
        id="mine", title="mine", severity=Severity.FAIL, when=drops("hit_rate", "1pp"), advice=""
    )
    assert rule("{measure: hit_rate, drops_by: 1pp}", ", title: T, advice: A").advice == "A"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{measure: hitrate, drops_by: 1pp}", "11:52: `measure`: unknown measure `hitrate`; did you mean `hit_rate`?"),
        ("{measure: latency, rises_by: 1%}", "unknown measure `latency`"),
        ("{measure: hit_rate, drops_by: 0.5ms}", "11:72: `drops_by`: `0.5ms` does not fit: a change of hit_rate"),
        ("{measure: hit_rate}", "one of `rises_by`, `drops_by`, `above` or `below` beside `measure`, found none"),
        ("{measure: hit_rate, drops_by: 1pp, below: 90%}", "found `drops_by` and `below`"),
        ("{measure: hit_rate, drop_by: 1pp}", "unknown key `drop_by`; did you mean `drops_by`?"),
        ("{drops_by: 1pp}", "expected one of `measure`, `all`, `any` or `not`, found none of them"),
        ("{all: [], any: []}", "found `all` and `any`"),
        ("{any: []}", "`any`: expected at least one condition"),
        ("{measure: db_load_per_request, drops_by: 100%}", "`100%` can never be exceeded"),
        ("{all: [{measure: hit_rate, drops_by: 1pp}], rises_by: 1%}", "`rises_by` goes with `measure`, not `all`"),
        ("{measure: hit_rate, drops_by: 1pp, in: any-strata}", "did you mean `any-stratum`?"),
        ("{measure: hit_rate, below: 90%, in: any-stratum}", "`in` goes with `rises_by` or `drops_by`"),
        ("{measure: utilisation, rises_by: 5pp}", "`rises_by`: `5pp` does not fit: a change of utilisation"),
        ("{measure: set_rate, drops_by: 1%, in: any-stratum}", "`in: any-stratum` goes with `hit_rate` or `miss_rate`"),
        ("{measure: mix, rises_by: 10%}", "mix explains a change and is none to judge"),
        ("{measure: hit_rate, drops_by: 1pp, in: baseline}", "other views are for causes"),
        ("{measure: burst_ratio, rises_by: 50%}", "`severity`: burst_ratio is evidence, never a proof"),
        ("[{measure: hit_rate, drops_by: 1pp}]", "`when`: expected keys with values, found a list"),
    ],
)  # fmt: skip
def test_what_is_no_condition(written: str, message: str) -> None:
    found = errors_of(OUTSIDE + f"rules: [{{id: mine, severity: fail, when: {written}}}]\n")
    assert any(message in one for one in found), found


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{id: mine, severity: fail}", "11:9: `when` is missing: rule `mine` has no condition"),
        ("{severity: fail, when: {measure: hit_rate, drops_by: 1pp}}", "`rules.11.id` is missing"),
        ("{id: mine, when: {measure: hit_rate, drops_by: 1pp}}", "severity` is missing"),
        ("{id: Mine, severity: warn}", "expected lower-case words joined by hyphens, such as `hit-rate`, found `Mine`"),
        ("{id: mine, severity: warning}", "did you mean `warn`?"),
        ("{id: mine, severity: false}", "found `false`"),
        ("{id: hit-rat, severity: off}", "11:14: there is no rule `hit-rat` to turn off; did you mean `hit-rate`?"),
        ("{id: mine, severity: warn, needs: [stratas]}", "did you mean `strata`?"),
    ],
)
def test_what_is_no_rule(written: str, message: str) -> None:
    found = errors_of(OUTSIDE + f"rules: [{written}]\n")
    assert any(message in one for one in found), found


def test_deep_conditions_end_in_an_error() -> None:
    when = "{not: " * 500 + "{measure: hit_rate, drops_by: 1pp}" + "}" * 500
    assert (
        "nested deeper than 40 levels" in errors_of(OUTSIDE + f"rules: [{{id: a, severity: fail, when: {when}}}]\n")[0]
    )
