"""Expected texts in files: `UPDATE_GOLDENS=1 pytest` rewrites them, and review reads the difference."""

import os
from pathlib import Path


def golden(path: Path, text: str) -> None:
    """Hold a text against its file."""
    if os.environ.get("UPDATE_GOLDENS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"UPDATE_GOLDENS=1 rewrites {path.name}"
