"""The model cards: the heads that model hubs read, and figures that are those of config.json.

Figures that were measured on other files name them under args; the tests of each app measure those.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
CARDS = sorted(ROOT.glob("pretrained/*/README.md"))
FIELDS = {"license", "library_name", "tags", "datasets", "metrics", "model-index"}
SECTIONS = ("Intended use", "limits", "Training", "Evaluation")


def recorded(config: Any, path: str) -> float:
    """The value at a path such as training.history.loss; of a list the last."""
    for key in path.split("."):
        config = config[key]
    return config[-1] if isinstance(config, list) else config


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.parent.name)
def test_a_cards_figures_are_those_of_its_network(card: Path) -> None:
    _, head, body = card.read_text("utf-8").split("---\n", 2)
    head = yaml.safe_load(head)
    assert head.keys() >= FIELDS
    config = json.loads((card.parent / "config.json").read_text("utf-8"))
    (model,) = head["model-index"]
    metrics = [metric for result in model["results"] for metric in result["metrics"]]
    assert {metric["type"] for metric in metrics} <= set(head["metrics"])
    recorded_ones = [metric for metric in metrics if "config" in metric["args"]]
    assert recorded_ones
    for metric in recorded_ones:
        decimals = len(str(metric["value"]).partition(".")[2])
        assert metric["value"] == round(recorded(config, metric["args"]["config"]), decimals), metric["name"]
    headings = "".join(line for line in body.splitlines() if line.startswith("## "))
    for section in SECTIONS:
        assert section.lower() in headings.lower()
    assert "python -m apps." in body
