"""The Argo Rollouts example: its manifests are valid, fit together, and the job that they describe runs."""

import copy
import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.examples.runner import bare_environment

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "argo-rollouts"
OWN = ROOT / "tests" / "data" / "manifests.schema.json"
CRDS = Path(os.environ.get("CANARY_GUARD_TEST_CRD_SCHEMAS", ROOT.parent / "shared" / "schemas"))
"""Argo's own resource definitions are not part of this project; where they lie beside it, they are used."""
STABLE, LATEST = "6d4cf56db6", "7f8b9c6d5f"


def documents() -> list[dict[str, Any]]:
    return [
        document
        for path in sorted(FOLDER.glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text())
        if document is not None
    ]


def one(kind: str) -> dict[str, Any]:
    (found,) = (document for document in documents() if document["kind"] == kind)
    return found


def container() -> dict[str, Any]:
    (found,) = one("AnalysisTemplate")["spec"]["metrics"][0]["provider"]["job"]["spec"]["template"]["spec"][
        "containers"
    ]
    return dict(found)


def problems(schema: dict[str, Any], document: object) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("document", documents(), ids=lambda document: document["kind"])
def test_manifest_fits_the_schema_of_the_project(document: dict[str, Any]) -> None:
    assert problems(json.loads(OWN.read_text()), document) == []


def typos() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each manifest with one key somewhere misspelt, for a key of every name."""
    for document in documents():
        paths = {path[-1]: path for path in keys(document) if isinstance(path[-1], str)}
        for name, path in paths.items():
            broken = copy.deepcopy(document)
            place: Any = broken
            for part in path[:-1]:
                place = place[part]
            place[name + "x"] = place.pop(name)
            if not {"matchLabels", "labels", "data"} & set(path[:-1]):
                yield f"{document['kind']}-{name}", broken


def keys(node: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from keys(child, (*path, key))


def test_every_misspelt_key_is_an_error() -> None:
    schema = json.loads(OWN.read_text())
    broken = list(typos())
    assert len(broken) > 50
    assert [name for name, document in broken if not problems(schema, document)] == []


def strict(node: Any) -> Any:  # noqa: ANN401 - any part of a JSON Schema
    """The API server drops unknown fields silently; here they are errors."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    closed = {key: strict(value) for key, value in node.items()}
    if "properties" in closed and not node.get("x-kubernetes-preserve-unknown-fields"):
        closed.setdefault("additionalProperties", False)
    return closed


@pytest.mark.skipif(
    not CRDS.is_dir(), reason="Argo's resource definitions are not here: set CANARY_GUARD_TEST_CRD_SCHEMAS"
)
@pytest.mark.parametrize("kind", ["AnalysisTemplate", "Rollout"])
def test_manifest_fits_argo(kind: str) -> None:
    (definition,) = (
        crd
        for path in CRDS.glob("argo-*.yaml")
        for crd in yaml.load_all(path.read_text(), yaml.CSafeLoader)
        if crd["spec"]["names"]["kind"] == kind
    )
    (schema,) = (version["schema"]["openAPIV3Schema"] for version in definition["spec"]["versions"])
    schema = strict(schema)
    schema["properties"]["metadata"] = {"type": "object"}
    assert problems(schema, one(kind)) == []
    misspelt = one(kind)
    misspelt["spec"]["metricz"] = []
    assert problems(schema, misspelt)


def test_rollout_gives_what_the_template_takes() -> None:
    taken = {entry["name"] for entry in one("AnalysisTemplate")["spec"]["args"]}
    analyses = [
        step["analysis"] for step in one("Rollout")["spec"]["strategy"]["canary"]["steps"] if "analysis" in step
    ]
    assert len(analyses) == 2
    for analysis in analyses:
        assert analysis["templates"] == [{"templateName": one("AnalysisTemplate")["metadata"]["name"]}]
        given = {entry["name"]: entry["valueFrom"]["podTemplateHashValue"] for entry in analysis["args"]}
        assert given == {"stable-hash": "Stable", "canary-hash": "Latest"}
        assert set(given) == taken
    used = set(re.findall(r"{{args\.([\w-]+)}}", " ".join(container()["args"])))
    assert used == taken


def test_every_volume_and_secret_is_there_for_the_container() -> None:
    spec = one("AnalysisTemplate")["spec"]["metrics"][0]["provider"]["job"]["spec"]["template"]["spec"]
    assert [mount["name"] for mount in container()["volumeMounts"]] == [volume["name"] for volume in spec["volumes"]]
    (volume,) = spec["volumes"]
    assert volume["configMap"]["name"] == one("ConfigMap")["metadata"]["name"]
    ((file, text),) = one("ConfigMap")["data"].items()
    assert f"--config={container()['volumeMounts'][0]['mountPath']}/{file}" in container()["args"]
    assert set(re.findall(r"\$\{(\w+)\}", text)) == {entry["name"] for entry in container()["env"]}
    assert f"--output=terminal={container()['terminationMessagePath']}" in container()["args"]


def as_argo_labels(recording: Path, target: Path) -> None:
    """The recording as it would be in a cluster with Argo: the arms told apart by the hash of their pod template."""
    hashes = {"stable": STABLE, "canary": LATEST}
    with gzip.open(recording, "rt") as lines, gzip.open(target, "wt", compresslevel=1) as out:
        out.write(next(lines))
        for line in lines:
            series = json.loads(line)
            if track := series["metric"].pop("track", None):
                series["metric"]["rollouts_pod_template_hash"] = hashes[track]
            out.write(json.dumps(series) + "\n")


def installed(folder: Path) -> tuple[list[str], dict[str, str]]:
    """What the Dockerfile makes, in `folder` in place of `/`: its entry point and its environment."""
    environment = bare_environment(PROMETHEUS_TOKEN="s3cret")
    entry: list[str] = []
    for instruction, _, rest in (
        line.partition(" ") for line in (FOLDER / "Dockerfile").read_text().splitlines() if not line.startswith("#")
    ):
        match instruction:
            case "COPY":
                source, target = rest.split()
                (folder / target[1:]).parent.mkdir(parents=True, exist_ok=True)
                (folder / target[1:]).symlink_to(ROOT / source)
                assert (folder / target[1:]).exists()
            case "ENV":
                environment |= dict(pair.split("=") for pair in rest.replace("=/", f"={folder}/").split())
            case "ENTRYPOINT":
                entry = json.loads(rest)
            case "RUN":
                words = rest.split()
                assert words[:4] == ["python", "-m", "pip", "install"]
                assert "--require-hashes" in words
                assert (folder / words[-1][1:]).exists()
            case "FROM" | "USER":
                pass
            case _:
                raise AssertionError(instruction)
    assert entry[0] == "python"
    return [sys.executable, *entry[1:]], environment


@pytest.mark.skipif(not (ROOT / "canary_guard").is_dir(), reason="the image is built from the source tree")
@pytest.mark.parametrize(
    ("recording", "code", "word"), [("02-key-prefix", 1, "FAIL"), ("01-aa-healthy", 0, "PASS")], ids=["fail", "pass"]
)
def test_job_runs(tmp_path: Path, recording: str, code: int, word: str) -> None:
    derived = tmp_path / "recording.jsonl.gz"
    as_argo_labels(ROOT / "examples" / "recordings" / f"{recording}.jsonl.gz", derived)
    entry, environment = installed(tmp_path)
    mounted = tmp_path / "etc" / "canary-guard"
    mounted.mkdir(parents=True)
    for name, text in one("ConfigMap")["data"].items():
        (mounted / name).write_text(text)
    (tmp_path / "dev").mkdir()
    message = tmp_path / "dev" / "termination-log"
    message.touch()
    arguments = [
        argument.replace("{{args.stable-hash}}", STABLE)
        .replace("{{args.canary-hash}}", LATEST)
        .replace("=/etc/", f"={tmp_path}/etc/")
        .replace("=/dev/", f"={tmp_path}/dev/")
        for argument in container()["args"]
    ]
    done = subprocess.run(
        [*entry, *arguments, f"--recording={derived}"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, "")
    sentence = message.read_text()
    assert sentence.startswith(f"{word}: ")
    assert "hit rate" in sentence
    assert len(sentence) < 300
    assert "| rule |" in done.stdout.lower()
    assert "s3cret" not in done.stdout + sentence
