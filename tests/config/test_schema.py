import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from canary_guard.config.packs import pack_names
from canary_guard.config.schema import config_schema
from tests.config.texts import OUTSIDE, changed, errors_of, plan_of

ROOT = Path(__file__).parents[2]


def accepted(text: str) -> bool:
    return bool(Draft202012Validator(config_schema()).is_valid(yaml.safe_load(text)))


def test_the_committed_schema_is_that_of_the_code() -> None:
    """`canary-guard schema config > schemas/config.schema.json` writes it."""
    committed = (ROOT / "schemas" / "config.schema.json").read_text()
    assert committed == json.dumps(config_schema(), indent=2) + "\n"


def test_the_schema_is_one_and_accepts_what_loads() -> None:
    Draft202012Validator.check_schema(config_schema())
    assert accepted(OUTSIDE)
    assert accepted(OUTSIDE + "rules: [{id: hit-rate, severity: 'off'}]\nalpha: 1%\nstep: auto\n")
    assert "null" not in json.dumps(config_schema())


@pytest.mark.parametrize(
    "wrong",
    [
        "sorce: {}",
        "mode: shadowy",
        "window: 600",
        "signals: {hitz: {counter: a}}",
        "rules: [{id: a, severity: fail, when: {measure: hitrate, drops_by: 1pp}}]",
        "rules: [{id: a, severity: fail, when: {measure: hit_rate}}]",
        "rules: [{id: a, severity: fail, when: {measure: hit_rate, drops_by: 1pp, all: []}}]",
        "strata:",
    ],
)
def test_an_editor_sees_what_the_program_refuses(wrong: str) -> None:
    text = OUTSIDE.replace("strata: key_pattern\n", "") + wrong + "\n"
    assert not accepted(text)
    assert errors_of(text)


@pytest.mark.parametrize("name", pack_names())
def test_packs_are_what_the_schema_says(name: str) -> None:
    schema = config_schema()
    parts = {name: schema["properties"][name] for name in ("signals", "rules")}
    pack = {"$defs": schema["$defs"], "properties": parts, "additionalProperties": False, "minProperties": 1}
    Draft202012Validator(pack).validate(yaml.safe_load((ROOT / "rules" / f"{name}.yaml").read_text()))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("window: 5m\nstep: 10m", "12:7: `step`: the step (10m) is longer than the window (5m)"),
        ("window: 10d\nstep: 30s", "28800 intervals of 30s in 10d, and at most 10999 can be"),
        ("alpha: 0", "11:8: `alpha`: expected more than 0 and at most 0.2, found `0`"),
        ("alpha: 21%", "found `0.21`"),
        ("alpha: .nan", "found a number that is not finite"),
        ("alpha: 0.1", "`alpha_within`: expected at least alpha (0.1) and less than 0.5, found `0.05`"),
        ("alpha_within: 0.5", "11:15: `alpha_within`: expected at least alpha (0.01) and less than 0.5, found `0.5`"),
        ("indifference: 0.5", "`indifference`: expected at least 1, found `0.5`"),
        ("indifference: .inf", "`indifference`: expected a finite number, found `inf`"),
        ("minimum: {intervals: 7}", "`intervals`: expected at least 8, found `7`"),
        ("minimum: {intervals: 8.5}", "`intervals`: expected a whole number, found `8.5`"),
        ("minimum: {lookups: 0}", "`lookups`: expected at least 1, found `0`"),
        ("minimum: [8]", "`minimum`: expected keys with values, found a list"),
        ("capacity: {}", "`capacity.peak_requests_per_second` is missing"),
        ("capacity: {peak_requests_per_second: 1}", "`capacity.db_queries_per_second` is missing"),
        ("capacity: {db_queries_per_second: 0}", "`db_queries_per_second`: expected more than 0, found `0`"),
        ("capacity: {db_pool_size: 0}", "`db_pool_size`: expected at least 1, found `0`"),
        ("amplification: {cost: fixed}", "`value` is missing: how many hits does a miss cost?"),
        ("amplification: {value: 5}", "`value` goes with `cost: fixed`"),
        ("compare: twice", "expected `auto`, `concurrent`, `before-after` or `diff-in-diff`, found `twice`"),
        ("compare: before_after", "did you mean `before-after`?"),
        ("default_rules: no", "`default_rules`: expected `true` or `false`, found `no`"),
        ("packs: default", "`packs`: expected a list, found `default`"),
    ],
)
def test_ranges(lines: str, message: str) -> None:
    text = OUTSIDE.replace("packs: [prometheus-client]\n", "\n") if lines.startswith("packs") else OUTSIDE
    found = errors_of(text + lines + "\n")
    assert any(message in one for one in found), found


def test_numbers_in_range() -> None:
    plan = plan_of(
        OUTSIDE + "alpha: 0.2\nalpha_within: 20%\nindifference: 1\nminimum: {intervals: 20, lookups: 1, misses: 2.5}\n"
    )
    levels = plan.levels
    assert (levels.alpha, levels.alpha_within, levels.indifference) == (0.2, 0.2, 1.0)
    assert (levels.minimum.intervals, levels.minimum.lookups, levels.minimum.misses) == (20, 1.0, 2.5)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("'track=\"canary\"'", "'track=\"stable\"'", "7:11: `canary`: the arms overlap: whatever one of"),
        ("'track=\"canary\"'", '\'track="stable", version="2"\'', "7:11: `canary`: the arms overlap"),
        ("'track=\"stable\"'", "'track=~\"stable|canary\"'", "the arms overlap"),
        ("'track=\"canary\"'", "'track=~\"stable|canary\"'", "the arms overlap"),
        ("'track=\"stable\"'", "''", "6:13: `baseline`: an empty selector selects everything that there is"),
        ("'track=\"canary\"'", "'{}'", "7:11: `canary`: an empty selector"),
        ('\'namespace="shop", service="shop-api"\'', '""', "5:8: `all`: an empty selector"),
        ("  canary: 'track=\"canary\"'\n", "", "6:3: `baseline` is selected and `canary` is not"),
        ("  baseline: 'track=\"stable\"'\n", "", "6:3: `canary` is selected and `baseline` is not"),
        ("'track=\"canary\"'", "'track=canary'", "7:18: `canary`: expected a value in quotes, found `canary`"),
    ],
)
def test_selectors_are_checked_together(old: str, new: str, message: str) -> None:
    (found,) = errors_of(changed(old, new))
    assert message in found


def test_arms_alone_select_the_service() -> None:
    plan = plan_of(changed('  all: \'namespace="shop", service="shop-api"\'\n', ""))
    assert plan.select.everything == ()


def test_nothing_selected() -> None:
    text = OUTSIDE[: OUTSIDE.index("select:")] + "select: {shared: 'instance=\"redis-1\"'}\n"
    assert errors_of(text) == [
        "canary-guard.yaml:4:9: `select`: nothing is selected; expected `all`, or both `baseline` and `canary`"
    ]
