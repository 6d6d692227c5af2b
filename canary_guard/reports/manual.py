"""Where the manual explains what a report says: the sections of README.md."""

from collections.abc import Mapping
from types import MappingProxyType

ADDRESS = "https://github.com/your-organisation/canary-guard/blob/main/README.md"
"""Whoever keeps a copy of the repository names it here and in pyproject.toml."""

SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        name: f"{ADDRESS}#{anchor}"
        for name, anchor in (
            ("decides", "how-it-decides"),
            ("measures", "measures"),
            ("rules", "default-rules"),
            ("causes", "why-it-happened"),
            ("projection", "how-far-the-rollout-may-go"),
            ("wrong", "how-often-it-is-wrong"),
            ("blind", "what-the-statistics-assume-and-cannot-see"),
        )
    }
)
"""By what they are about."""
