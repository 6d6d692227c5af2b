"""canary-guard: stops a rollout when the database starts to do the work that the cache used to do.

`judge_arrays` is the judgement for those who have plain arrays; it is imported when it is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canary_guard.arrays import judge_arrays

__all__ = ["__version__", "judge_arrays"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name == "judge_arrays":
        return import_module("canary_guard.arrays").judge_arrays
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
