# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The images themselves: made twice they are the same but for the AOT cache, and they hold what they promise.

    python3 -m unittest discover -s images/tests                               all; takes as long as two builds
    IMAGES="proxy e2e-app" python3 -m unittest discover -s images/tests        only these
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HOME / "tools"))

from image.archive import ImageArchive  # noqa: E402
from image.command import NAMES  # noqa: E402
from image.jdk import HOME as JAVA_HOME  # noqa: E402
from image.training import CACHE  # noqa: E402

IMAGES = os.environ.get("IMAGES", " ".join(NAMES)).split()
TRAINED = {"operator", "ext-authz"}
USERS = {"proxy": "1337:1337"}


class ImagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.roots = Path(scratch.name)
        cls.images = {}
        cls.again = {}
        for images, target in ((cls.images, HOME / "images/target"), (cls.again, cls.roots / "target")):
            command = [HOME / "tools/images", "--quiet", "--target", target, "--only", *IMAGES]
            subprocess.run(command, check=True)
            images.update({name: ImageArchive.read(target / f"{name}.tar") for name in IMAGES})

    def test_made_again_only_the_cache_differs(self) -> None:
        for name, image in self.images.items():
            with self.subTest(name):
                first, second = ([layer.digest for layer in each.layers] for each in (image, self.again[name]))
                if name in TRAINED:
                    self.assertNotEqual(first.pop(), second.pop())
                self.assertEqual(first, second)

    def test_nobody_runs_as_root_or_may_write(self) -> None:
        for name, image in self.images.items():
            with self.subTest(name):
                self.assertEqual(USERS.get(name, "65532:65532"), image.config["config"]["User"])
                root = self.unpacked(name)
                loose = [path for path in root.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o6022 and path != root / "tmp"]
                self.assertEqual([], loose)

    def test_a_bill_of_materials_is_in_each(self) -> None:
        for name in self.images:
            with self.subTest(name):
                self.assertIn('"bomFormat"', (self.unpacked(name) / f"usr/share/sbom/{name}.cdx.json").read_text(encoding="utf-8"))

    def test_java_accepts_its_cache_and_starts(self) -> None:
        for name in TRAINED & set(self.images):
            with self.subTest(name):
                root = self.unpacked(name)
                self.assertTrue((root / CACHE).is_file())
                command = [argument.replace("=/app", f"={root}/app") for argument in self.images[name].config["config"]["Entrypoint"]]
                paths = (root / "app/jib-classpath-file").read_text(encoding="utf-8").split(":")
                at = command.index("-cp")
                command[at + 1] = ":".join(f"{root}{path}" for path in paths)
                ran = subprocess.run(
                    [root / JAVA_HOME / "bin/java", "-XX:AOTMode=on", *command[1:], "--help"], capture_output=True, check=False, text=True
                )
                self.assertEqual((0, ""), (ran.returncode, ran.stderr))

    def test_the_proxy_is_envoy_without_a_shell(self) -> None:
        if "proxy" not in self.images:
            self.skipTest("proxy was not asked for")
        root = self.unpacked("proxy")
        self.assertIn("1.40", subprocess.run([root / "usr/local/bin/envoy", "--version"], capture_output=True, check=True, text=True).stdout)
        self.assertEqual(
            {"usr/local/bin/envoy", "usr/sbin/nft"},
            {path.relative_to(root).as_posix() for path in root.rglob("*bin/*") if path.is_file() and not path.parent.is_symlink()},
        )
        self.assertTrue((root / "etc/portcullis/redirect.nft").is_file())

    def unpacked(self, name: str) -> Path:
        root = self.roots / name
        if not root.exists():
            self.images[name].unpack(root)
        return root


if __name__ == "__main__":
    unittest.main()
