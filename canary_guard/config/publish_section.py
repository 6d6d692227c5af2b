"""The `publish` section: where a run goes after its verdict.

A text may hold `${NAME}`, which is looked up when something is published. Where a secret may stand, it must.
"""

import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from canary_guard.config.fields import Duration, Keys, Text, key
from canary_guard.config.wording import Fault, RefusedError, duration
from canary_guard.model import publishing
from canary_guard.variables import filled, is_name, variables

_OPEN = "a secret is never written out: write `${NAME}` in its place, and set that variable"
_OPEN_PATH = (
    "a path may be a secret, and is never written out: write `${NAME}` for the last part of it or for the whole "
    "address, and set that variable"
)
_VARIABLE = r"\$\{[A-Za-z_][A-Za-z0-9_]*\}"
_AFTER_SCHEME = rf"([A-Za-z-]{{1,16}} )?{_VARIABLE}"
"""Without digits and short, so that hardly a secret is taken for the scheme."""
_PARTS = re.compile(r"(?:[^/?]*://)?(?:(?P<user>[^/?]*)@)?[^/?@]*(?P<path>[^?]*)\??(?P<query>.*)")
"""Of a URL that may begin with a variable, where `urlsplit` takes the host for a path."""
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TAKEN = ("job", "outcome", "rule", "service", "severity", "verdict")
"""The group's own labels, and those of the metrics, which the group's would overwrite."""
_GITHUB, _GITLAB = publishing.GitHubPlan(), publishing.GitLabPlan()


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise RefusedError("expected one line of text")
    if not all(is_name(name) for name in variables(text)):
        raise RefusedError("expected the name of an environment variable between `${` and `}`")
    return text


def _secret(text: str) -> str:
    return _hidden(text, _VARIABLE)


def _header_secret(text: str) -> str:
    return _hidden(text, _AFTER_SCHEME)


def _hidden(text: str, form: str) -> str:
    if not variables(text):
        raise RefusedError(_OPEN)
    _one_line(text)
    if not re.fullmatch(form, text):
        raise RefusedError(_OPEN)
    return text


def _url(text: str) -> str:
    """A URL, in which what may be a secret is a variable's value; so may be the host, or all of it."""
    _one_line(text)
    try:
        url = urlsplit(filled(text, dict.fromkeys(variables(text), "x")))
        usable = url.scheme in ("http", "https") and bool(url.hostname) and " " not in text
    except ValueError:
        usable = False
    if not usable and not text.startswith("${"):
        raise RefusedError("expected a URL with http or https and a host, or `${NAME}`")
    if "#" in text:
        raise RefusedError("expected a URL without `#`")
    parts = _parts(text)
    values = [pair.partition("=")[2] or pair for pair in parts["query"].split("&")]
    if not all(re.fullmatch(_VARIABLE, part) for part in (*(parts["user"] or "").split(":"), *values) if part):
        raise RefusedError(_OPEN)
    return text


def _private_url(text: str) -> str:
    _url(text)
    path = _parts(text)["path"].rstrip("/")
    if path and not re.fullmatch(_VARIABLE, path.rpartition("/")[2]):
        raise RefusedError(_OPEN_PATH)
    return text


def _parts(text: str) -> re.Match[str]:
    found = _PARTS.fullmatch(text)
    assert found is not None  # noqa: S101 - it matches any one line
    return found


def _base_url(text: str) -> str:
    _url(text)
    path = (text.partition("://")[2] or text).partition("/")[2]
    if variables(path) or "?" in text:
        raise RefusedError("errors show this address and its path, so neither a variable nor a query goes there")
    return text


Words = Annotated[Text, AfterValidator(_one_line)]
Secret = Annotated[Text, AfterValidator(_secret), Field(json_schema_extra={"pattern": f"^{_VARIABLE}$"})]
HeaderSecret = Annotated[
    Text, AfterValidator(_header_secret), Field(json_schema_extra={"pattern": f"^{_AFTER_SCHEME}$"})
]
Url = Annotated[Text, AfterValidator(_base_url)]
PrivateUrl = Annotated[Text, AfterValidator(_private_url)]


def _timeout() -> Any:  # noqa: ANN401 - as pydantic's Field
    what = "For all that it does, further tries included."
    return key(what, publishing.TIMEOUT, shown=duration(publishing.TIMEOUT))


class _Section(Keys):
    """The keys of one publisher: those of its record."""

    record: ClassVar[type[publishing.PublisherPlan]]
    files: ClassVar[tuple[str, ...]] = ()
    """Keys that name a file, relative to the configuration's folder."""

    def plan(self, folder: Path) -> publishing.PublisherPlan:
        """The record."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return self.record(**{**values, **{name: str(folder / values[name]) for name in self.files}})


class FilesSection(_Section):
    """A directory for each run, with an index over past runs."""

    record = publishing.FilesPlan
    files = ("directory",)
    directory: Words = key("Of the runs' directories and their index, from the configuration's folder.")
    keep: Annotated[int, Field(ge=1, le=10_000)] = key("Runs that are kept.", publishing.FilesPlan(directory="").keep)


class GitHubSection(_Section):
    """The job's summary and the step's outputs, and one comment on the pull request."""

    record = publishing.GitHubPlan
    comment: bool = key("Whether the pull request gets a comment, which later runs update.", _GITHUB.comment)
    repository: Words = key("`owner/name`.", _GITHUB.repository)
    pull_request: Words | None = key("Its number; by default that of the workflow's event.", None)
    token: Secret = key("With the permission `pull-requests: write`.", _GITHUB.token)
    api_url: Url | None = key("Address of the API; by default the runner's, or github.com's.", None)
    timeout: Duration = _timeout()


class GitLabSection(_Section):
    """One note on the merge request, which later runs update."""

    record = publishing.GitLabPlan
    url: Url = key("Address of the GitLab.", _GITLAB.url)
    project: Words = key("Number or path of the project.", _GITLAB.project)
    merge_request: Words = key("Its number in the project.", _GITLAB.merge_request)
    token: Secret = key("An access token with the scope `api`.", _GITLAB.token)
    timeout: Duration = _timeout()


class GrafanaSection(_Section):
    """An annotation over the window."""

    record = publishing.GrafanaPlan
    url: Url = key("Address of the Grafana.")
    token: Secret = key("Of a service account that may write annotations.")
    dashboard: Words | None = key("UID of the dashboard; by default the annotation is the organisation's.", None)
    panel: Annotated[int, Field(ge=1)] | None = key("Number of the panel on it.", None)
    tags: Annotated[tuple[Words, ...], Field(strict=False)] = key("Tags besides canary-guard, service and verdict.", ())
    timeout: Duration = _timeout()

    @model_validator(mode="after")
    def _panel_on_a_dashboard(self) -> Self:
        if self.panel is not None and self.dashboard is None:
            raise RefusedError(Fault(what="`panel` goes with `dashboard`", at=("panel",), key=True))
        return self


class JiraSection(_Section):
    """A comment, and the page as an attachment, on an issue."""

    record = publishing.JiraPlan
    url: Url = key("Address of the Jira.")
    issue: Words = key("Key of the issue, such as `SHOP-123` or `${DEPLOY_TICKET}`.")
    username: Words | None = key("Of Jira Cloud, with an API token; not with a Data Center's personal token.", None)
    token: Secret = key("API token, or personal access token.")
    timeout: Duration = _timeout()


class PushgatewaySection(_Section):
    """The verdict as metrics, into a Pushgateway."""

    record = publishing.PushgatewayPlan
    url: Url = key("Address of the Pushgateway.")
    job: Words = key("The group's `job`.", publishing.PushgatewayPlan(url="").job)
    labels: dict[str, Words] = key("Of the group, besides `job` and `service`; none that the metrics have.", {})
    timeout: Duration = _timeout()

    @model_validator(mode="after")
    def _labels_are_labels(self) -> Self:
        wrong = [name for name in self.labels if not _LABEL.fullmatch(name) or name in _TAKEN or name.startswith("__")]
        if wrong:
            what = f"expected the name of a label, other than {', '.join(f'`{name}`' for name in _TAKEN)}"
            raise RefusedError(*(Fault(what=what, at=("labels", name), key=True) for name in wrong))
        return self


class SlackSection(_Section):
    """A message with the page in its thread, by a token; or a message alone, by an incoming webhook."""

    record = publishing.SlackPlan
    channel: Words | None = key("Its name or its ID.", None)
    token: Secret | None = key("A bot's, with the scopes `chat:write` and `files:write`.", None)
    webhook: Secret | None = key("Address of an incoming webhook, in place of `channel` and `token`.", None)
    timeout: Duration = _timeout()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_token = (self.channel is not None, self.token is not None)
        if (self.webhook is None and not all(by_token)) or (self.webhook is not None and any(by_token)):
            raise RefusedError("expected `channel` and `token`, or `webhook`")
        return self


class TextfileSection(_Section):
    """The verdict as metrics, into a file of the node exporter's textfile collector."""

    record = publishing.TextfilePlan
    files = ("path",)
    path: Words = key("File to write, such as `/var/lib/node_exporter/canary-guard.prom`.")

    @model_validator(mode="after")
    def _is_collected(self) -> Self:
        if not self.path.endswith(".prom"):
            raise RefusedError(Fault(what="expected a name that ends in `.prom`: others are not read", at=("path",)))
        return self


class WebhookSection(_Section):
    """The run, or a report of it, to an address of one's own."""

    record = publishing.WebhookPlan
    url: PrivateUrl = key("Where it is posted to; errors show its host alone.")
    headers: dict[str, HeaderSecret] = key("Further headers: each `${NAME}`, or as in `Bearer ${NAME}`.", {})
    format: Literal["html", "json", "junit", "markdown"] = key("What is posted.", publishing.WebhookPlan(url="").format)
    timeout: Duration = _timeout()

    @model_validator(mode="after")
    def _headers_are_headers(self) -> Self:
        if wrong := [name for name in self.headers if not _HEADER.fullmatch(name)]:
            raise RefusedError(
                *(Fault(what="expected a header's name", at=("headers", name), key=True) for name in wrong)
            )
        return self


class PublishSection(Keys):
    """Where a run goes after its verdict, which none of it changes."""

    files: FilesSection | None = key("A directory for each run, with an index over past runs.", None)
    github: GitHubSection | None = key("Job summary, outputs, and a comment on the pull request.", None)
    gitlab: GitLabSection | None = key("A note on the merge request.", None)
    grafana: GrafanaSection | None = key("An annotation over the window.", None)
    jira: JiraSection | None = key("A comment and an attachment on an issue.", None)
    pushgateway: PushgatewaySection | None = key("The verdict as metrics.", None)
    slack: SlackSection | None = key("A message, with the page.", None)
    textfile: TextfileSection | None = key("The verdict as metrics, in a file.", None)
    webhook: WebhookSection | None = key("The run as JSON, or a report.", None)

    def plans(self, folder: Path) -> tuple[publishing.PublisherPlan, ...]:
        """A record for each publisher that is configured, in alphabetical order; paths are relative to `folder`."""
        sections = (getattr(self, name) for name in type(self).model_fields)
        return tuple(section.plan(folder) for section in sections if section is not None)
