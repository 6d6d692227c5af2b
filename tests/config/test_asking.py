from canary_guard.config.asking import signal_keys
from canary_guard.model.measure import CostKind
from canary_guard.model.plan import Plan
from canary_guard.model.signal import Counter, Gauge, Histogram, Signal, Summary
from tests.config.texts import OUTSIDE, errors_of, plan_of

MINE = """\
service: shop-api
source: {prometheus: {url: "http://127.0.0.1:9090"}}
select: {all: 'service="shop"', baseline: 'track="stable"', canary: 'track="canary"'}
rules: [{id: mine, severity: fail, when: {measure: error_rate, rises_by: 1pp}}]
signals:
  errors: {counter: errors_total}
  requests: {counter: requests_total}
"""


def reasons(plan: Plan) -> dict[str, str]:
    return {rule.id: rule.reason for rule in plan.not_asked}


def test_rules_of_severity_fail_come_first_each_group_in_the_order_of_the_files() -> None:
    plan = plan_of(OUTSIDE + "rules: [{id: mine, severity: fail, when: {measure: error_rate, rises_by: 1pp}}]\n")
    assert [rule.id for rule in plan.rules] == [
        "origin-regression",
        "origin-load",
        "pattern-collapse",
        "mine",
        "db-load",
        "hit-rate",
        "miss-latency",
        "set-failures",
        "errors",
        "bursts",
    ]
    assert [rule.severity for rule in plan.not_asked] == ["fail", "warn"]


def test_a_rule_without_its_signals_is_not_asked_and_names_them() -> None:
    found = reasons(plan_of(MINE))
    assert found["hit-rate"] == "the configuration has no signals `hits`, `misses`"
    assert found["db-load"] == "the configuration has no signal `db_queries` (or `db_seconds`)"
    assert found["miss-latency"] == "the configuration has no signal `miss_latency` (a histogram)"
    assert found["evictions"] == "the configuration has no signals `hits`, `misses`, `evictions`"
    assert found["origin-load"] == "no signal says what a miss costs: `miss_latency`, `db_seconds` or `db_queries`"
    assert found["origin-regression"] == (
        "the configuration has no signals `hits`, `misses`, `db_queries` (or `db_seconds`)"
    )
    assert found["pattern-collapse"] == "`strata` is not set"


def test_two_of_the_three_counts_of_lookups_are_enough() -> None:
    assert reasons(plan_of(MINE + "  misses: {counter: m}\n"))["hit-rate"] == "the configuration has no signal `hits`"
    assert reasons(plan_of(MINE + "  hits: {counter: h}\n"))["hit-rate"] == "the configuration has no signal `misses`"
    assert reasons(plan_of(MINE + "  lookups: {counter: l}\n"))["hit-rate"] == (
        "the configuration has no signal `misses`"
    )
    assert "hit-rate" not in reasons(plan_of(MINE + "  lookups: {counter: l}\n  misses: {counter: m}\n"))


def test_a_summary_knows_no_quantiles() -> None:
    found = reasons(plan_of(MINE + "  miss_latency: {summary: m}\n"))
    assert found["miss-latency"] == "the configuration has no signal `miss_latency` (a histogram)"


def test_the_cost_of_a_miss_and_the_database_load_follow_the_signals() -> None:
    latency, queries, seconds = (
        "  miss_latency: {summary: m}\n",
        "  db_queries: {counter: q}\n",
        "  db_seconds: {counter: s}\n",
    )

    def chosen(signals: str, more: str = "") -> tuple[CostKind | None, str]:
        plan = plan_of(MINE + signals + more)
        return None if plan.cost is None else plan.cost.kind, plan.db_load

    assert chosen("") == (None, "db_queries")
    assert chosen(queries) == (CostKind.DB_QUERIES, "db_queries")
    assert chosen(seconds) == (CostKind.DB_SECONDS, "db_seconds")
    assert chosen(queries + seconds) == (CostKind.DB_SECONDS, "db_queries")
    assert chosen(latency + queries + seconds) == (CostKind.LATENCY, "db_queries")
    assert chosen(latency + queries + seconds, "db_load: seconds\namplification: {cost: db_queries}\n") == (
        CostKind.DB_QUERIES,
        "db_seconds",
    )
    plan = plan_of(MINE + "amplification: {cost: fixed, value: 100}\n")
    assert plan.cost is not None
    assert (plan.cost.kind, plan.cost.value) == (CostKind.FIXED, 100)


def test_what_is_asked_for_without_its_signal_is_an_error() -> None:
    assert errors_of(MINE + "amplification: {cost: latency}\ndb_load: seconds\n") == [
        "canary-guard.yaml:8:23: `amplification.cost`: there is no signal `miss_latency` for the cost of a miss",
        "canary-guard.yaml:9:10: `db_load`: there is no signal `db_seconds`",
    ]


def test_nothing_that_can_fail_is_refused() -> None:
    (found,) = errors_of(MINE.replace("severity: fail", "severity: warn"))
    assert found.startswith("canary-guard.yaml: no rule of severity fail can be asked (`origin-regression`: the conf")
    assert errors_of(OUTSIDE.replace("packs: [prometheus-client]\n", "")) == [
        "canary-guard.yaml: there are no signals: name a pack, such as `packs: [prometheus-client]`, or write `signals`"
    ]


def test_the_keys_of_signals() -> None:
    signals = (
        Signal(name="miss_latency", reads=Histogram(metric="m")),
        Signal(name="hit_latency", reads=Summary(metric="h")),
        Signal(name="hits", reads=Counter(metric="c")),
        Signal(name="keys", reads=Gauge(metric="g")),
    )
    assert signal_keys(signals) == {
        "miss_latency_sum",
        "miss_latency_count",
        "miss_latency_bucket",
        "hit_latency_sum",
        "hit_latency_count",
        "hits",
        "keys",
    }
