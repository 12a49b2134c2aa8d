# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
import hashlib

from support import QUIET, ReleaseServer, ScratchTest, archive, program

from parts import release
from parts.lockfile import ChecksumMismatch
from parts.sources import SourceFailed


class ReleaseTest(ScratchTest):
    def source(self, url: str, content: bytes, kind: str = "file", member: str = "bin/{part}"):
        digest = hashlib.sha512(content).hexdigest()
        return self.lock(
            f"[source page]\nkind = {kind}\nplatform = any\nparts = tool\n"
            f"url = {url}\nsha512 = {digest}\nmember = {member}\n"
        ).sources[0]

    def fetch(self, source):
        return release.fetch(source, self.tool(), self.work(), QUIET)

    def test_file_arrives_whole(self):
        server = ReleaseServer(self, program())
        fetched = self.fetch(self.source(server.url, program()))
        self.assertEqual(program(), fetched.program.read_bytes())
        self.assertEqual(len(program()), fetched.transferred)

    def test_program_is_taken_out_of_an_archive(self):
        packed = archive({"bin/other": b"x", "bin/tool": program()})
        server = ReleaseServer(self, packed)
        self.assertEqual(program(), self.fetch(self.source(server.url + ".tar.gz", packed, "archive")).program.read_bytes())

    def test_archive_without_the_program_names_it(self):
        packed = archive({"bin/other": b"x"})
        server = ReleaseServer(self, packed)
        with self.assertRaisesRegex(SourceFailed, "tool.tar.gz holds no bin/tool"):
            self.fetch(self.source(server.url + ".tar.gz", packed, "archive"))

    def test_wrong_checksum_is_refused_and_thrown_away(self):
        server = ReleaseServer(self, b"#!/bin/sh\necho evil\n")
        with self.assertRaisesRegex(ChecksumMismatch, "sha512 [0-9a-f]{16}… but parts.lock pins [0-9a-f]{16}…"):
            self.fetch(self.source(server.url, program()))
        self.assertEqual([], list(self.work().iterdir()))

    def test_interrupted_download_goes_on_where_it_stopped(self):
        content = program(padding=1_000_000)
        server = ReleaseServer(self, content)
        server.limits = [400_000]
        source = self.source(server.url, content)
        with self.assertRaisesRegex(SourceFailed, "broke off after 0.4 MB of 1.0 MB; run again to go on"):
            self.fetch(source)
        fetched = self.fetch(source)
        self.assertEqual([None, "bytes=400000-"], server.ranges)
        self.assertEqual(len(content) - 400_000, fetched.transferred)
        self.assertEqual(content, fetched.program.read_bytes())

    def test_download_that_was_whole_but_never_checked_is_checked_now(self):
        server = ReleaseServer(self, program())
        (self.work() / "tool.part").write_bytes(program())
        self.assertEqual(0, self.fetch(self.source(server.url, program())).transferred)

    def test_server_out_of_reach_is_named(self):
        with self.assertRaisesRegex(SourceFailed, r"127.0.0.1:1 is out of reach \(Connection refused\)"):
            self.fetch(self.source("http://127.0.0.1:1/tool", program()))
