"""Recordings derived from the recorded ones: the same incident as other platforms would show it."""

from __future__ import annotations

import gzip
import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate, pairwise
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Line = dict[str, Any]
Change = Callable[[Line, list[Line]], Iterator[Line]]


def derived(source: Path, target: Path, *changes: Change) -> Path:
    """A copy of a recording whose series were put through each `change(header, all series)` in turn."""
    header, *series = map(json.loads, gzip.decompress(source.read_bytes()).splitlines())
    for change in changes:
        series = [one for one in change(header, series) if one["values"]]
    lines = [header, *series]
    target.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode(), mtime=0))
    return target


def renamed_pods(header: Line, series: list[Line]) -> Iterator[Line]:
    """Pods that a deploy replaces come back under a new name, as in Kubernetes; of `up`, too."""
    last = {pod: _last_of_old(header, starts) for pod, starts in _process_starts(series).items()}
    for one in series:
        metric, values = one["metric"], one["values"]
        cut = last.get(metric.get("pod"))
        if metric.get("track") != "canary" or cut is None:
            yield one
            continue
        at = bisect_right(values, cut, key=lambda sample: sample[0])
        new = f"{metric['pod']}-7d9f"
        yield {"metric": metric, "values": values[:at]}
        yield {"metric": {**metric, "pod": new, "instance": f"{new}:8080"}, "values": values[at:]}


def _process_starts(series: list[Line]) -> dict[str, list[list[Any]]]:
    return {
        one["metric"]["pod"]: one["values"]
        for one in series
        if one["metric"]["__name__"] == "process_start_time_seconds" and "pod" in one["metric"]
    }


def _last_of_old(header: Line, starts: list[list[Any]]) -> float | None:
    """The time of the last scrape of the process that ran at the deploy; None if it runs on."""
    before = [value for at, value in starts if at <= header["deploy_time"]]
    old = [at for at, value in starts if value == before[-1]] if before else []
    return old[-1] if old and old[-1] < starts[-1][0] else None


def scaled_up(at: float, pod: str = "canary-2") -> Change:
    """A pod that is there only from a time (Unix seconds) on."""

    def change(header: Line, series: list[Line]) -> Iterator[Line]:
        for one in series:
            late = one["metric"].get("pod") == pod
            yield {**one, "values": [sample for sample in one["values"] if sample[0] >= at]} if late else one

    return change


def silenced(at: float, pod: str = "canary-2", *, up: bool | None = None) -> Change:
    """A pod that gives no counters from a time (Unix seconds) on; its `up` stays, falls to 0, or ends as well."""

    def change(header: Line, series: list[Line]) -> Iterator[Line]:
        for one in series:
            if one["metric"].get("pod") != pod:
                yield one
            elif one["metric"]["__name__"] == "up" and up is not None:
                yield {**one, "values": [[time, "1" if up or time < at else "0"] for time, _ in one["values"]]}
            else:
                yield {**one, "values": [sample for sample in one["values"] if sample[0] < at]}

    return change


def thinned(header: Line, series: list[Line], *, every: int = 15) -> Iterator[Line]:
    """What a scrape of every 15 s would have seen of a recording at 1 s; each target keeps its own offset."""
    header["scrape_interval"] = every
    first: dict[str, float] = {}
    for one in series:
        target = one["metric"].get("instance", "")
        first[target] = min(first.get(target, one["values"][0][0]), one["values"][0][0])
    for one in series:
        begin = first[one["metric"].get("instance", "")]
        yield {**one, "values": [sample for sample in one["values"] if round(sample[0] - begin) % every == 0]}


Of = Callable[[Mapping[str, str]], bool]
"""Which series, by their labels."""


def of(arm: str | None = None, metric: str = "app_", **labels: str) -> Of:
    """The series of an arm whose metric's name begins so, with these labels."""
    wanted = {**labels, **({} if arm is None else {"track": arm})}
    return lambda found: found["__name__"].startswith(metric) and wanted.items() <= found.items()


def mapped(which: Of, value: Callable[[float, float], float | None]) -> Change:
    """Other values, from time and value; None for no sample."""

    def change(header: Line, series: list[Line]) -> Iterator[Line]:
        for one in series:
            if which(one["metric"]):
                values = [(at, value(at, float(found))) for at, found in one["values"]]
                yield {**one, "values": [[at, repr(found)] for at, found in values if found is not None]}
            else:
                yield one

    return change


def ended(which: Of, at: float) -> Change:
    """No samples from a time (Unix seconds) on."""
    return mapped(which, lambda time, value: value if time < at else None)


def frozen_since(which: Of, at: float) -> Change:
    """From a time (Unix seconds) on, the last value again and again."""

    def change(header: Line, series: list[Line]) -> Iterator[Line]:
        for one in series:
            if which(one["metric"]) and one["values"]:
                last = next((found for time, found in reversed(one["values"]) if time <= at), one["values"][0][1])
                yield {**one, "values": [[time, found if time <= at else last] for time, found in one["values"]]}
            else:
                yield one

    return change


def renamed(which: Of, **labels: str) -> Change:
    """Other label values."""

    def change(header: Line, series: list[Line]) -> Iterator[Line]:
        for one in series:
            yield {**one, "metric": {**one["metric"], **labels}} if which(one["metric"]) else one

    return change


def aged(which: Of, *, lifetime: float = 2400) -> Change:
    """Processes that never restarted and have run for so long (s) at the rate of the recording."""

    def change(header: Line, series: list[Line]) -> Iterator[Line]:
        for one in series:
            if not which(one["metric"]) or len(one["values"]) < 2:
                yield one
                continue
            times, found = zip(*one["values"], strict=True)
            values = [float(value) for value in found]
            rises = [new - old if new >= old else new for old, new in pairwise(values)]
            grown = list(accumulate(rises, initial=values[0]))
            older = lifetime * (grown[-1] - grown[0]) / (times[-1] - times[0])
            yield {**one, "values": [[at, repr(older + value)] for at, value in zip(times, grown, strict=True)]}

    return change


def restarted(which: Of, *when: float) -> Change:
    """Counters that begin again at zero at each of these times (Unix seconds)."""

    def change(header: Line, series: list[Line]) -> Iterator[Line]:
        for one in series:
            if not which(one["metric"]):
                yield one
                continue
            starts = [float(found) for at, found in one["values"] for cut in when if at < cut <= at + 1]
            begun = [sum(cut <= at for cut in when) for at, _ in one["values"]]
            bases = [0.0, *starts]
            values = [
                [at, repr(float(found) - bases[process])]
                for (at, found), process in zip(one["values"], begun, strict=True)
            ]
            yield {**one, "values": values}

    return change


def two_workers(which: Of, *, share: float = 0.6) -> Change:
    """Two processes behind one name: each scrape of a pod is answered by either of them."""
    chance = Random(1)
    asked: dict[tuple[str, int], bool] = {}

    def change(header: Line, series: list[Line]) -> Iterator[Line]:
        for one in series:
            if not which(one["metric"]):
                yield one
                continue
            pod = one["metric"].get("pod", "")
            values = []
            for at, found in one["values"]:
                first = asked.setdefault((pod, round(at)), chance.random() < 0.5)
                values.append([at, repr(float(found) * (share if first else 1 - share))])
            yield {**one, "values": values}

    return change


def halved(which: Of) -> Change:
    """Every series lost a half of its samples, each by itself."""
    chance = Random(1)
    return mapped(which, lambda at, value: value if chance.random() < 0.5 else None)
