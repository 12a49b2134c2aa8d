# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What tools/mutation says of its arguments; the measuring itself is PIT's."""

import pathlib
import subprocess
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[1] / "mutation"


class MutationTest(unittest.TestCase):
    def run_tool(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([TOOL, *arguments], capture_output=True, text=True, check=False, timeout=60)

    def test_names_the_packages(self):
        told = self.run_tool("--help")
        self.assertEqual(told.returncode, 0)
        for package in ("authentication", "limit", "path", "phase"):
            self.assertIn(package, told.stdout)

    def test_knows_no_other_package(self):
        told = self.run_tool("nowhere")
        self.assertEqual(told.returncode, 2)
        self.assertIn("no such package: nowhere", told.stderr)


if __name__ == "__main__":
    unittest.main()
