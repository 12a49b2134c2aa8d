# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The dashboard asks for metrics that there are, by labels that they have, and says what each panel shows."""

from __future__ import annotations

import itertools
import json
import re
import unittest
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
DASHBOARD = HOME / "charts/portcullis/files/dashboard.json"
METRICS = HOME / "docs/reference/metrics.md"

# Added by who scrapes, or by the type of a metric.
SCRAPED = {"job", "pod"}
BUCKETS = {"le"}


def documented() -> dict[str, tuple[str, set[str]]]:
    """Type and labels of each metric of the reference."""
    rows = re.findall(r"^\| `(portcullis_\w+)` \| (\w+) \| (?:`([^`]+)`|–) \|", METRICS.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: (kind, set(labels.replace(" ", "").split(",")) - {""}) for name, kind, labels in rows}


class DashboardTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
        cls.panels = [panel for panel in cls.dashboard["panels"] if panel["type"] != "row"]
        cls.metrics = documented()

    def expressions(self) -> list[str]:
        return [target["expr"] for panel in self.panels for target in panel["targets"]]

    def test_every_metric_and_label_is_in_the_reference(self) -> None:
        self.assertTrue(self.metrics)
        for expression in self.expressions():
            with self.subTest(expression):
                names = re.findall(r"\bportcullis_\w+", expression)
                self.assertTrue(names)
                allowed = set(SCRAPED)
                for name in names:
                    histogram = name.removesuffix("_bucket")
                    kind, labels = self.metrics[histogram if name != histogram else name]
                    self.assertEqual(kind == "histogram", name != histogram, name)
                    # What only grows is shown by how fast it does.
                    self.assertEqual(kind in ("counter", "histogram"),
                                     any(f"{grows}({name}{{" in expression for grows in ("rate", "increase")), name)
                    allowed |= labels | (BUCKETS if kind == "histogram" else set())
                used = {label for group in re.findall(r"\bby \(([^)]*)\)", expression) for label in re.split(r",\s*", group)}
                used |= {label for group in re.findall(r"\{([^}]*)\}", expression) for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", group)}
                self.assertLessEqual(used, allowed)

    def test_every_expression_keeps_to_the_chosen_jobs(self) -> None:
        for expression in self.expressions():
            self.assertEqual(len(re.findall(r"\bportcullis_\w+", expression)), expression.count('job=~"$job"'), expression)

    def test_what_a_panel_shows_is_said(self) -> None:
        for panel in self.panels:
            with self.subTest(panel["title"]):
                self.assertTrue(panel["description"].endswith("."))
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertTrue(all(target["legendFormat"] for target in panel["targets"]))

    def test_no_panel_lies_on_another(self) -> None:
        panels = self.dashboard["panels"]
        self.assertEqual(len(panels), len({panel["id"] for panel in panels}))
        for one, two in itertools.combinations((panel["gridPos"] for panel in panels), 2):
            apart = (one["x"] + one["w"] <= two["x"] or two["x"] + two["w"] <= one["x"]
                     or one["y"] + one["h"] <= two["y"] or two["y"] + two["h"] <= one["y"])
            self.assertTrue(apart, (one, two))
        for panel in panels:
            self.assertLessEqual(panel["gridPos"]["x"] + panel["gridPos"]["w"], 24)


if __name__ == "__main__":
    unittest.main()
