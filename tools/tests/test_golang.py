# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
import os
import shutil
import subprocess
import unittest

from support import QUIET, ScratchTest

from parts import golang
from parts.sources import SourceFailed

SOURCE = """
[source go]
kind = go
platform = any
parts = tool
module = module
package = example.test/tool
ldflags = -s -w -X main.version=1.2.3
"""
MAIN = 'package main\n\nvar version string\n\nfunc main() { println("tool version", version) }\n'


class GoTest(ScratchTest):
    def module(self, needed: str, main: str = MAIN):
        module = self.scratch / "module"
        module.mkdir()
        (module / "go.mod").write_text(f"module example.test/tool\n\ngo {needed}\n")
        (module / "go.sum").write_text("")
        (module / "main.go").write_text(main)
        return self.lock(SOURCE).sources[0]

    def fetch(self, source):
        return golang.fetch(source, self.tool(), self.work(), self.scratch / "shared", QUIET)

    @unittest.skipUnless(shutil.which("go"), "Go is not installed")
    def test_program_is_built_with_its_version_and_leaves_what_the_next_build_can_use(self):
        for name in ("GOCACHE", "GOMODCACHE"):
            os.environ.pop(name, None)
        program = self.fetch(self.module("1.20")).program
        told = subprocess.run([program], capture_output=True, text=True, check=True).stderr
        self.assertEqual("tool version 1.2.3\n", told)
        self.assertTrue(any((self.scratch / "shared" / "cache").iterdir()))

    @unittest.skipUnless(shutil.which("go"), "Go is not installed")
    def test_build_that_fails_says_why_and_where_the_rest_is(self):
        with self.assertRaisesRegex(SourceFailed, "go (list|build) .* failed: .*; all it said is in .*go.log"):
            self.fetch(self.module("1.20", "package main\n\nfunc main() { undefined() }\n"))

    def test_go_that_is_too_old_is_named_with_the_version_wanted(self):
        with self.assertRaisesRegex(
            SourceFailed, "building tool needs Go 99.1 or newer .*https://go.dev/dl, or put tool 1.2.x on PATH"
        ):
            self.fetch(self.module("99.1"))

    def test_no_toolchain_is_downloaded_whatever_the_user_has_set(self):
        os.environ["GOTOOLCHAIN"] = "auto"
        with self.assertRaisesRegex(SourceFailed, "needs Go 99.1"):
            self.fetch(self.module("99.1"))
