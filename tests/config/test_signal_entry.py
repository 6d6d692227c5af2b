import pytest

from canary_guard.config.signal_entry import INSTRUMENTS, SIGNALS
from canary_guard.model.signal import Counter, Gauge, Histogram, Increase, NoData, Scope, Signal, Summary
from tests.builders import equal
from tests.config.texts import OUTSIDE, errors_of, plan_of


def signal(name: str, written: str) -> Signal:
    plan = plan_of(OUTSIDE + f"signals: {{{name}: {written}}}\n", settings=['select.shared=instance="r"'])
    (found,) = (one for one in plan.signals if one.name == name)
    return found


def test_instruments() -> None:
    assert signal("hits", "{counter: a, where: 'b=\"c\"'}").reads == Counter(metric="a", where=(equal("b", "c"),))
    assert signal("keys", "{gauge: a:b}").reads == Gauge(metric="a:b")
    assert signal("hit_latency", "{histogram: a}").reads == Histogram(metric="a")
    assert signal("miss_latency", "{summary: a}").reads == Summary(metric="a")
    promql = "sum by ($by) (increase(a{$selector}[$step]))"
    assert signal("lookups", f"{{increase: '{promql}'}}").reads == Increase(promql=promql)


def test_what_goes_with_them() -> None:
    found = signal("evictions", "{counter: a, scope: shared, stratum: s, no_data: ignore}")
    assert (found.scope, found.stratum, found.no_data) == (Scope.SHARED, "s", NoData.IGNORE)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("hits: {}", "expected one of `counter`, `gauge`, `histogram`, `summary` or `increase`, found none"),
        ("hits: {counter: a, increase: b}", "found `counter` and `increase`"),
        ("hits: {conter: a}", "unknown key `conter`; did you mean `counter`?"),
        ("hits: app_hits_total", "`hits`: expected keys with values, found `app_hits_total`"),
        ("hits: {counter: 'a{b=\"c\"}'}", "expected the name of a metric, without labels"),
        ("hits: {counter: a, where: 'b=c'}", '11:40: `where`: expected a value in quotes, found `c`'),
        ("hits: {counter: a, where: ''}", "an empty selector"),
        ("hits: {counter: a, stratum: 'a b'}", "expected the name of a label"),
        ("hits: {counter: a, scope: sharde}", "did you mean `shared`?"),
        ("hits: {gauge: a}", "11:18: `hits` is read from a `counter` or `increase`, not from a `gauge`"),
        ("keys: {counter: a}", "`keys` is read from a `gauge`, not from a `counter`"),
        ("miss_latency: {counter: a}", "`miss_latency` is read from a `histogram` or `summary`"),
        ("miss_latency: {histogram: a_bucket}", "found `a_bucket`; did you mean `a`?"),
        ("hit_latency: {summary: a_sum}", "found `a_sum`; did you mean `a`?"),
        ("mises: {counter: a}", "11:11: unknown signal `mises`; did you mean `misses`?"),
        ("hits: {increase: 'increase(a[$step])'}", "expected `$by` in the expression"),
        ("hits: {increase: 'sum by ($by) (a)'}", "expected `$step` in the expression"),
        ("hits: {increase: 'sum by ($by) (a[$stp])'}", "11:45: `increase`: unknown placeholder `$stp`; did you mean"),
        ("hits: {increase: 'sum by ($by) (a[$step])', where: 'b=\"c\"'}", "`where` does not go with `increase`"),
    ],
)  # fmt: skip
def test_what_is_no_signal(written: str, message: str) -> None:
    found = errors_of(OUTSIDE + f"signals: {{{written}}}\n")
    assert any(message in one for one in found), found


def test_every_signal_has_instruments() -> None:
    assert all(set(instruments) <= set(INSTRUMENTS) and instruments for instruments in SIGNALS.values())
    assert {"hits", "misses", "lookups", "up", "db_seconds", "timeouts"} <= set(SIGNALS)
