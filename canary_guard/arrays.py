"""The judgement on plain arrays: what was counted, by pod and interval, in; the run that `check` makes out.

The arrays become what a source answers, so that the same code counts, estimates and judges them, and the run's record
holds them: `check --run` judges it again.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from canary_guard.analysis import judge_readings
from canary_guard.config.document import parse
from canary_guard.config.load import load_plan
from canary_guard.config.wording import listed, quoted
from canary_guard.errors import ConfigError
from canary_guard.model.arm_arrays import ArmArrays, Before
from canary_guard.model.plan import Plan, RecordingPlan, TimePlan
from canary_guard.model.run import Run
from canary_guard.model.series import SourceFacts
from canary_guard.model.window import Arm, Grid, Period, Windows
from canary_guard.sources.arrays import (
    Block,
    arm_blocks,
    intervals_of,
    readings_of,
    section,
    signals_of,
)

_NAME: Final = "configuration"
_DAY, _LATEST = 86_400, 1e11
"""s"""


def judge_arrays(
    *,
    baseline: ArmArrays,
    canary: ArmArrays,
    step: float,
    before: Before | None = None,
    configuration: Mapping[str, object] | str | None = None,
    start: float | None = None,
) -> Run:
    """Judge what was counted in both arms of a deploy, as `canary-guard check` judges what a source counted.

    `step` is the length of an interval in s; `start` the Unix time (s) at which the judged window begins, cut down to
    a multiple of the step, for the reports. `configuration` is what a canary-guard.yaml says, as a mapping or as YAML:
    rules, levels, `capacity`, `cache`, `warmup`, …; without it the default rules are held. The arrays stand in for what
    it says of a source, selectors, signals and times.

    ValueError, in a sentence that names the argument, where a shape, a type or the configuration is wrong. Numbers that
    no counter has (negative, infinite) are gaps; what is contradictory or too little is an undetermined finding.
    """
    width = _milliseconds(step)
    blocks = {
        Period.AFTER: [*arm_blocks("baseline", Arm.BASELINE, baseline), *arm_blocks("canary", Arm.CANARY, canary)]
    }
    if before is not None:
        blocks[Period.BEFORE] = _before(before)
    windows = _windows({period: intervals_of(found) for period, found in blocks.items()}, width, start)
    every = [block for found in blocks.values() for block in found]
    split = any(block.pattern is not None for block in every)
    plan = _at(windows, _plan(_text(configuration), json.dumps(signals_of(every)), split))
    readings = tuple(
        reading
        for period, found in blocks.items()
        if (grid := windows.grid(period)) is not None
        for reading in readings_of(found, plan, period, grid)
    )
    facts = SourceFacts(
        description="arrays", scrape_interval=width, now=windows.after.end, deploy_time=windows.deploy_time
    )
    return judge_readings(plan, facts, windows, readings)


def _before(given: object) -> list[Block]:
    arms = section("before", given, ("baseline", "canary"))
    if len(arms) < len(Arm):
        raise ValueError("before: expected both arms, `baseline` and `canary`")
    return [block for arm in Arm for block in arm_blocks(f"before.{arm}", arm, arms[arm])]


def _milliseconds(step: object) -> int:
    if not isinstance(step, int | float | np.number) or not 0.001 <= float(step) <= _DAY:
        raise ValueError(f"step: expected seconds, at least 0.001 and at most a day, found {quoted(step)}")
    return round(float(step) * 1000)


def _windows(intervals: Mapping[Period, int], width: int, start: object) -> Windows:
    earlier = intervals.get(Period.BEFORE, 0) * width
    if start is None:
        begin = earlier
    elif isinstance(start, int | float | np.number) and 0 <= float(start) <= _LATEST:
        begin = int(float(start) * 1000) // width * width
    else:
        raise ValueError(f"start: expected a Unix time in seconds, found {quoted(start)}")
    return Windows(
        after=Grid(start=begin, end=begin + intervals[Period.AFTER] * width, step=width),
        before=Grid(start=begin - earlier, end=begin, step=width) if earlier else None,
        deploy_time=begin if earlier else None,
        scrape_interval=width,
    )


def _text(configuration: object) -> str:
    match configuration:
        case None:
            return "{}"
        case str():
            return configuration or "{}"
        case Mapping():
            try:
                return json.dumps(dict(configuration))
            except (TypeError, ValueError, RecursionError) as error:
                raise ValueError(f"{_NAME}: {error}") from None
        case _:
            raise ValueError(f"{_NAME}: expected a mapping or YAML, not {type(configuration).__name__}")


@lru_cache(maxsize=32)
def _plan(text: str, signals: str, split: bool) -> Plan:
    """The plan that a configuration makes with the arrays in place of its source; times are still to be set."""
    settings = ["""select={baseline: 'arm="baseline"', canary: 'arm="canary"'}""", "unit=pod", f"signals={signals}"]
    try:
        written, _ = parse(text, file=_NAME)
        if written.get("service") is None:
            settings.append("service=arrays")
        if split and written.get("strata") is None:
            settings.append("strata=stratum")
        plan = load_plan(
            text, file=_NAME, settings=settings, environment={}, now=0, source=RecordingPlan(path="arrays")
        )
    except ConfigError as error:
        raise ValueError("; ".join(str(problem) for problem in error.problems)) from error
    foreign = sorted({signal.name for signal in plan.signals} - json.loads(signals).keys())
    if foreign:
        raise ValueError(f"{_NAME}: its packs have signals that are not among the arrays: {listed(foreign)}")
    return plan


def _at(windows: Windows, plan: Plan) -> Plan:
    after = windows.after
    times = TimePlan(
        now=after.end,
        window=after.end - after.start,
        step=after.step,
        settle=0,
        scrape_interval=after.step,
        start=after.start,
        end=after.end,
        deploy_time=windows.deploy_time,
    )
    return replace(plan, times=times)
