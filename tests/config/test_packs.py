from dataclasses import replace
from pathlib import Path

import pytest

from canary_guard.config.packs import pack_names
from canary_guard.model.rule import All, ChangeCondition, Direction, LevelCondition, LimitSide, Rule, Severity
from canary_guard.model.signal import Counter, Gauge, Histogram, Scope
from tests.builders import a_bound, a_rule, drops, equal, rises
from tests.config.texts import OUTSIDE, changed, errors_of, plan_of

SHARED = 'select.shared=instance="redis-1"'


def rules(text: str = OUTSIDE, **options: list[str]) -> dict[str, Rule]:
    return {rule.id: rule for rule in plan_of(text, **options).rules}


def test_the_packs_that_there_are() -> None:
    assert pack_names() == ("default", "prometheus-client", "redis-exporter")


def test_default_rules_as_the_design_has_them() -> None:
    found = rules(
        OUTSIDE + "capacity: {peak_requests_per_second: 900, db_queries_per_second: 4000}\n",
        settings=["packs=[prometheus-client, redis-exporter]", SHARED],
    )
    assert found["origin-regression"].when == a_rule().when
    assert found["origin-regression"].severity is Severity.FAIL
    assert {name: rule.severity for name, rule in found.items()} == {
        "origin-regression": "fail",
        "origin-load": "fail",
        "pattern-collapse": "fail",
        "capacity": "fail",
        "db-load": "warn",
        "hit-rate": "warn",
        "miss-latency": "warn",
        "evictions": "warn",
        "set-failures": "warn",
        "errors": "warn",
        "bursts": "warn",
    }
    full = LevelCondition(measure="utilisation", side=LimitSide.ABOVE, limit=a_bound("80%"))
    assert found["capacity"].when == All(parts=(full, rises("utilisation", "5%")))
    assert found["bursts"].when == rises("burst_ratio", "50%")
    assert found["pattern-collapse"].when == All(
        parts=(replace(drops("hit_rate", "5pp"), any_stratum=True), rises("db_load_per_request", "5%"))
    )
    assert found["db-load"].when == rises("db_load_per_request", "15%")
    assert found["hit-rate"].when == drops("hit_rate", "0.5pp")
    assert found["miss-latency"].when == rises("miss_latency_p95", "25%")
    assert found["evictions"].when == rises("eviction_rate", "50%")
    assert found["set-failures"].when == drops("set_rate", "20%")
    assert found["errors"].when == rises("error_rate", "0.5pp")
    assert all(rule.title and len(rule.advice) > 40 and "\n" not in rule.advice for rule in found.values())


def test_default_rules_that_need_more_than_the_smallest_configuration() -> None:
    found = {rule.id: rule.severity for rule in plan_of().not_asked}
    assert found == {"capacity": "fail", "evictions": "warn"}


def test_signals_of_the_prometheus_client() -> None:
    found = {signal.name: signal for signal in plan_of().signals}
    assert list(found) == sorted(found)
    assert found["hits"].reads == Counter(metric="app_cache_requests_total", where=(equal("result", "hit"),))
    assert found["sets"].reads == Counter(metric="app_cache_sets_total", where=(equal("result", "ok"),))
    assert found["miss_latency"].reads == Histogram(metric="app_cache_miss_duration_seconds")
    assert found["miss_latency"].stratum == "key_pattern"
    assert found["up"].reads == Gauge(metric="up")
    assert {signal.scope for signal in found.values()} == {Scope.ARM}
    assert not {"evictions", "expirations"} & set(found)


def test_signals_of_the_redis_exporter_are_shared_and_need_their_selector() -> None:
    text = changed("[prometheus-client]", "[prometheus-client, redis-exporter]")
    shared = {signal.name for signal in plan_of(text, settings=[SHARED]).signals if signal.scope is Scope.SHARED}
    assert shared == {"evictions", "expirations", "memory_used", "memory_limit", "keys"}
    without = plan_of(text)
    assert all(signal.scope is Scope.ARM for signal in without.signals)
    reasons = {rule.id: rule.reason for rule in without.not_asked}
    assert reasons["evictions"] == "`evictions` is of scope `shared`, and `select.shared` is not set"


def test_the_teams_own_rules_stand_over_the_default_ones() -> None:
    found = plan_of(
        OUTSIDE
        + """\
rules:
  - {id: origin-regression, severity: warn, when: {measure: hit_rate, below: 90%}}
  - {id: origin-load, severity: off}
  - {id: mine, severity: fail, when: {measure: miss_rate, rises_by: 50%}}
"""
    )
    assert [rule.id for rule in found.rules][:3] == ["pattern-collapse", "mine", "origin-regression"]
    replaced = found.rules[2]
    assert isinstance(replaced.when, LevelCondition)
    assert "origin-load" not in {*(rule.id for rule in found.rules), *(rule.id for rule in found.not_asked)}


def test_no_default_rules() -> None:
    text = (
        OUTSIDE
        + "default_rules: false\nrules: [{id: mine, severity: fail, when: {measure: miss_rate, rises_by: 5%}}]\n"
    )
    plan = plan_of(text)
    assert [rule.id for rule in plan.rules] == ["mine"]
    assert plan.not_asked == ()


def test_a_pack_of_the_teams_own_is_relative_to_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "ours.yaml").write_text(
        "signals: {requests: {counter: ours_total}}\n"
        "rules: [{id: hit-rate, severity: warn, when: {measure: hit_rate, drops_by: 2pp}}]\n"
    )
    text = changed("[prometheus-client]", "[prometheus-client, ./packs/ours.yaml]")
    plan = plan_of(text, file=str(tmp_path / "canary-guard.yaml"))
    (requests,) = (signal for signal in plan.signals if signal.name == "requests")
    assert requests.reads == Counter(metric="ours_total")
    (hit_rate,) = (rule for rule in plan.rules if rule.id == "hit-rate")
    assert isinstance(hit_rate.when, ChangeCondition)
    assert (hit_rate.when.direction, hit_rate.when.bound.text) == (Direction.DROPS, "2pp")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("signals:\n  hitz: {counter: a}\n", "2:3: unknown signal `hitz`; did you mean `hits`?"),
        ("rules:\n  - {id: a, severity: fail, when: {measure: hit_rate, drops_by: 1ms}}\n", "2:65: `drops_by`: `1ms`"),
        ("rules:\n  - {id: a, severity: off}\n", "2:10: there is no rule `a` to turn off"),
        (
            "rules:\n  - {id: hit-rate, severity: off}\n  - {id: hit-rate, severity: off}\n",
            "3:10: the id `hit-rate` is there already, in this file",
        ),
        ("service: x\n", "1:1: unknown key `service`; a pack has `signals` and `rules`"),
        ("signals: [a]\n", "1:10: `signals`: expected keys with values"),
        ("rules: {a: b}\n", "1:8: `rules`: expected a list"),
        ("a: [", "1:5: not valid YAML"),
        ("", " the file is empty"),
        ("a: 1\na: 2", "2:1: the key `a` is in line 1 already"),
    ],
)
def test_an_error_in_a_pack_is_where_the_pack_has_it(tmp_path: Path, content: str, message: str) -> None:
    pack = tmp_path / "ours.yaml"
    pack.write_text(content)
    text = changed("[prometheus-client]", "[prometheus-client, ./ours.yaml]")
    found = errors_of(text, file=str(tmp_path / "c.yaml"))
    assert any(one.startswith(f"{pack}:{message}") for one in found), found


def test_a_pack_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    text = changed("[prometheus-client]", "[prometheus-cliant, ./none.yaml, ./binary.yaml, ./, 3]")
    file = str(tmp_path / "c.yaml")
    found = errors_of(text, file=file)
    assert found[0] == f"{file}:3:9: unknown pack `prometheus-cliant`; did you mean `prometheus-client`?"
    assert "3:28: the pack" in found[1]
    assert "cannot be read: No such file or directory" in found[1]
    assert "cannot be read: Is a directory" in found[2]
    assert "expected text, found `3`" in found[3]
    assert found[4] == f"{tmp_path}/binary.yaml: not UTF-8 text (byte 0)"
