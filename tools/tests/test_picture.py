# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
import subprocess
import unittest
from xml.etree import ElementTree

from support import TOOLS

PICTURE = TOOLS / "picture"


def draw(text, *arguments):
    return subprocess.run([PICTURE, *arguments], input=text, capture_output=True, text=True, timeout=20)


class PictureTest(unittest.TestCase):
    def rows(self, text, *arguments):
        drawn = draw(text, *arguments)
        self.assertEqual((0, ""), (drawn.returncode, drawn.stderr))
        picture = ElementTree.fromstring(drawn.stdout)
        return ["".join(row.itertext()) for row in picture.iter("{http://www.w3.org/2000/svg}text")]

    def test_shows_what_a_terminal_would(self):
        self.assertEqual(
            ["$ run", "bold <b> & more", "done", "end"],
            self.rows("\x1b[1mbold\x1b[0m <b> & more  \n50 %\rdone\n\nend\n\n\n", "$ run"),
        )

    def test_marks_verdicts(self):
        self.assertIn('<tspan fill="#7ee787">200</tspan> and <tspan fill="#ffa657">403</tspan>', draw("200 and 403").stdout)

    def test_says_how_it_is_used(self):
        refused = draw("", "one", "two")
        self.assertEqual(2, refused.returncode)
        self.assertIn("--help", refused.stderr)
        self.assertIn("tools/picture", draw("", "--help").stdout)


if __name__ == "__main__":
    unittest.main()
