"""The table of error rates: its shares, its targets, and that a seed gives the same table however it is divided."""

from __future__ import annotations

import pytest

from bench.deploys import DEPLOYS, Deploy
from bench.error_rates import HEAD, OURS, Row, Share, Tally, Target, mean, measure, table, targets


def row(name: str = "", *, phi: float = 0.3, alarms: int = 0, passes: int = 0, of: int = 1000) -> Row:
    healthy = Tally({(OURS, "fail"): alarms, (OURS, "pass"): of - alarms})
    faulty = Tally({(OURS, "pass"): passes, (OURS, "fail"): of - passes})
    return Row(Deploy(name=name, phi=phi), {1.0: healthy, 2.0: faulty})


def test_a_share_has_an_error_even_at_zero() -> None:
    assert Share(10, 1000).error == pytest.approx(0.0033, rel=0.02)
    assert 0 < Share(0, 1000).error < 0.0011
    assert (str(Share(10, 1000)), str(Share(5, 10))) == ("1.0 ±0.3", "50 ±16")


def test_the_mean_weighs_every_deploy_alike() -> None:
    shares = mean([row(alarms=10), row(alarms=0, of=100)], OURS, "fail", 1.0)
    assert shares is not None
    assert shares.rate == pytest.approx(0.005)
    assert shares.of == 1100


def test_targets_say_what_is_missed() -> None:
    said = "\n".join(targets([row("calm"), row("wild", alarms=60, passes=30), row("strong", phi=0.9, alarms=500)]))
    assert "false alarms, mean: 3.0 ±0.4 % (at most 0.5 %): MISSED" in said
    assert "false alarms, worst (wild): 6.0 ±0.8 % (at most 2 %): MISSED" in said
    assert "wrong passes, mean: 1.5 ±0.3 % (at most 0.5 %): MISSED" in said
    assert "false alarms, strong: 50.0 ±1.6 % (no target)" in said


def test_a_target_is_met_within_two_errors() -> None:
    assert "met within two Monte-Carlo errors" in str(Target("", Share(12, 2000), 0.005))
    assert "MISSED" in str(Target("", Share(20, 2000), 0.005))
    assert "MISSED" in str(Target("", Share(1900, 2000), 0.97, at_least=True))
    assert str(Target("", Share(1990, 2000), 0.97, at_least=True)).endswith(": met")


def test_the_table_has_a_cell_for_every_column() -> None:
    lines = list(table([row("calm"), Row(Deploy(name="no fault"), {1.0: Tally({(OURS, "pass"): 9})})]))
    assert {line.count("|") for line in lines} == {len(HEAD) + 1}


def test_a_seed_gives_the_same_counts_for_any_number_of_processes() -> None:
    at = next(at for at, deploy in enumerate(DEPLOYS) if deploy.sizes == (1.0,))
    one, two = (measure([at], repetitions=51, seed=3, jobs=jobs) for jobs in (1, 2))
    assert one == two
    assert sum(one[at, 1.0].values()) == 4 * 51
