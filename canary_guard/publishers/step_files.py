"""The files that GitHub's runner names for a step's outputs and for the job's summary.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

import os
from collections.abc import Mapping

from canary_guard.publishers import files
from canary_guard.publishers.publication import Publication


def append(publication: Publication, environment: Mapping[str, str]) -> list[str]:
    """Append to those that there are, and say to which; OutputError where one cannot be written."""
    done = []
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        files.append(path, publication.render("markdown"))
        done.append("the job's summary")
    if path := environment.get("GITHUB_OUTPUT"):
        files.append(path, output_lines(publication.outputs, delimiter=f"cg-{os.urandom(16).hex()}"))
        done.append("the step's outputs")
    return done


def output_lines(values: Mapping[str, str], *, delimiter: str) -> str:
    """The values as GITHUB_OUTPUT takes them. ValueError if a value contains the delimiter: draw it at random."""
    if any(delimiter in value for value in values.values()):
        raise ValueError("an output contains its own delimiter")
    return "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in values.items())
