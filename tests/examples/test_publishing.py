"""The example has every publisher, and is accepted as it stands."""

from pathlib import Path

import yaml

from canary_guard.config.load import load_plan
from canary_guard.publishers import PUBLISHERS

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_example_has_every_publisher() -> None:
    text = (EXAMPLES / "publishing" / "publish.yaml").read_text()
    assert list(yaml.safe_load(text)["publish"]) == list(PUBLISHERS)
    whole = (EXAMPLES / "canary-guard.yaml").read_text() + text
    plan = load_plan(whole, file="canary-guard.yaml", environment={}, now=0)
    assert [one.kind for one in plan.publish] == list(PUBLISHERS)
