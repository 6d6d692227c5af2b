"""Where a whole side has no data: one diagnosis instead of a reason for each rule."""

from canary_guard.model.estimate import Estimate
from canary_guard.model.finding import Outcome
from canary_guard.model.run import Run, Verdict
from canary_guard.model.series import Reading
from canary_guard.model.signal import Selector
from canary_guard.model.window import Arm, Comparison, Period
from canary_guard.reports import sentences, times
from canary_guard.reports.escaping import said
from canary_guard.reports.look import Look

SEE_ABOVE = "no data, see above"


def nothing(run: Run) -> bool:
    """Whether nothing was measured for one reason, which the verdict's sentence tells: each rule need not tell it."""
    unread = run.exit.source_error is not None and not any(isinstance(one, Estimate) for one in run.estimates)
    return unread or bool(diagnosis(run, Look()))


def diagnosis(run: Run, look: Look) -> str:
    """What has no data and what to check, in a sentence; empty where every side has some, or the source failed."""
    settled = any(one.outcome is not Outcome.UNDETERMINED for one in run.findings)
    failed = bool(run.exit.source_error or run.warnings or sentences.failures(run))
    if run.verdict is not Verdict.INCONCLUSIVE or settled or failed or not run.queries:
        return ""
    if run.comparison is Comparison.BEFORE_AFTER:
        return _fleet(run, look)
    there = {arm: any(_has(reading, arm) for reading in run.queries) for arm in Arm}
    when = _when(run, Period.AFTER, look)
    match there[Arm.BASELINE], there[Arm.CANARY]:
        case True, True:
            return ""
        case False, False:
            where = _named(run.plan.select.everything)
            return f"nothing for either arm{where} {when}: check select.all, the metric names, the window"
        case baseline, _:
            missing, other = (Arm.CANARY, Arm.BASELINE) if baseline else (Arm.BASELINE, Arm.CANARY)
            selector = run.plan.select.canary if baseline else run.plan.select.baseline
            return f"nothing for the {missing}{_named(selector)} {when}; the {other} has data: check select.{missing}"


def _fleet(run: Run, look: Look) -> str:
    there = {
        period: any(reading.series for reading in run.queries if reading.query.period is period) for period in Period
    }
    missing = [period for period in (Period.BEFORE, Period.AFTER) if not there[period]]
    named = _named(run.plan.select.everything)
    if len(missing) == len(there):
        return f"nothing at all{named} {_when(run, Period.AFTER, look)}: check select.all, the metric names, the window"
    return "".join(
        f"nothing{named} {period} the deploy, {_when(run, period, look)}: check the deploy time and the window"
        for period in missing
    )


def _has(reading: Reading, arm: Arm) -> bool:
    return reading.query.period is Period.AFTER and any(series.arm is arm for series in reading.series)


def _named(selector: Selector | None) -> str:
    """` (track="canary")`"""
    if not selector:
        return ""
    told = ", ".join(f'{one.label}{one.operator}"{one.value}"' for one in selector)
    return f" ({said(told, 200)})"


def _when(run: Run, period: Period, look: Look) -> str:
    """`from 14:40 to 14:50 UTC`"""
    grid = run.windows.before if period is Period.BEFORE else run.windows.after
    return f"from {times.span(grid or run.windows.after, look).partition(' ')[2]}"
