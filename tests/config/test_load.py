import subprocess
import sys

import pytest

from canary_guard.model.estimate import Levels
from canary_guard.model.measure import Cost, CostKind
from canary_guard.model.plan import (
    Cache,
    Capacity,
    Compare,
    ExitPlan,
    Mode,
    PrometheusPlan,
    RecordingPlan,
    TimePlan,
)
from canary_guard.model.signal import Selection
from tests.builders import equal
from tests.config.texts import NOW, OUTSIDE, changed, errors_of, plan_of

RECORDING = RecordingPlan(path="x.jsonl.gz")
ONLY_ALL = OUTSIDE.replace("  baseline: 'track=\"stable\"'\n  canary: 'track=\"canary\"'\n", "")


def test_the_outside_users_configuration_loads_as_it_stands() -> None:
    plan = plan_of()
    assert plan.service == "shop-api"
    assert plan.source == PrometheusPlan(url="http://127.0.0.1:9090")
    assert plan.select == Selection(
        everything=(equal("namespace", "shop"), equal("service", "shop-api")),
        baseline=(equal("track", "stable"),),
        canary=(equal("track", "canary"),),
    )
    assert (plan.unit, plan.strata, plan.config_file) == ("pod", "key_pattern", "canary-guard.yaml")
    assert plan.times == TimePlan(now=NOW, settle=0)
    assert plan.levels == Levels()
    assert (plan.cost, plan.db_load) == (Cost(kind=CostKind.LATENCY), "db_queries")
    assert (plan.compare, plan.cache, plan.mode, plan.exits) == (
        Compare.AUTO,
        Cache.SHARED,
        Mode.ENFORCE,
        ExitPlan(),
    )
    assert [rule.id for rule in plan.rules if rule.severity == "fail"] == [
        "origin-regression",
        "origin-load",
        "pattern-collapse",
    ]


def test_the_smallest_configuration_has_every_default_of_the_records() -> None:
    smallest = OUTSIDE.replace("unit: pod\nstrata: key_pattern\nsettle: 0s\n", "")
    plan = plan_of(smallest)
    assert plan.times == TimePlan(now=NOW)
    assert (plan.unit, plan.strata) == ("pod", None)


def test_the_same_text_gives_the_same_plan() -> None:
    assert plan_of() == plan_of()


def test_before_and_after_needs_the_time_of_the_deploy() -> None:
    (found,) = errors_of(ONLY_ALL)
    assert found.startswith("canary-guard.yaml:5:3: `select`: without arms, the canary is compared before and after")
    for compare in ("before-after", "diff-in-diff"):
        (found,) = errors_of(OUTSIDE + f"compare: {compare}\n")
        assert found.startswith(
            "canary-guard.yaml:11:10: `compare`: a comparison before and after the deploy: when was it?"
        )
    assert errors_of(flags={"compare": "before-after"})[0].startswith("--compare: a comparison")
    assert plan_of(ONLY_ALL, flags={"deploy_time": "-5m"}).times.deploy_time == NOW - 300_000


def test_a_recording_may_know_the_deploy_itself() -> None:
    assert plan_of(ONLY_ALL, source=RECORDING).times.deploy_time is None
    assert plan_of(OUTSIDE + "compare: before-after\n", source=RECORDING).compare is Compare.BEFORE_AFTER


def test_side_by_side_needs_both_arms() -> None:
    for compare in ("concurrent", "diff-in-diff"):
        found = errors_of(ONLY_ALL + f"compare: {compare}\n")[0]
        assert found.startswith("canary-guard.yaml:9:10: `compare`: side by side needs both arms")


def test_the_unit_is_no_stratum() -> None:
    assert errors_of(changed("key_pattern", "pod")) == [
        "canary-guard.yaml:9:9: `strata`: expected another label than that of `unit` (`pod`)"
    ]


def test_strata_that_nothing_is_counted_by_are_refused() -> None:
    (error,) = errors_of(changed("strata: key_pattern", "strata: key_patern"))
    assert error.startswith("canary-guard.yaml:9:9: `strata`: lookups are counted by `key_pattern`, which the signals'")


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("cache: per-arm", ("cache", Cache.PER_ARM)),
        ("mode: shadow", ("mode", Mode.SHADOW)),
        ("compare: concurrent", ("compare", Compare.CONCURRENT)),
    ],
)
def test_words(lines: str, what: tuple[str, str]) -> None:
    assert getattr(plan_of(OUTSIDE + lines + "\n"), what[0]) == what[1]


def test_times_of_the_file() -> None:
    text = OUTSIDE.replace("settle: 0s", "settle: 1m")
    text += "window: 30m\nstep: 30s\nscrape_interval: 15s\n"
    text += "start: -30m\nend: 2026-11-21T09:10:00Z\ndeploy_time: 1795250000.5\n"
    assert plan_of(text).times == TimePlan(
        now=NOW,
        window=1_800_000,
        step=30_000,
        settle=60_000,
        scrape_interval=15_000,
        start=NOW - 1_800_000,
        end=1_795_252_200_000,
        deploy_time=1_795_250_000_500,
        relative=("start",),
    )


def test_what_the_database_can_take() -> None:
    more = "capacity: {peak_requests_per_second: 900, db_queries_per_second: 4000, db_pool_size: 100}\n"
    plain, with_more = plan_of(), plan_of(OUTSIDE + more)
    assert plain.capacity is None
    assert with_more.capacity == Capacity(peak_requests_per_second=900, db_queries_per_second=4000, db_pool_size=100)
    assert {rule.id for rule in with_more.rules} - {rule.id for rule in plain.rules} == {"capacity"}


@pytest.mark.parametrize(("text", "warmup"), [("auto", "auto"), ("'off'", "off"), ("2m", 120_000)])
def test_how_a_cold_canary_is_treated(text: str, warmup: str | int) -> None:
    assert plan_of().warmup == "auto"
    assert plan_of(OUTSIDE + f"warmup: {text}\n").warmup == warmup


def test_loading_imports_neither_requests_nor_numpy_of_its_own() -> None:
    code = (
        "import sys, canary_guard.config.load; "
        "print(sorted({'requests', 'scipy', 'numpy', 'prometheus_api_client', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
