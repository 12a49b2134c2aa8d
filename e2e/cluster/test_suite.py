# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The suite itself: how pages are read, and that what is promised is tried."""

import re
import unittest

from suite import journeys, page
from suite.load import Seen
from suite.shell import HOME


def _seen(allowed: dict, refused: dict, late: int = 0) -> Seen:
    def report(answers: dict) -> dict:
        return {"sent": sum(answers.values()), "answers": answers, "failures": {}, "late": late}

    return Seen(report(allowed), report(refused))


class Promises(unittest.TestCase):
    def test_every_failure_mode_that_is_promised_is_tried_and_every_one_that_is_tried_is_promised(self):
        text = (HOME / "docs/reference/failure-modes.md").read_text()
        promised = re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)
        tried = [each.__name__ for each in journeys.ALL if each.__module__.endswith(".failures")]
        self.assertEqual(sorted(tried), sorted(promised))


class Load(unittest.TestCase):
    def test_an_answer_that_no_guard_gives_is_let_in_wrongly(self):
        self.assertEqual(2, _seen({"200": 9}, {"403": 7, "200": 2}).let_in_wrongly)
        self.assertEqual(0, _seen({"200": 9}, {"403": 7, "503": 2}).let_in_wrongly)

    def test_what_has_no_answer_is_lost_unless_it_is_excused(self):
        seen = _seen({"200": 5, "503": 3}, {})
        self.assertEqual(3, seen.lost())
        self.assertEqual(0, seen.lost("503"))

    def test_a_few_late_decisions_are_excused_and_many_are_not(self):
        self.assertEqual(0, _seen({"200": 198, "503": 2}, {}, late=2).lost())
        self.assertEqual(1, _seen({"200": 198, "503": 2}, {}, late=1).lost())
        self.assertEqual(16, _seen({"200": 180, "503": 20}, {}, late=20).lost())


class Pages(unittest.TestCase):
    def test_commands_with_what_they_print(self):
        steps = page.steps("# Page\n\n<!-- until -->\n```sh\necho a\n```\n\n```text\na\n```\n\n```sh\necho b\n```\n"
                           "\n<!-- not run -->\n```sh\nrm everything\n```\n")
        self.assertEqual([("echo a\n", "a\n", True), ("echo b\n", None, False)],
                         [(step.commands, step.prints, step.again) for step in steps])

    def test_an_ellipsis_stands_for_anything(self):
        self.assertTrue(page.fits("operator    2\n", "operator    …\n"))
        self.assertFalse(page.fits("ext-authz   2\n", "operator    …\n"))

    def test_files_to_save(self):
        self.assertEqual({"a.yaml": "a: 1\n"}, page.saved("<!-- saved: a.yaml -->\n```yaml\na: 1\n```\n"))


if __name__ == "__main__":
    unittest.main()
