# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Layers, archives, what programs need, and when an image counts as current."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import tarfile
import unittest

from support import ScratchTest

from image import debian, elf, sbom, stamp
from image.archive import ImageArchive
from image.debian import Package
from image.layer import Layer
from image.training import Trainee
from parts.errors import FetchError

CREATED = "2026-11-21T00:00:00Z"


class LayerTest(ScratchTest):
    def test_equal_entries_give_equal_bytes_in_whatever_order_they_came(self) -> None:
        first, second = Layer(), Layer()
        first.file("usr/bin/a", b"a", executable=True)
        first.link("bin", "usr/bin")
        second.link("bin", "usr/bin")
        second.file("usr/bin/a", b"a", executable=True)
        self.assertEqual(first.packed(), second.packed())
        second.file("usr/bin/a", b"b", executable=True)
        self.assertNotEqual(first.packed().digest, second.packed().digest)

    def test_a_tree_keeps_links_and_who_may_execute_and_no_times(self) -> None:
        root = self.scratch / "tree"
        (root / "bin").mkdir(parents=True)
        program = root / "bin/program"
        program.write_bytes(b"#!/bin/sh")
        program.chmod(0o700)
        (root / "link").symlink_to("bin/program")
        layer = Layer()
        layer.tree(root, "opt/x")
        before = layer.packed()
        os.utime(program, (12345, 12345))
        again = Layer()
        again.tree(root, "opt/x")
        self.assertEqual(before, again.packed())
        self.assertEqual((0o755, "bin/program"), (layer.entries["opt/x/bin/program"].mode, layer.entries["opt/x/link"].target))


class ArchiveTest(ScratchTest):
    def image(self) -> ImageArchive:
        layer = Layer()
        layer.file("usr/bin/a", b"a", executable=True)
        layer.link("bin", "usr/bin")
        layer.directory("tmp", 0o1777)
        return ImageArchive.of("portcullis/a:1", "amd64", {"User": "65532:65532"}, [layer.packed()], CREATED)

    def test_what_is_written_is_read_again(self) -> None:
        file = self.scratch / "a.tar"
        self.image().write(file)
        self.assertEqual(self.image(), ImageArchive.read(file))
        self.assertEqual([file], list(self.scratch.iterdir()))

    def test_the_archive_is_in_the_layout_of_docker_save(self) -> None:
        file = self.scratch / "a.tar"
        self.image().write(file)
        with tarfile.open(file) as tar:
            (manifest,) = json.load(tar.extractfile("manifest.json"))
            config = json.load(tar.extractfile(manifest["Config"]))
            self.assertEqual(["portcullis/a:1"], manifest["RepoTags"])
            self.assertEqual(set(tar.getnames()), {"manifest.json", manifest["Config"], *manifest["Layers"]})
        self.assertEqual(len(config["rootfs"]["diff_ids"]), len(manifest["Layers"]))
        self.assertEqual(len(config["history"]), len(manifest["Layers"]))

    def test_a_layer_on_top_leaves_the_rest_as_it_was(self) -> None:
        top = Layer()
        top.file("app/cache", b"c")
        below = self.image()
        above = below.with_layers([top.packed()], CREATED, "test")
        self.assertEqual(below.layers, above.layers[:-1])
        self.assertEqual(1, len(below.config["rootfs"]["diff_ids"]))
        above.unpack(self.scratch / "root")
        self.assertEqual(b"c", (self.scratch / "root/app/cache").read_bytes())

    def test_unpacked_files_have_the_times_and_modes_of_the_layer(self) -> None:
        self.image().unpack(self.scratch / "root")
        state = (self.scratch / "root/bin/a").stat()
        self.assertEqual((1, 0o755), (state.st_mtime, state.st_mode & 0o777))


class ElfTest(unittest.TestCase):
    def test_finds_what_this_python_needs(self) -> None:
        with open(os.path.realpath(sys.executable), "rb") as file:
            content = file.read()
        told = subprocess.run(["ldd", sys.executable], capture_output=True, check=True, text=True).stdout
        self.assertIn("libc.so.6", elf.needed(content))
        for library in elf.needed(content):
            self.assertIn(library, told)

    def test_names_the_program_and_the_library_that_is_missing(self) -> None:
        layer = Layer()
        layer.file("usr/bin/tool", _elf("libmissing.so.1"), executable=True)
        self.assertEqual(["usr/bin/tool needs libmissing.so.1"], elf.missing(layer))
        layer.file("usr/lib/libmissing.so.1", b"")
        self.assertEqual([], elf.missing(layer))

    def test_scripts_and_short_files_need_nothing(self) -> None:
        self.assertEqual([], elf.needed(b"#!/bin/sh\n") + elf.needed(b"") + elf.needed(b"\x7fELF"))


class DebianTest(ScratchTest):
    def package(self) -> Package:
        tree = self.scratch / "tree"
        (tree / "DEBIAN").mkdir(parents=True)
        for path in ("bin/tool", "usr/share/man/man1/tool.1", "usr/share/doc/tool/copyright", "usr/share/doc/tool/NEWS"):
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(path, encoding="utf-8")
        (tree / "bin/tool").chmod(0o4755)
        control = "Package: tool\nVersion: 1:2-3\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: test\n"
        (tree / "DEBIAN/control").write_text(control, encoding="utf-8")
        file = self.scratch / "tool.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", str(tree), str(file)], check=True, capture_output=True)
        return debian.opened("tool", file)

    def test_files_go_where_merged_usr_has_them_without_set_user_id_and_manuals(self) -> None:
        layer = debian.files([self.package()])
        self.assertEqual(0o755, layer.entries["usr/bin/tool"].mode)
        self.assertEqual("usr/bin", layer.entries["bin"].target)
        self.assertIn("usr/share/doc/tool/copyright", layer.entries)
        self.assertNotIn("usr/share/doc/tool/NEWS", layer.entries)
        self.assertNotIn("usr/share/man/man1/tool.1", layer.entries)
        self.assertIn(b"Version: 1:2-3", layer.entries["var/lib/dpkg/status.d/tool"].content)

    def test_the_bill_of_materials_names_every_package_once_in_order(self) -> None:
        component = sbom.Component.debian(self.package(), "amd64")
        text = sbom.document("portcullis/x", "1", [component, sbom.Component("envoy", "1.40.0", "pkg:generic/envoy@1.40.0")])
        told = json.loads(text)
        self.assertEqual(["envoy", "tool"], [each["name"] for each in told["components"]])
        self.assertEqual("pkg:deb/debian/tool@1:2-3?arch=amd64&distro=bookworm", told["components"][1]["purl"])


class StampTest(ScratchTest):
    def test_holds_until_inputs_or_file_change(self) -> None:
        file = self.scratch / "a.tar"
        file.write_bytes(b"1")
        stamp.Stamp(file, "x").write()
        self.assertTrue(stamp.Stamp(file, "x").valid())
        self.assertFalse(stamp.Stamp(file, "y").valid())
        file.write_bytes(b"22")
        self.assertFalse(stamp.Stamp(file, "x").valid())

    def test_sources_change_with_what_is_built_and_not_with_tests_or_targets(self) -> None:
        for path in ("a/src/main/A.java", "a/src/test/B.java", "a/target/A.class"):
            (self.scratch / path).parent.mkdir(parents=True, exist_ok=True)
            (self.scratch / path).write_text("1", encoding="utf-8")
        before = stamp.sources(self.scratch, ["a"])
        (self.scratch / "a/src/test/B.java").write_text("2", encoding="utf-8")
        (self.scratch / "a/target/A.class").write_text("2", encoding="utf-8")
        self.assertEqual(before, stamp.sources(self.scratch, ["a"]))
        (self.scratch / "a/src/main/A.java").write_text("2", encoding="utf-8")
        self.assertNotEqual(before, stamp.sources(self.scratch, ["a"]))


class TraineeTest(ScratchTest):
    def trainee(self, *flags: str) -> Trainee:
        root = self.scratch / "root"
        (root / "app").mkdir(parents=True)
        (root / "app/jib-classpath-file").write_text("/app/a.jar:/app/libs/b.jar", encoding="utf-8")
        return Trainee("operator", root, ["java", *flags, "-cp", "@/app/jib-classpath-file", "Main"])

    def test_runs_the_images_own_command_below_its_root(self) -> None:
        trainee = self.trainee("-XX:AOTCache=/app/aot/portcullis.aot", "-XX:+UseG1GC", "-Djava.library.path=/app/native")
        command = trainee.recording()
        root = str(trainee.root)
        self.assertEqual(f"{root}/opt/java/bin/java", command[0])
        self.assertIn("-XX:AOTMode=record", command)
        self.assertIn("-XX:+UseG1GC", command)
        self.assertIn(f"-Djava.library.path={root}/app/native", command)
        self.assertEqual(["-cp", f"{root}/app/a.jar:{root}/app/libs/b.jar", "Main"], command[-3:])

    def test_an_image_that_would_not_use_its_cache_is_refused(self) -> None:
        with self.assertRaisesRegex(FetchError, "starts without -XX:AOTCache"):
            self.trainee("-XX:+UseG1GC").recording()


def _elf(library: str) -> bytes:
    """The smallest ELF file that needs one library: two program headers, a dynamic section and its strings."""
    strings = b"\0" + library.encode() + b"\0"
    dynamic_at, strings_at = 64 + 2 * 56, 64 + 2 * 56 + 3 * 16
    size = strings_at + len(strings)
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x1000, 0x1000, size, size, 4096)
    dynamic = struct.pack("<IIQQQQQQ", 2, 6, dynamic_at, 0x1000 + dynamic_at, 0x1000 + dynamic_at, 48, 48, 8)
    tags = struct.pack("<QQQQQQ", 1, 1, 5, 0x1000 + strings_at, 0, 0)
    return header + load + dynamic + tags + strings


if __name__ == "__main__":
    unittest.main()
