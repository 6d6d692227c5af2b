from __future__ import annotations

import time
from functools import partial
from threading import Barrier, Event, active_count

import pytest

from canary_guard.workers import results


def test_every_task_gives_its_result_under_its_index() -> None:
    tasks = [partial(int, text) for text in ("5", "6", "7")]
    assert dict(results(tasks, at_once=2, seconds=5)) == {0: 5, 1: 6, 2: 7}
    assert dict(results([], at_once=2, seconds=5)) == {}


def test_so_many_run_at_once() -> None:
    # Each waits for two others: with fewer at once none would end, and the barrier would break.
    barrier = Barrier(3)
    assert len(list(results([partial(barrier.wait, 5)] * 6, at_once=3, seconds=10))) == 6


def test_never_more_at_once() -> None:
    before = active_count()
    seen = list(results([active_count] * 20, at_once=2, seconds=5))
    assert max(count for _, count in seen) <= before + 2


def test_what_is_not_done_in_time_is_left_out() -> None:
    never = Event()
    began = time.monotonic()
    done = dict(results([never.wait, lambda: True, never.wait], at_once=2, seconds=0.2))
    assert done == {1: True}
    assert time.monotonic() - began < 2
    never.set()


def test_nothing_new_begins_once_nobody_listens() -> None:
    begun = []
    gate = Event()

    def wait() -> None:
        begun.append(1)
        gate.wait(5)

    assert list(results([wait] * 5, at_once=1, seconds=0.05)) == []
    gate.set()
    time.sleep(0.05)
    assert begun == [1]


def test_what_a_task_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="many"):
        list(results([partial(int, "1"), partial(int, "many")], at_once=1, seconds=5))


def test_an_exhausted_budget_is_no_error() -> None:
    gate = Event()
    assert list(results([gate.wait], at_once=1, seconds=-1)) == []
    gate.set()
