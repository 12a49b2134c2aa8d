# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The suite itself: how pages are read, and that what is promised is tried."""

import re
import unittest

from suite import journeys, page
from suite.journeys import failures
from suite.load import LET_IN, STRANGER, Seen, parsed
from suite.shell import HOME


def _report(answers: dict, *, late: int = 0, reached: int = 0, problems: dict | None = None) -> dict:
    return {"sent": sum(answers.values()), "answers": answers, "failures": {}, "late": late, "reached": reached,
            "problems": problems or {}, "p50Millis": 1, "p99Millis": 2}


def _seen(**reports: dict) -> Seen:
    return Seen({{"allowed": LET_IN, "refused": STRANGER}[name]: report for name, report in reports.items()})


class Promises(unittest.TestCase):
    def test_every_failure_mode_that_is_promised_is_tried_and_every_one_that_is_tried_is_promised(self):
        text = (HOME / "docs/reference/failure-modes.md").read_text()
        promised = re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)
        tried = [each.__name__ for each in journeys.ALL if each.__module__.endswith(".failures")]
        self.assertEqual(sorted(tried), sorted(promised))


class Load(unittest.TestCase):
    def test_a_report_is_read_wherever_other_lines_stand(self):
        lines = ["{", '  "answers": {', '    "503": 1', "  }", "}"]
        for place in range(len(lines) + 1):
            said = "\n".join([*lines[:place], "e2e-app: not every answer was 200", *lines[place:]])
            self.assertEqual({"answers": {"503": 1}}, parsed(said))
        with self.assertRaisesRegex(AssertionError, "told nothing: exec failed"):
            parsed("exec failed")

    def test_what_reached_the_application_or_no_guard_answered_is_let_in_wrongly(self):
        self.assertEqual(2, _seen(refused=_report({"403": 7, "200": 2}, reached=2)).let_in_wrongly)
        self.assertEqual(3, _seen(refused=_report({"403": 9}, reached=3)).let_in_wrongly)
        self.assertEqual(1, _seen(refused=_report({"403": 7, "404": 1})).let_in_wrongly)
        self.assertEqual(0, _seen(refused=_report({"403": 7, "503": 2})).let_in_wrongly)

    def test_what_has_no_answer_is_lost_unless_it_is_excused(self):
        seen = _seen(allowed=_report({"200": 5, "503": 3}))
        self.assertEqual(3, seen.lost())
        self.assertEqual(0, seen.lost("503"))

    def test_a_few_late_decisions_are_excused_and_many_are_not(self):
        failures.held(_seen(allowed=_report({"200": 198, "503": 2}, late=2)))
        for answers, late in (({"200": 198, "503": 2}, 1), ({"200": 180, "503": 20}, 20)):
            with self.assertRaises(AssertionError):
                failures.held(_seen(allowed=_report(answers, late=late)))

    def test_late_decisions_do_not_add_to_a_loss_that_is_allowed(self):
        failures.held(_seen(allowed=_report({"200": 195, "503": 5}, late=0)), lost=5)
        failures.held(_seen(allowed=_report({"200": 980, "503": 20}, late=15)), lost=5)
        for answers, late in (({"200": 191, "503": 9}, 8), ({"200": 980, "503": 20}, 14), ({"200": 959, "503": 41}, 41)):
            with self.assertRaises(AssertionError):
                failures.held(_seen(allowed=_report(answers, late=late)), lost=5)

    def test_who_has_no_right_has_to_be_refused_and_for_the_right_reason(self):
        failures.held(_seen(refused=_report({"403": 97, "503": 3}, problems={"principal-not-accepted": 97})))
        for problems in ({}, {"principal-not-accepted": 90}, {"identity-required": 97}):
            with self.assertRaises(AssertionError):
                failures.held(_seen(refused=_report({"403": 97, "503": 3}, problems=problems)))


class Pages(unittest.TestCase):
    def test_commands_with_what_they_print(self):
        steps = page.steps("# Page\n\n<!-- until -->\n```sh\necho a\n```\n\n```text\na\n```\n\n```sh\necho b\n```\n"
                           "\n<!-- not run -->\n```sh\nrm everything\n```\n")
        self.assertEqual([("echo a\n", "a\n", True), ("echo b\n", None, False)],
                         [(step.commands, step.prints, step.again) for step in steps])

    def test_an_ellipsis_stands_for_anything(self):
        self.assertTrue(page.fits("operator    2\n", "operator    …\n"))
        self.assertFalse(page.fits("ext-authz   2\n", "operator    …\n"))

    def test_a_part_of_a_page_keeps_its_lines_where_they_were(self):
        text = "# Page\n```sh\na\n```\n## One\n```sh\nb\n```\n## Two\n```sh\nc\n```\n"
        self.assertEqual([(6, "b\n")], [(s.line, s.commands) for s in page.steps(page.part(text, "## One", "## Two"))])
        self.assertEqual([2, 6, 10], [step.line for step in page.steps(page.part(text))])

    def test_files_to_save(self):
        self.assertEqual({"a.yaml": "a: 1\n"}, page.saved("<!-- saved: a.yaml -->\n```yaml\na: 1\n```\n"))


if __name__ == "__main__":
    unittest.main()
