"""Where a run is published, as it was asked for: one record for each publisher.

Texts hold `${NAME}` as it was written, and the environment is looked at when something is published: so no secret ever
stands in a plan, and a record can be published again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TIMEOUT = 30_000
"""ms for all of what a publisher does, further tries included"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesPlan:
    """A directory for each run, with an index over past runs."""

    directory: str
    keep: int = 100
    """runs; older ones are removed"""
    kind: Literal["files"] = "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubPlan:
    """The job's summary and the step's outputs, and one comment on the pull request."""

    comment: bool = True
    repository: str = "${GITHUB_REPOSITORY}"
    """`owner/name`"""
    pull_request: str | None = None
    """None: the one that the workflow's event is about"""
    token: str = "${GITHUB_TOKEN}"
    api_url: str | None = None
    """None: the runner's, or github.com's"""
    timeout: int = TIMEOUT
    kind: Literal["github"] = "github"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabPlan:
    """One note on the merge request."""

    url: str = "${CI_SERVER_URL}"
    project: str = "${CI_MERGE_REQUEST_PROJECT_ID}"
    """Its number, or its path."""
    merge_request: str = "${CI_MERGE_REQUEST_IID}"
    token: str = "${GITLAB_TOKEN}"
    timeout: int = TIMEOUT
    kind: Literal["gitlab"] = "gitlab"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaPlan:
    """An annotation over the window."""

    url: str
    token: str
    dashboard: str | None = None
    """Its UID; None: of the whole organisation"""
    panel: int | None = None
    tags: tuple[str, ...] = ()
    """Besides `canary-guard`, the service and the verdict."""
    timeout: int = TIMEOUT
    kind: Literal["grafana"] = "grafana"


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraPlan:
    """A comment and the page as an attachment of an issue."""

    url: str
    issue: str
    username: str | None = None
    """Of Jira Cloud; None: the token is a Data Center's, and goes as a bearer's"""
    token: str
    timeout: int = TIMEOUT
    kind: Literal["jira"] = "jira"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushgatewayPlan:
    """The verdict as metrics, into a Pushgateway."""

    url: str
    job: str = "canary-guard"
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of the group, besides `job` and `service`."""
    timeout: int = TIMEOUT
    kind: Literal["pushgateway"] = "pushgateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackPlan:
    """A message with the page in its thread, by a token; or a message alone, by an incoming webhook."""

    channel: str | None = None
    token: str | None = None
    webhook: str | None = None
    timeout: int = TIMEOUT
    kind: Literal["slack"] = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextfilePlan:
    """The verdict as metrics, into a file of the node exporter's textfile collector."""

    path: str
    kind: Literal["textfile"] = "textfile"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPlan:
    """The run, or a report of it, to an address of one's own."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    format: Literal["html", "json", "junit", "markdown"] = "json"
    timeout: int = TIMEOUT
    kind: Literal["webhook"] = "webhook"


PublisherPlan = (
    FilesPlan
    | GitHubPlan
    | GitLabPlan
    | GrafanaPlan
    | JiraPlan
    | PushgatewayPlan
    | SlackPlan
    | TextfilePlan
    | WebhookPlan
)
