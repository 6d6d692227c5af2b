"""What every source can do: say what it knows, and answer queries."""

from collections.abc import Callable, Sequence
from typing import Protocol

from canary_guard.model.plan import Plan
from canary_guard.model.series import Reading, SeriesQuery, SourceFacts


class Source(Protocol):
    """Something that knows the cumulative value of a signal, per arm and unit, on a grid of times."""

    def facts(self, plan: Plan) -> SourceFacts:
        """What the source says about itself. SourceError where it cannot be used at all."""
        ...

    def read(self, queries: Sequence[SeriesQuery], progress: Callable[[int, int], None]) -> tuple[Reading, ...]:
        """One reading per query, in the same order; a query that fails gives a reading with its `Failure`.

        `progress` is told how many are done, of how many. ConfigError where a series belongs to both arms.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...
