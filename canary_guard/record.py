"""The raw series of a window, from a Prometheus into a recording: an incident that can be judged again offline."""

from canary_guard.errors import ConfigError, Problem
from canary_guard.model.plan import Plan, PrometheusPlan
from canary_guard.publishers import files
from canary_guard.sources.prometheus import PrometheusSource
from canary_guard.sources.recorder import raw_selectors, recording_bytes
from canary_guard.sources.recording_file import Header


def record(plan: Plan, file: str) -> str:
    """Write the recording, whole or not at all, and say what is in it.

    From `--start` (or, with a deploy time, from one window before the deploy; else one window back) to `--end`.
    ConfigError for a source that is no Prometheus, SourceError where it does not answer, OutputError for the file.
    """
    if not isinstance(plan.source, PrometheusPlan):
        raise ConfigError(Problem(what="only a Prometheus can be recorded"))
    times = plan.times
    end = times.now if times.end is None else times.end
    begin = end if times.deploy_time is None else times.deploy_time
    start = begin - times.window if times.start is None else times.start
    if start >= end:
        raise ConfigError(Problem(what="the recording would have no length: its start is not before its end"))
    source = PrometheusSource(plan.source)
    try:
        series = source.raw(raw_selectors(plan), start=start, end=end)
    finally:
        source.close()
    header = Header(title=f"{plan.service}, recorded", start=start, end=end, deploy_time=times.deploy_time)
    files.write(file, recording_bytes(header, series, packed=file.endswith(".gz")))
    samples = sum(len(one["values"]) for one in series)
    return f"{file}: {len(series)} series, {samples} samples, {(end - start) / 1000:.0f} s"
