"""The verdict as a Prometheus reads it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from canary_guard.model.run import Run, Verdict
from canary_guard.publishers.exposition import metrics
from tests.builders import START, a_plan, a_run
from tests.reports import runs

LINE = re.compile(r'[a-z_]+\{([a-z]+="([^"\\\n]|\\[\\"n])*",?)+\} [0-9.e+-]+')


@pytest.mark.parametrize("verdict", Verdict)
def test_one_verdict_is_one_and_the_others_are_zero(verdict: Verdict) -> None:
    text = metrics(a_run(verdict))
    for one in Verdict:
        assert f'canary_guard_verdict{{service="shop-api",verdict="{one}"}} {int(one is verdict)}\n' in text


def test_outcomes_exit_code_and_times() -> None:
    lines = metrics(a_run()).splitlines()
    rule = '{service="shop-api",rule="origin-regression",severity="fail",outcome="exceeded"}'
    assert f"canary_guard_rule_outcome{rule} 1" in lines
    assert f"canary_guard_rule_outcome{rule.replace('exceeded', 'within')} 0" in lines
    assert 'canary_guard_exit_code{service="shop-api"} 1' in lines
    assert f'canary_guard_window_start_timestamp_seconds{{service="shop-api"}} {START // 1000}' in lines
    assert f'canary_guard_run_timestamp_seconds{{service="shop-api"}} {START // 1000 + 700}' in lines


@pytest.mark.parametrize("run", [a_run(), runs.hostile()], ids=["usual", "hostile"])
def test_each_metric_is_described_once_and_no_sample_has_a_timestamp(run: Run) -> None:
    text = metrics(run)
    assert text.endswith("\n")
    names = re.findall("^# TYPE ([a-z_]+) gauge$", text, re.MULTILINE)
    assert len(names) == len(set(names)) == len(re.findall("^# HELP ", text, re.MULTILINE)) == 6
    for line in text.removesuffix("\n").split("\n"):
        assert line.startswith("# ") or LINE.fullmatch(line), line


def test_a_labels_value_is_escaped() -> None:
    run = replace(a_run(), plan=a_plan(service='a"b\\c\nd\ud800'))
    assert 'canary_guard_exit_code{service="a\\"b\\\\c\\nd?"} 1' in metrics(run)
