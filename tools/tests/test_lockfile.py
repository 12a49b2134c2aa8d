# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
from support import TOOLS, ScratchTest, read

from parts.errors import LockFileError, UnknownPart


class LockFileTest(ScratchTest):
    def test_committed_file_pins_every_part_for_linux_amd64(self):
        lock = read(TOOLS / "parts.lock")
        self.assertEqual(["envoy", "etcd", "kubectl", "kube-apiserver", "redis-server"], [part.name for part in lock.named("tests")])
        cluster = ["kube-node", "pause", "coredns", "network-policies", "helm"]
        self.assertEqual(cluster, [part.name for part in lock.named("cluster")])
        for part in lock.parts.values():
            with self.subTest(part.name):
                self.assertTrue(lock.sources_of(part, "linux-amd64"))

    def test_committed_file_has_a_whole_digest_for_every_download(self):
        for source in read(TOOLS / "parts.lock").sources:
            with self.subTest(source.name):
                if source.kind != "go":
                    digest = source.fields.get("sha512") or source["sha256"]
                    self.assertRegex(digest, "^([0-9a-f]{64}|[0-9a-f]{128})$")

    def test_download_without_digest_is_refused(self):
        with self.assertRaisesRegex(LockFileError, r"\[source page\] lacks sha256.*git checkout"):
            self.lock("[source page]\nkind = file\nplatform = any\nparts = tool\nurl = http://127.0.0.1/tool\n")

    def test_unreadable_file_names_itself(self):
        for broken in ("no section", "[source x]\nkind = magic\n", "[part]\n"):
            with self.subTest(broken), self.assertRaisesRegex(LockFileError, "parts.lock cannot be read"):
                self.lock(broken)

    def test_unknown_part_is_answered_with_the_known_ones(self):
        with self.assertRaisesRegex(UnknownPart, "no part 'envy': choose from tool"):
            self.lock().part("envy")

    def test_pin_follows_the_digest_and_the_go_sums(self):
        page = "[source page]\nkind = file\nplatform = any\nparts = tool\nurl = u\nsha256 = "
        self.assertNotEqual(self.lock(page + "aa").sources[0].pin, self.lock(page + "bb").sources[0].pin)
        module = self.scratch / "module"
        module.mkdir()
        (module / "go.mod").write_text("module m\n")
        (module / "go.sum").write_text("one\n")
        go = "[source go]\nkind = go\nplatform = any\nparts = tool\nmodule = module\npackage = m\nldflags = -s\n"
        first = self.lock(go).sources[0].pin
        (module / "go.sum").write_text("two\n")
        self.assertNotEqual(first, self.lock(go).sources[0].pin)

    def test_pin_follows_a_main_program_of_our_own(self):
        main = self.scratch / "module" / "cmd" / "main.go"
        main.parent.mkdir(parents=True)
        for name in ("go.mod", "go.sum"):
            (self.scratch / "module" / name).write_text("")
        go = "[source go]\nkind = go\nplatform = any\nparts = tool\nmodule = module\npackage = ./cmd\nldflags = -s\n"
        main.write_text("package main\n")
        first = self.lock(go).sources[0].pin
        main.write_text("package main // changed\n")
        self.assertNotEqual(first, self.lock(go).sources[0].pin)
