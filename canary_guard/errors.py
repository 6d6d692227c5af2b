"""What stops a run, each class with the exit code that it gives.

CanaryGuardError            70  a fault of ours
├── ConfigError              2  the configuration or the command line cannot be used
├── SourceError              4  the source did not answer, or not usably
│   └── RecordingError       4  a recording or a record cannot be read
└── OutputError              2  a file could not be written; after a verdict it is printed, and the verdict counts
    └── PublishError         2  a publisher did not get through; likewise
"""

from dataclasses import dataclass


class CanaryGuardError(Exception):
    """The root: whatever canary-guard raises on purpose."""

    exit_code = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a configuration, and where."""

    what: str
    """One sentence: what is there, what was expected, and the suggestion, if any."""
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """`file:line:column: what`, as editors and people read it."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.what}" if place else self.what


class ConfigError(CanaryGuardError):
    """The configuration or the command line cannot be used; every problem at once."""

    exit_code = 2

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class SourceError(CanaryGuardError):
    """The source did not answer, or not usably: what was asked, where, what came back, what to do."""

    exit_code = 4

    def __init__(self, *, asked: str, where: str, answer: str, advice: str, unreachable: bool = False) -> None:
        self.asked = asked
        self.where = where
        self.answer = answer
        self.advice = advice
        self.unreachable = unreachable
        """No answer came at all."""
        super().__init__(f"{where}: {answer} (asked for {asked}). {advice}")


class RecordingError(SourceError):
    """A recording or a run's record cannot be read; `where` is `file:line`."""


class OutputError(CanaryGuardError):
    """A file could not be written. After a verdict it is printed, and the verdict's exit code stands."""

    exit_code = 2


class PublishError(OutputError):
    """A publisher did not get through: what was asked, what came back, what to do."""

    def __init__(self, what: str, *, tried: bool = True) -> None:
        self.tried = tried
        """False: something that it needs is not set here, and nothing was sent."""
        super().__init__(what)
