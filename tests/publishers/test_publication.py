"""What publishers make of a run alike."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from canary_guard.publishers.publication import cut, job_link
from tests.builders import a_run
from tests.publishers.publications import LINK, a_publication, named
from tests.reports import runs


def test_a_stem_has_time_service_and_the_records_digest() -> None:
    first = a_publication()
    assert first.stem() == a_publication().stem()
    assert re.fullmatch(r"20261121T\d{6}Z-shop-api-[0-9a-f]{8}", first.stem())
    other = a_publication(replace(a_run(), warnings=("partial",)))
    assert other.stem() != first.stem()
    assert other.stem().rpartition("-")[0] == first.stem().rpartition("-")[0]


@pytest.mark.parametrize("service", ["../../etc", "a b/c", "\u202e", "x" * 10_000, "--> <script>"])
def test_a_stem_is_a_plain_file_name_whatever_the_service_is_called(service: str) -> None:
    stem = named(service).stem()
    assert all(sign.isalnum() or sign == "-" for sign in stem)
    assert len(stem) < 80


def test_a_comment_begins_with_the_marker_and_ends_with_the_link() -> None:
    publication = a_publication()
    text = publication.comment()
    assert text.startswith(f"{publication.marker()}\n## ")
    assert text.endswith(f"[The job that judged]({LINK})\n")
    assert "The job" not in a_publication(link=None).comment()


@pytest.mark.parametrize("service", ["--> x", "a\nb", "ü" * 500, "\ud800"])
def test_a_marker_is_one_hidden_comment_of_one_service(service: str) -> None:
    marker = named(service).marker()
    assert marker.startswith("<!-- canary-guard ")
    assert marker.index("-->") == len(marker) - 3
    assert "\n" not in marker
    assert len(marker) < 700
    assert marker == named(service).marker() != named(service + "2").marker()


def test_no_line_of_a_comment_is_a_quick_action_or_a_mention() -> None:
    """GitLab obeys a line that begins with a slash; both notify whoever is named behind an @."""
    text = a_publication(runs.hostile("\n/approve\n@everyone <!channel>")).comment()
    assert not any(line.lstrip().startswith("/") for line in text.splitlines())
    assert "@everyone" not in re.sub("`[^`]*`", "", text)  # in a code span it is nobody's name


@pytest.mark.parametrize(
    ("environment", "link"),
    [
        ({}, None),
        (
            {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"},
            "https://github.com/a/b/actions/runs/7",
        ),
        ({"GITHUB_SERVER_URL": "https://github.com", "CI_JOB_URL": "https://gitlab/j/1"}, "https://gitlab/j/1"),
        ({"BUILD_URL": "http://jenkins/job/x/1/"}, "http://jenkins/job/x/1/"),
        ({"BUILD_URL": "javascript:alert(1)"}, None),
        ({"BUILD_URL": "http://x/> <!channel>"}, None),
    ],
)
def test_the_link_is_that_of_the_ci_job(environment: dict[str, str], link: str | None) -> None:
    assert job_link(environment) == link


def test_what_is_too_long_is_cut() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "ab…"
