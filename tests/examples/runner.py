"""Runs the steps of a job or of a composite action as GitHub's runner does, as far as this project's files need it."""

import functools
import itertools
import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import ne
from pathlib import Path
from typing import Any

import yaml

Outputs = dict[str, str]
Action = Callable[[Mapping[str, str]], Outputs]
"""What stands in for another project's action: its `with` in, its outputs out; raises to fail."""

_TOKEN = re.compile(r"'(?:[^']|'')*'|&&|\|\||!=|==|[!()]|[A-Za-z_][\w.-]*|\s+")
_STATUS = ("always()", "success()", "failure()", "cancelled()")


def load(path: Path) -> dict[str, Any]:
    """A workflow or an action. YAML 1.1 reads the key `on` as true; nothing here needs it."""
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())
    return loaded


@dataclass
class Step:
    """What became of one step."""

    outcome: str = "skipped"
    outputs: Outputs = field(default_factory=dict)
    log: str = ""


@dataclass
class Runner:
    """One job, or one composite action inside it."""

    workspace: Path
    temp: Path
    environment: Mapping[str, str]
    actions: Mapping[str, Action | Path]
    """By the name before the `@`: a stand-in, or the folder of a composite action that is run itself."""
    contexts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """`inputs`, `secrets`, `matrix`, …"""
    action_path: Path | None = None
    steps: dict[str, Step] = field(default_factory=dict)
    summary: str = ""
    failed: bool = False

    def run(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Run the steps in order; a failed one skips those after it that do not ask for more."""
        for number, step in enumerate(steps):
            record = self.steps[step.get("id") or step.get("name") or str(number)] = Step()
            condition = str(step.get("if", "success()")).removeprefix("${{").removesuffix("}}").strip()
            if not any(status in condition for status in _STATUS):
                condition = f"success() && ({condition})"
            if not self.evaluate(condition):
                continue
            try:
                self._run(step, record)
                record.outcome = "success"
            except (subprocess.CalledProcessError, OSError) as error:
                record.outcome = "failure"
                record.log += f"{error}\n"
                self.failed = self.failed or not step.get("continue-on-error", False)

    def _run(self, step: Mapping[str, Any], record: Step) -> None:
        environment = {**self.environment, **self._texts(step.get("env", {}))}
        if "run" in step:
            assert "${{" not in step["run"], "inputs go through the environment"
            self._shell(step["run"], environment, record)
            return
        name = step["uses"].partition("@")[0]
        given = self._texts(step.get("with", {}))
        action = self.actions[name]
        if isinstance(action, Path):
            self._composite(action, given, environment, record)
        else:
            record.outputs = action(given)

    def _shell(self, script: str, environment: Mapping[str, str], record: Step) -> None:
        files = {name: self.temp / f"{name}-{len(self.steps)}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.workspace,
            env={
                **environment,
                **{name: str(path) for name, path in files.items()},
                "RUNNER_TEMP": str(self.temp),
                **({"GITHUB_ACTION_PATH": str(self.action_path)} if self.action_path else {}),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        record.log += done.stdout
        record.outputs = parse_outputs(files["GITHUB_OUTPUT"].read_text())
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        done.check_returncode()

    def _composite(self, folder: Path, given: Mapping[str, str], environment: Mapping[str, str], record: Step) -> None:
        action = load(folder / "action.yml")
        unknown = set(given) - set(action["inputs"])
        assert not unknown, f"no such inputs: {unknown}"
        inputs = {name: str(entry.get("default", "")) for name, entry in action["inputs"].items()} | dict(given)
        inner = Runner(
            workspace=self.workspace,
            temp=self.temp,
            environment=environment,
            actions=self.actions,
            contexts={"inputs": inputs},
            action_path=folder,
        )
        inner.run(action["runs"]["steps"])
        record.log += "".join(step.log for step in inner.steps.values())
        record.outputs = {name: inner.text(str(entry["value"])) for name, entry in action["outputs"].items()}
        self.summary += inner.summary
        if inner.failed:
            raise subprocess.CalledProcessError(1, folder.name)

    def _texts(self, mapping: Mapping[str, Any]) -> dict[str, str]:
        return {name: self.text("true" if value is True else str(value)) for name, value in mapping.items()}

    def text(self, template: str) -> str:
        """A template with its `${{ … }}` replaced."""
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(self.evaluate(found[1].strip())), template)

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401 - a string or a truth value, as in GitHub's language
        """An expression of names, strings, `==`, `!=`, `&&`, `||`, `!`, brackets and the status functions."""
        tokens = _TOKEN.findall(expression)
        assert "".join(tokens) == expression, f"not understood: {expression}"
        words = {"&&": " and ", "||": " or ", "!": " not "}
        parts = [
            words.get(token)
            or (f"name({token!r})" if re.match(r"[A-Za-z_]", token) and token + "()" not in _STATUS else token)
            for token in tokens
        ]
        functions = {
            "always": lambda: True,
            "success": lambda: not self.failed,
            "failure": lambda: self.failed,
            "cancelled": lambda: False,
        }
        return eval("".join(parts), {"name": self._name, **functions})

    def _name(self, path: str) -> str:
        context, *rest = path.split(".")
        if context == "steps":
            record = self.steps.get(rest[0], Step())
            return record.outcome if rest[1] == "outcome" else record.outputs.get(rest[2], "")
        return self.contexts[context].get(".".join(rest), "")


def parse_outputs(text: str) -> Outputs:
    """The lines of a GITHUB_OUTPUT file: `name=value`, or `name<<delimiter` with lines up to the delimiter."""
    outputs: Outputs = {}
    lines = iter(text.splitlines())
    for line in lines:
        found = re.fullmatch(r"([^=<]+)(=|<<)(.*)", line)
        assert found, f"not an output: {line}"
        name, sign, rest = found.groups()
        outputs[name] = rest if sign == "=" else "\n".join(itertools.takewhile(functools.partial(ne, rest), lines))
    return outputs


def bare_environment(**more: str) -> dict[str, str]:
    """What a step sees of this machine: where programs are, and nothing that steers canary-guard or Python."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8", **more}
