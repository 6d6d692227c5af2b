"""Tasks in, results as they come: a bounded number at once, and an end by the clock whatever the tasks wait for."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


def results(tasks: Sequence[Callable[[], T]], *, at_once: int, seconds: float) -> Iterator[tuple[int, T]]:
    """Each task's index and result, in the order in which they end; those that need longer than `seconds` are left out.

    What a task raises is raised here. The threads are daemons, and no new task begins once nobody listens: neither
    the end of the time nor Ctrl-C waits for a server that does not answer, as an executor's threads would.
    """
    waiting = deque(enumerate(tasks))
    done = SimpleQueue[tuple[int, T | None, BaseException | None]]()

    def work() -> None:
        while True:
            try:
                index, task = waiting.popleft()
            except IndexError:
                return
            try:
                done.put((index, task(), None))
            except BaseException as error:  # noqa: BLE001 - raised again where the results are awaited
                done.put((index, None, error))

    for _ in range(min(at_once, len(tasks))):
        Thread(target=work, daemon=True).start()
    deadline = monotonic() + seconds
    try:
        for _ in tasks:
            index, result, error = done.get(timeout=max(0.0, deadline - monotonic()))
            if error is not None:
                raise error
            yield index, result  # type: ignore[misc] # None only where the task itself gave it
    except Empty:
        return
    finally:
        waiting.clear()
