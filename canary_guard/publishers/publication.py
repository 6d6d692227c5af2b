"""What is published: a run, and its texts as the hallway has made them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

from canary_guard.model.run import Run

_SLUG = re.compile(r"[^a-z0-9]+")
_LINKS = ("CI_JOB_URL", "BUILD_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL")
"""Where CI systems say what the page of a job is: GitLab, Jenkins, Buildkite, CircleCI."""
_LINK = re.compile(r"https?://[^\s<>|\"'`()\[\]\\]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A run with its texts; all but `run` are visible, on one line, and of no markup."""

    run: Run
    service: str
    sentence: str
    """The verdict and the numbers that decided it."""
    advice: tuple[str, ...]
    """What to do, in sentences."""
    outputs: Mapping[str, str]
    """What later steps of a workflow may want to know."""
    link: str | None
    """The page of the CI job that judged."""
    render: Callable[[str], str]
    """The report in a format, by its name."""

    def stem(self) -> str:
        """A file's name without its ending: time, service and digest of the record, which no two runs share."""
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.run.plan.times.now)
        slug = _SLUG.sub("-", self.run.plan.service.lower()).strip("-")[:40] or "service"
        digest = sha256(self.render("json").encode()).hexdigest()[:8]
        return f"{at:%Y%m%dT%H%M%SZ}-{slug}-{digest}"

    def comment(self) -> str:
        """The Markdown report, behind a marker that nobody sees and by which it is found again."""
        link = f"\n[The job that judged]({self.link})\n" if self.link else ""
        return f"{self.marker()}\n{self.render('markdown')}{link}"

    def marker(self) -> str:
        """The same for every run of a service, and no other's."""
        service = self.run.plan.service
        digest = sha256(service.encode("utf-8", "replace")).hexdigest()[:12]
        return f"<!-- canary-guard {quote(service[:60], errors='replace')} {digest} -->"


def job_link(environment: Mapping[str, str]) -> str | None:
    """The page of the CI job that this is; None outside of one."""
    parts = [environment.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    github = [f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}"] if all(parts) else []
    links = [*github, *(environment.get(name, "") for name in _LINKS)]
    return next((link for link in links if _LINK.fullmatch(link)), None)


def cut(text: str, limit: int) -> str:
    """The text in at most so many characters, with an ellipsis where something was cut."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
