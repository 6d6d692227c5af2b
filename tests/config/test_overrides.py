import pytest

from canary_guard.config.overrides import read_overrides
from canary_guard.model.plan import Answer, PrometheusPlan
from canary_guard.model.signal import Counter
from tests.builders import equal
from tests.config.texts import NOW, OUTSIDE, errors_of, plan_of


def test_flags_stand_over_the_file_and_settings_over_flags() -> None:
    text = OUTSIDE + "window: 5m\n"
    assert plan_of(text).times.window == 300_000
    assert plan_of(text, flags={"window": "20m"}).times.window == 1_200_000
    assert plan_of(text, flags={"window": "20m"}, settings=["window=30m", "window=40m"]).times.window == 2_400_000


def test_flags_by_dotted_path() -> None:
    plan = plan_of(
        flags={
            "select.canary": 'track="beta"',
            "source.prometheus.url": "http://other:9090",
            "deploy_time": "-5m",
            "start": "1795252200",
            "end": None,
            "compare": "concurrent",
            "step": "30s",
            "inconclusive_as": "exposure=pass",
            "source_error_as": "fail",
        }
    )
    assert plan.select.canary == (equal("track", "beta"),)
    assert plan.source == PrometheusPlan(url="http://other:9090")
    assert (plan.times.start, plan.times.end, plan.times.deploy_time) == (1_795_252_200_000, None, NOW - 300_000)
    assert plan.times.relative == ("deploy_time",)
    assert (plan.times.step, plan.exits.source_error_as) == (30_000, Answer.FAIL)


def test_errors_name_the_flag() -> None:
    assert errors_of(
        flags={"select.baseline": "track=", "deploy_time": "5", "source.prometheus.url": "x", "step": "1x"}
    ) == [
        "--baseline: expected a value in quotes, found the end of `track=`",
        "--deploy-time: `5` is no recent Unix time; a time relative to now is written `-10m`",
        "--source-url: expected a URL with http or https, such as `http://prometheus:9090`",
        "--step: expected a duration such as `10m`, found `1x`",
    ]
    assert errors_of(flags={"select.canary": 'track="stable"'})[0].startswith("--canary: the arms overlap")
    assert errors_of(flags={"select.baseline": 'track=~".+"'})[0].startswith("--baseline: the arms overlap")


def test_errors_name_the_variable_that_gave_the_flag_its_value() -> None:
    (found,) = errors_of(flags={"window": "5mm"}, variables={"window": "CANARY_GUARD_WINDOW"})
    assert found.startswith("CANARY_GUARD_WINDOW: expected a duration")


def test_settings_are_yaml() -> None:
    plan = plan_of(settings=["minimum.intervals=20", "packs=[prometheus-client, redis-exporter]", "mode=shadow"])
    assert plan.levels.minimum.intervals == 20
    assert plan.mode == "shadow"


def test_settings_reach_into_packs() -> None:
    plan = plan_of(settings=["signals.misses.counter=my_misses_total", "rules.hit-rate.severity=off"])
    (misses,) = (signal for signal in plan.signals if signal.name == "misses")
    assert misses.reads == Counter(metric="my_misses_total", where=(equal("result", "miss"),))
    assert "hit-rate" not in {rule.id for rule in plan.rules}


def test_a_setting_may_replace_all_rules_of_the_file() -> None:
    text = OUTSIDE + "rules: [{id: mine, severity: warn, when: {measure: hit_rate, drops_by: 1pp}}]\n"
    assert "mine" in {rule.id for rule in plan_of(text).rules}
    assert "mine" not in {rule.id for rule in plan_of(text, settings=["rules=[]"]).rules}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("window", '--set: expected `key=value`, such as `select.canary=track="canary"`, found `window`'),
        ("=1", "--set: expected `key=value`"),
        ("a..b=1", "--set: expected `key=value`"),
        ("windw=1m", "--set windw: unknown key `windw`; did you mean `window`?"),
        ("window.x=1", None),
        ("service.x=1", "--set service.x: there is no key `x` below `shop-api`"),
        ("window=[", "--set window: not valid YAML: while parsing a flow node"),
        ("window=", "--set window: `window` has no value; leave the key out for its default"),
        ("minimum={intervals: 9, intervals: 10}", "--set minimum: the key `intervals` is in line 1 already"),
        ("rules.hitrate.severity=off", "--set rules.hitrate.severity: unknown id `hitrate`; did you mean `hit-rate`?"),
        ("signals.mises.counter=a", "--set signals.mises.counter: unknown signal `mises`; did you mean `misses`?"),
        ("select.canary=", "--set select.canary: `canary` has no value"),
    ],
)
def test_a_setting_that_is_wrong_is_named(setting: str, message: str | None) -> None:
    found = errors_of(settings=[setting])
    assert len(found) == 1
    assert found[0].startswith(message or "--set window.x: ")


def test_what_is_not_given_is_no_override() -> None:
    assert read_overrides({"window": None}, []) == ((), [])
