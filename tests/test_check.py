"""The whole program over the ten recorded incidents, and what it gives; through a real Prometheus alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from canary_guard.check import check, check_again
from canary_guard.config.load import load_plan
from canary_guard.errors import ConfigError, RecordingError, SourceError
from canary_guard.model.cause import CauseStatus
from canary_guard.model.plan import Plan, PrometheusPlan, RecordingPlan
from canary_guard.model.run import Run, Verdict
from canary_guard.model.series import SourceFacts
from canary_guard.reports import REPORTS
from canary_guard.reports.json_record import read
from canary_guard.reports.look import Look
from canary_guard.sources import open_source
from tests.recordings import NAMES, Recorded, recordings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from canary_guard.model.series import Reading, SeriesQuery
    from canary_guard.sources.base import Source
    from tests.conftest import Serve

CONFIG = """\
service: shop-api
source: {prometheus: {url: "http://127.0.0.1:9090"}}
packs: [prometheus-client]
select:
  all: 'namespace="shop", service="shop-api"'
  baseline: 'track="stable"'
  canary: 'track="canary"'
unit: pod
strata: key_pattern
settle: 0s
"""
"""Kept by an outside user: it must keep working as it stands."""

VERDICTS = {
    "01": Verdict.INCONCLUSIVE,
    "02": Verdict.FAIL,
    "06b": Verdict.FAIL,
    "07": Verdict.INCONCLUSIVE,
    "08": Verdict.FAIL,
    "12": Verdict.PASS,
    "14": Verdict.INCONCLUSIVE,
    "17": Verdict.PASS,
    "19": Verdict.FAIL,
    "21": Verdict.PASS,
}
"""The verdict on each recording."""


def silent(done: int, total: int) -> None:
    pass


def plan_of(recorded: Recorded, **flags: object) -> Plan:
    source = RecordingPlan(path=str(recorded.path))
    return load_plan(CONFIG, file="test", flags=flags, environment={}, now=recorded.after[1], source=source)


def judged(plan: Plan) -> Run:
    source = open_source(plan)
    try:
        return check(plan, source, progress=silent)
    finally:
        source.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_gets_the_verdict_of_the_table(name: str) -> None:
    recorded = recordings()[name]
    run = judged(plan_of(recorded))
    assert run.verdict is VERDICTS[name]
    assert run.verdict in recorded.entry["acceptable_verdicts"]


@pytest.mark.parametrize("name", [name for name in NAMES if recordings()[name].entry["cause"]])
def test_the_true_cause_is_ranked_first_or_second(name: str) -> None:
    recorded = recordings()[name]
    run = judged(plan_of(recorded, cache="per-arm" if recorded.entry["topology"] == "per-arm" else "shared"))
    named = [cause.id for cause in run.causes if cause.status is not CauseStatus.RULED_OUT]
    assert recorded.entry["cause"] in named[:2]


def test_of_healthy_deploys_no_cause_is_likely() -> None:
    for name in ("01", "17"):
        causes = judged(plan_of(recordings()[name])).causes
        assert [cause.id for cause in causes if cause.status is CauseStatus.LIKELY] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_real_prometheus_gives_the_same_run_as_the_recording(name: str, serve: Serve) -> None:
    recorded = recordings()[name]
    times = {"deploy_time": recorded.deploy_time / 1000, "end": recorded.entry["windows"]["after"][1]}
    offline = judged(plan_of(recorded, **times))
    with serve(recorded.path) as server:
        plan = replace(plan_of(recorded, **times), source=PrometheusPlan(url=server.url))
        online = judged(plan)
    assert online.verdict is VERDICTS[name]
    assert online.windows == offline.windows
    assert online.estimates == offline.estimates
    assert online.findings == offline.findings
    assert online.data_quality == offline.data_quality


@pytest.mark.parametrize("name", ["01", "02", "17"])
def test_a_record_judged_again_gives_the_same_run_byte_for_byte(name: str) -> None:
    run = judged(plan_of(recordings()[name]))
    written = REPORTS["json"](run, Look())
    again = check_again(read(written, where="run.json"))
    assert REPORTS["json"](again, Look()) == written
    for form in REPORTS:
        assert REPORTS[form](again, Look()) == REPORTS[form](run, Look())


def test_a_file_that_is_no_recording_gives_no_run(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("nonsense\n")
    for name in ("x.jsonl", "nowhere.jsonl"):
        plan = replace(plan_of(recordings()["01"]), source=RecordingPlan(path=str(tmp_path / name)))
        with pytest.raises(RecordingError):
            judged(plan)


def test_a_record_may_be_judged_by_another_plan_that_would_have_read_the_same() -> None:
    recorded = recordings()["12"]
    run = judged(plan_of(recorded, window="40s"))
    strict = replace(plan_of(recorded), levels=replace(run.plan.levels, alpha=0.001))
    again = check_again(run, strict)
    assert (again.windows, again.queries) == (run.windows, run.queries)
    assert (again.plan.levels.alpha, again.plan.times) == (0.001, run.plan.times)


@pytest.mark.parametrize(
    ("flags", "given", "differing"),
    [
        ({"select.canary": 'track="nope"', "unit": "instance"}, (), ["select", "unit"]),
        ({"compare": "before-after"}, (), ["compare"]),
        ({"window": "30s", "settle": "1s", "start": "-20s"}, (), ["window", "settle", "start"]),
        ({"window": "10m"}, (), []),
        ({"window": "10m"}, ("window",), ["window"]),
        ({"window": "40s"}, ("window",), []),
    ],
)
def test_a_plan_that_would_have_read_something_else_is_refused(
    flags: dict[str, str], given: tuple[str, ...], differing: list[str]
) -> None:
    run = judged(plan_of(recordings()["12"], window="40s"))
    refused = []
    try:
        check_again(run, plan_of(recordings()["12"], **flags), given=given)
    except ConfigError as error:
        refused = [problem.what.split("`")[1] for problem in error.problems]
    assert refused == differing


class Dead:
    """A source that cannot be reached."""

    def facts(self, plan: Plan) -> SourceFacts:
        raise SourceError(
            asked="the scrape interval", where="http://127.0.0.1:1", answer="connection refused", advice="Start it."
        )

    def read(self, queries: Sequence[SeriesQuery], progress: Callable[[int, int], None]) -> tuple[Reading, ...]:
        raise AssertionError("asked although it is dead")

    def close(self) -> None:
        pass


def test_a_source_that_is_down_still_gives_a_run_with_every_report() -> None:
    source: Source = Dead()
    run = check(plan_of(recordings()["01"], deploy_time="-100s"), source, progress=silent)
    assert run.verdict is Verdict.INCONCLUSIVE
    assert run.exit.code == 4
    assert run.exit.source_error is not None
    assert "connection refused" in run.exit.source_error
    for form in REPORTS:
        assert "connection refused" in REPORTS[form](run, Look())


def test_before_and_after_judges_both_arms_together() -> None:
    run = judged(plan_of(recordings()["01"], compare="before-after"))
    assert run.windows.before is not None
    assert run.verdict is not Verdict.FAIL
    assert {estimate.comparison for estimate in run.estimates} == {run.comparison}
