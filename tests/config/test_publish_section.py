"""Where a run goes: one record for each publisher, and no secret in any."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from canary_guard.config.publish_section import PublishSection
from canary_guard.config.schema import config_schema
from canary_guard.model import publishing
from canary_guard.publishers.exposition import metrics
from tests.builders import a_run
from tests.config.texts import OUTSIDE, errors_of, plan_of

MOST = """\
publish:
  files: {directory: runs, keep: 5}
  github: {comment: false, repository: a/b, pull_request: "${PR}", token: "${T}", api_url: http://ghe/v3, timeout: 5s}
  gitlab: {url: https://gitlab, project: a/b, merge_request: "${MR}", token: "${T}"}
  grafana: {url: https://grafana, token: "${T}", dashboard: abc, panel: 2, tags: [deploy]}
  jira: {url: https://jira, issue: SHOP-1, username: "${U}", token: "${T}"}
  pushgateway: {url: "http://${U}:${P}@gateway:9091", job: guard, labels: {team: shop}}
  slack: {channel: "#deploys", token: "${T}"}
  textfile: {path: metrics/x.prom}
  webhook: {url: "https://h/${PATH}?a=${B}", headers: {Authorization: "Bearer ${T}"}, format: html}
"""


def errors(section: str) -> list[str]:
    return errors_of(f"{OUTSIDE}publish: {section}\n")


def test_every_key_reaches_its_record(tmp_path: Path) -> None:
    found = plan_of(OUTSIDE + MOST, file=str(tmp_path / "c.yaml")).publish
    assert found == (
        publishing.FilesPlan(directory=str(tmp_path / "runs"), keep=5),
        publishing.GitHubPlan(
            comment=False,
            repository="a/b",
            pull_request="${PR}",
            token="${T}",
            api_url="http://ghe/v3",
            timeout=5000,
        ),
        publishing.GitLabPlan(url="https://gitlab", project="a/b", merge_request="${MR}", token="${T}"),
        publishing.GrafanaPlan(url="https://grafana", token="${T}", dashboard="abc", panel=2, tags=("deploy",)),
        publishing.JiraPlan(url="https://jira", issue="SHOP-1", username="${U}", token="${T}"),
        publishing.PushgatewayPlan(url="http://${U}:${P}@gateway:9091", job="guard", labels={"team": "shop"}),
        publishing.SlackPlan(channel="#deploys", token="${T}"),
        publishing.TextfilePlan(path=str(tmp_path / "metrics/x.prom")),
        publishing.WebhookPlan(url="https://h/${PATH}?a=${B}", headers={"Authorization": "Bearer ${T}"}, format="html"),
    )


def test_without_the_section_nothing_is_published() -> None:
    assert plan_of().publish == ()
    assert plan_of(f"{OUTSIDE}publish: {{}}\n").publish == ()


def test_defaults_are_those_of_the_records() -> None:
    found = plan_of(f'{OUTSIDE}publish: {{github: {{}}, gitlab: {{}}, slack: {{webhook: "${{S}}"}}}}\n').publish
    assert found == (publishing.GitHubPlan(), publishing.GitLabPlan(), publishing.SlackPlan(webhook="${S}"))


def test_a_variable_that_is_not_set_is_no_error_and_is_not_looked_up() -> None:
    (found,) = plan_of(f'{OUTSIDE}publish: {{slack: {{webhook: "${{S}}"}}}}\n', environment={"S": "hunter2"}).publish
    assert found == publishing.SlackPlan(webhook="${S}")


def test_sections_and_records_have_the_same_keys() -> None:
    sections = {name: get_args(field.annotation)[0] for name, field in PublishSection.model_fields.items()}
    records = {record.__dataclass_fields__["kind"].default: record for record in get_args(publishing.PublisherPlan)}
    assert list(sections) == sorted(sections) == list(records)
    for name, section in sections.items():
        assert section.record is records[name]
        assert set(section.model_fields) == {field.name for field in fields(records[name])} - {"kind"}


SECRET = "a secret is never written out: write `${NAME}` in its place, and set that variable"


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("{jira: {url: http://j, issue: A-1, token: hunter2}}", f"11:52: `token`: {SECRET}"),
        ("{jira: {url: http://u:hunter2@j, issue: A-1, token: '${T}'}}", f"11:23: `url`: {SECRET}"),
        ("{webhook: {url: 'http://h/?key=hunter2'}}", f"11:26: `url`: {SECRET}"),
        ("{webhook: {url: http://h, headers: {X: hunter2}}}", f"11:49: `X`: {SECRET}"),
        ("{jira: {url: 'http://j/${KEY}', issue: A-1, token: '${T}'}}", "11:23: `url`: errors show this address and"),
        ("{gitlab: {url: '${HOST}/x/${KEY}'}}", "`url`: errors show this address and its path"),
        ("{gitlab: {url: 'http://g?a=${KEY}'}}", "`url`: errors show this address and its path"),
        ("{slack: {webhook: https://hooks.slack.com/hunter2}}", f"11:28: `webhook`: {SECRET}"),
        ("{slack: {channel: x, token: 12345678}}", "11:38: `token`: expected text; put it in quotes"),
        ("{slack: {channel: x}}", "11:18: `slack`: expected `channel` and `token`, or `webhook`"),
        ("{slack: {channel: x, token: '${T}', webhook: '${W}'}}", "expected `channel` and `token`, or `webhook`"),
        ("{gitlab: {token: '${hunter 2}'}}", "expected the name of an environment variable between `${` and `}`"),
        ('{gitlab: {project: "a\\nb"}}', "11:29: `project`: expected one line of text"),
        ("{github: {api_url: ftp://h}}", "expected a URL with http or https and a host, or `${NAME}`"),
        ("{github: {api_url: 'http://['}}", "expected a URL with http or https and a host"),
        ("{github: {api_url: 'http://h/#x'}}", "expected a URL without `#`"),
        ("{grafana: {url: http://g, token: '${T}', panel: 2}}", "11:51: `panel` goes with `dashboard`"),
        ("{pushgateway: {url: http://p, labels: {job: x}}}", "expected the name of a label, other than `job`"),
        ("{pushgateway: {url: http://p, labels: {__a: x}}}", "expected the name of a label"),
        ("{textfile: {path: x.txt}}", "11:28: `path`: expected a name that ends in `.prom`: others are not read"),
        ("{webhook: {url: http://h, headers: {'a b': '${T}'}}}", "expected a header's name"),
        ("{webhook: {url: http://h, format: pdf}}", "`format`: expected `html`, `json`, `junit` or `markdown`"),
        ("{files: {directory: x, keep: 0}}", "`keep`: expected at least 1"),
        ("{jra: {}}", "11:11: unknown key `jra`; did you mean `jira`?"),
        ("{jira: {tokn: hunter2}}", "unknown key `tokn`; did you mean `token`?"),
        ("{files: {}}", "`publish.files.directory` is missing"),
    ],
)
def test_what_is_no_publisher(section: str, message: str) -> None:
    found = "\n".join(errors(section))
    assert f"canary-guard.yaml:{message}" in found or message in found
    assert "hunter2" not in found.replace("${hunter 2}", "")


PATH = "a path may be a secret, and is never written out: write `${NAME}` for the last part of it or for the whole"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://hooks.example/services/T000/B000/hunter2", PATH),
        ("https://hooks.example/hunter2", PATH),
        ("https://hooks.example/services/hunter2${X}", PATH),
        ("https://hooks.example/${X}/hunter2/", PATH),
        ("${HOST}/hunter2", PATH),
        ("${SCHEME}://h/hunter2", PATH),
        ("https://hunter2@h", SECRET),
        ("https://hunter2:${X}@h", SECRET),
        ("https://${U}:hunter2${X}@h", SECRET),
        ("${SCHEME}://hunter2@h", SECRET),
        ("https://h/${X}?hunter2", SECRET),
        ("https://h?a=${X}&b=hunter2", SECRET),
        ("https://h?a=hunter2${X}", SECRET),
        ("${HOST}?next=http://hunter2", SECRET),
    ],
)
def test_a_variable_elsewhere_lets_no_secret_into_an_address(url: str, message: str) -> None:
    (found,) = errors(f"{{webhook: {{url: '{url}'}}}}")
    assert f"`url`: {message}" in found
    assert "hunter2" not in found


@pytest.mark.parametrize(
    "url",
    [
        "https://h",
        "https://h/",
        "${URL}",
        "${HOST}/in/${KEY}",
        "https://h:1/in/${KEY}/",
        "https://${U}@h?a=${A}&b=${B}",
    ],
)
def test_an_address_with_its_secrets_in_variables(url: str) -> None:
    assert plan_of(f"{OUTSIDE}publish: {{webhook: {{url: '{url}'}}}}\n").publish == (publishing.WebhookPlan(url=url),)


@pytest.mark.parametrize(
    "section",
    [
        "{webhook: {url: http://h, headers: {X: 'Bearer hunter2${X}'}}}",
        "{webhook: {url: http://h, headers: {X: 'hunter2 ${X}'}}}",
        "{webhook: {url: http://h, headers: {X: '${X} hunter2'}}}",
        "{slack: {webhook: 'https://hooks.slack.com/services/hunter2${X}'}}",
        "{slack: {webhook: 'https://hooks.slack.com/hunter2/${X}'}}",
        "{gitlab: {token: 'hunter2${X}'}}",
        "{grafana: {url: 'https://hunter2@h', token: '${T}'}}",
    ],
)
def test_nor_into_any_other_secret(section: str) -> None:
    (found,) = errors(section)
    assert SECRET in found
    assert "hunter2" not in found


def test_a_flag_gives_no_secret_either() -> None:
    base = f"{OUTSIDE}publish: {{jira: {{url: http://j, issue: A-1, token: '${{T}}'}}}}\n"
    (found,) = errors_of(base, settings=["publish.jira.token=hunter2"])
    assert found == f"--set publish.jira.token: {SECRET}"
    (plan,) = plan_of(base, settings=["publish.jira.issue=B-2"]).publish
    assert isinstance(plan, publishing.JiraPlan)
    assert plan.issue == "B-2"


def test_no_label_of_the_metrics_is_the_groups() -> None:
    for name in {"job", *re.findall(r"[{,]([a-z_]+)=", metrics(a_run()))}:
        (found,) = errors(f"{{pushgateway: {{url: http://p, labels: {{{name}: x}}}}}}")
        assert "other than `job`, `outcome`, `rule`, `service`, `severity`, `verdict`" in found


def test_an_editor_knows_where_a_variable_belongs() -> None:
    definitions = config_schema()["$defs"]
    assert definitions["JiraSection"]["properties"]["token"]["pattern"] == r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$"
    assert definitions["JiraSection"]["required"] == ["url", "issue", "token"]
    assert definitions["SlackSection"]["properties"]["timeout"]["default"] == "30s"
