"""The README's tables say what the code says."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from bench.deploys import DEPLOYS
from canary_guard.cli import cli
from canary_guard.config.causes import load_explanations
from canary_guard.config.load import load_plan
from canary_guard.config.packs import pack_names
from canary_guard.config.publish_section import PublishSection
from canary_guard.config.schema import config_schema
from canary_guard.errors import CanaryGuardError, ConfigError, SourceError
from canary_guard.judge.projection import erlang_c, headroom_share
from canary_guard.model.estimate import Undetermined
from canary_guard.model.finding import CrossCheckId
from canary_guard.model.measure import CONTEXT, MEASURES, BoundUnit, Measure
from canary_guard.model.run import Verdict
from canary_guard.publishers import PUBLISHERS
from canary_guard.reports import REPORTS
from tests.docs.pages import ROOT, table
from tests.recordings import recordings
from tests.test_check import VERDICTS

README = Path("README.md")


def code(cell: str) -> str:
    """What stands between the backticks of a cell."""
    found = re.match(r"`([^`]+)`", cell)
    assert found, cell
    return found[1]


def sentence(when: dict[str, Any]) -> str:
    """A condition of a rule's YAML as the README writes it."""
    match when:
        case {"all": parts}:
            return ", and ".join(sentence(part) for part in parts)
        case {"any": parts}:
            return " or ".join(sentence(part) for part in parts)
        case {"measure": measure, **rest}:
            within = " in any one stratum" if rest.pop("in", None) else ""
            ((word, bound),) = rest.items()
            return f"`{measure}` {word.replace('_', ' ')} {bound}{within}"
        case _:
            raise AssertionError(when)


def test_exit_codes() -> None:
    found = {int(row[0]): row[1] for row in table(README, "## Exit codes")}
    assert set(found) == {0, 1, 2, 3, 4, 70, 130}
    for error, word in ((ConfigError, "configuration"), (SourceError, "source"), (CanaryGuardError, "internal")):
        assert word in found[error.exit_code]
    assert found[0].startswith("pass")
    assert found[1].startswith("fail")
    assert found[3].startswith("inconclusive")


def test_commands() -> None:
    found = [(code(row[0]), row[1]) for row in table(README, "## Commands")]
    assert [name for name, _ in found] == sorted(cli.commands)


def test_reports() -> None:
    assert [code(row[0]) for row in table(README, "## Reports")] == list(REPORTS)


def test_publishers() -> None:
    rows = table(README, "## Publish the report")
    assert [code(row[0]) for row in rows] == list(PUBLISHERS)
    for row in rows:
        section = get_args(PublishSection.model_fields[code(row[0])].annotation)[0]
        assert set(re.findall("`([^`]+)`", row[2])) == set(section.model_fields) - {"timeout"}


def test_packs() -> None:
    assert sorted(code(row[0]) for row in table(README, "## Packs and signals")) == list(pack_names())


def units(measure: Measure) -> str:
    words = {BoundUnit.SECONDS: "ms", BoundUnit.NUMBER: "number"}
    return " ".join(f"`{words.get(unit, unit.value)}`" for unit in measure.bounds)


def test_measures() -> None:
    found = table(README, "## Measures")
    named = [name for row in found for name in re.findall(r"`(\w+)`", row[0])]
    assert named == [name for name in MEASURES if name not in CONTEXT]
    for row in found:
        for name in re.findall(r"`(\w+)`", row[0]):
            assert row[2] == units(MEASURES[name]), name


def test_default_rules() -> None:
    written = yaml.safe_load((ROOT / "rules" / "default.yaml").read_text())["rules"]
    assert [code(row[0]) for row in table(README, "## Default rules")] == [rule["id"] for rule in written]
    for (_, severity, when), rule in zip(table(README, "## Default rules"), written, strict=True):
        expected = sentence(rule["when"])
        assert severity == rule["severity"]
        assert when == expected


def test_causes() -> None:
    found = [(code(row[0]), row[1]) for row in table(README, "## Why it happened")]
    assert found == [(cause.id, cause.title) for cause in load_explanations().causes]


def test_recordings() -> None:
    rows = table(README, "### On ten recordings of real servers")
    assert [row[0] for row in rows] == list(VERDICTS)
    for name, _, verdict, cause in rows:
        assert verdict.startswith(VERDICTS[name]), name
        assert cause.strip("`") == (recordings()[name].entry["cause"] or ""), name


def test_error_rates() -> None:
    rows = table(README, "## How often it is wrong")
    assert [row[0] for row in rows[:-1]] == [deploy.name for deploy in DEPLOYS]
    assert {len(row[column].split(" / ")) for row in rows for column in (1, 2) if row[column] != "–"} == {4}


def test_the_worked_example() -> None:
    peak, capacity, pool, seconds = 30_000, 500, 15, 0.02
    rows = {row[0]: row[1:] for row in table(README, "## How far the rollout may go")}
    for column, miss_rate in enumerate((0.01, 0.02)):
        queries = peak * miss_rate
        expected = {
            "misses per 1 000 lookups": f"{1000 * miss_rate:.0f}",
            "origin work per lookup, in hits": f"{100 * miss_rate:.1f}",
            "queries per second at the peak": f"{queries:.0f}",
            "utilisation of a database that takes 500 a second": f"{queries / capacity:.0%}".replace("%", " %"),
            "connections busy, at 20 ms a query": f"{queries * seconds:.0f}",
            "chance to wait for one of 15 connections": f"{100 * erlang_c(pool, queries * seconds):.1f} %",
        }
        assert {name: row[column] for name, row in rows.items()} == expected
    share = headroom_share(0.01, 0.02, peak=peak, capacity=capacity)
    assert share is not None
    assert f"The headroom ends at {share:.0%}".replace("%", " %") in (ROOT / README).read_text()


def shown(default: object) -> str:
    """A key's default as the README writes it; nothing where it is nothing."""
    if isinstance(default, dict):
        pairs = ((name, value) for name, value in default.items() if value is not None)
        return ", ".join(f"{name}: {shown(value)}" for name, value in pairs)
    return "" if default in (None, []) else f"{default:g}" if isinstance(default, float) else str(default).lower()


def test_keys_of_the_configuration() -> None:
    found = {code(row[0]): row[1].strip("`") for row in table(README, "## Configuration")}
    properties = config_schema()["properties"]
    assert found == {name: shown(entry.get("default")) for name, entry in properties.items()}
    assert list(found) == list(properties)


@pytest.mark.parametrize("path", [ROOT / "examples" / "canary-guard.yaml"], ids=lambda path: path.name)
def test_commented_configuration_shows_the_defaults(path: Path) -> None:
    """Every key whose value it calls a default makes no difference when left out."""
    text = path.read_text()
    keep = ("service", "source", "packs", "select", "rules")
    blocks = re.split(r"^(?=\w)", text, flags=re.MULTILINE)
    short = "".join(block for block in blocks if block.startswith(keep))
    environment: dict[str, str] = {}
    assert short != text
    whole, least = (load_plan(each, file="x", environment=environment, now=1_795_252_260_000) for each in (text, short))
    assert whole == least


def test_what_a_service_has_to_count_is_what_the_pack_reads() -> None:
    section = (ROOT / README).read_text().partition("### What your service has to count\n")[2]
    names = set(re.findall(r"^(\w+)", section.split("```text\n")[1].split("```")[0], flags=re.MULTILINE))
    signals = yaml.safe_load((ROOT / "rules" / "prometheus-client.yaml").read_text())["signals"]
    needed = {signals[name]["counter"] for name in ("hits", "misses", "requests", "db_queries")}
    assert names == needed


def test_what_it_may_say_is_what_there_is() -> None:
    said = {word for row in table(README, "## When it does not pass") for word in re.findall(r"`([^`]+)`", row[0])}
    known = {*Verdict, *Undetermined, *CrossCheckId}
    assert said <= known
    assert said >= set(Undetermined)
