"""How a report may look where it is shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the place of a report can show, and what its reader asked for."""

    width: int = 80
    """columns"""
    color: bool = False
    unicode: bool = True
    """False: plain ASCII"""
    utc_offset: int = 0
    """ms: the reader's clock minus UTC; 0 shows UTC alone"""
    zone: str = "local"
    """What the reader's clock is called: `CET`."""
    quiet: bool = False
    """The verdict's sentence only."""
    verbose: bool = False
    """The queries, too."""
