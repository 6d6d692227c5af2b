import re
import tomllib
from pathlib import Path

from canary_guard.reports.manual import ADDRESS, SECTIONS

ROOT = Path(__file__).parents[2]


def anchors(markdown: str) -> set[str]:
    """As GitHub makes them of headings: in small letters, without punctuation, a hyphen for a space."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"(?ms)^```.*?^```", "", markdown), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_to_a_section_of_the_readme() -> None:
    found = anchors((ROOT / "README.md").read_text(encoding="utf-8"))
    for address in SECTIONS.values():
        page, _, anchor = address.partition("#")
        assert page == ADDRESS
        assert anchor in found, anchor


def test_the_address_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["urls"]["Documentation"] == ADDRESS
