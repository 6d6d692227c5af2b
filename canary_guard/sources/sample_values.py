"""The values of samples as a server or a recording writes them in, numbers out."""

from collections.abc import Sequence
from math import nan

import numpy as np

from canary_guard.model.arrays import FloatArray


def numbers(given: Sequence[object]) -> FloatArray:
    """The values as numbers; NaN for what is none, and for what only Python takes for one, such as `1_000`."""
    try:
        if "_" not in "".join(given):  # type: ignore[arg-type] # texts, where the server is a Prometheus
            return np.array(list(map(float, given)), dtype=np.float64)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        pass
    return np.array([_number(value) for value in given], dtype=np.float64)


def _number(given: object) -> float:
    try:
        return nan if "_" in str(given) else float(given)  # type: ignore[arg-type] # whatever JSON had in its place
    except (TypeError, ValueError):
        return nan
