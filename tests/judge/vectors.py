"""The vectors of `tests/data/statistics_vectors.json` that are about judging."""

import json
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[1] / "data" / "statistics_vectors.json"


def vectors(kind: str) -> list[Any]:
    """One pytest parameter set (given, expect) per vector of a kind."""
    found = [vector for vector in json.loads(FILE.read_text(encoding="utf-8"))["vectors"] if vector["kind"] == kind]
    assert found, f"{FILE.name} has no vectors of kind {kind}"
    return [pytest.param(vector["given"], vector["expect"], id=vector["id"]) for vector in found]
