# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""A JDK that is new enough, and the runtime that jlink makes of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from image.layer import Layer
from parts.errors import FetchError
from parts.progress import Progress

NEEDED = 25
# What jdeps finds for both programs, less java.desktop and java.sql, which libraries use only where they are; plus flight
# recordings and elliptic curves. The training run fails if one is missing.
MODULES = (
    "java.base,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.xml,"
    "jdk.crypto.ec,jdk.httpserver,jdk.jfr,jdk.management,jdk.net,jdk.unsupported"
)
HOME = "opt/java"


@dataclass(frozen=True)
class Jdk:
    home: Path
    release: str

    @staticmethod
    def find() -> Jdk:
        """The first in JAVA_HOME, on PATH or below /usr/lib/jvm that is new enough and can jlink."""
        on_path = shutil.which("java")
        places = [os.environ.get("JAVA_HOME"), on_path and Path(on_path).resolve().parent.parent]
        for home in [*map(Path, filter(None, places)), *sorted(Path("/usr/lib/jvm").glob("*"))]:
            try:
                release = (home / "release").read_text(encoding="utf-8")
            except OSError:
                continue
            version = re.search(r'^JAVA_VERSION="(\d+)', release, re.MULTILINE)
            if version and int(version.group(1)) >= NEEDED and (home / "bin/jlink").is_file():
                return Jdk(home, release)
        raise FetchError(f"no JDK {NEEDED} or newer with jlink in JAVA_HOME, on PATH or under /usr/lib/jvm")

    def version(self) -> str:
        return re.search(r'^JAVA_RUNTIME_VERSION="([^"]*)', self.release, re.MULTILINE).group(1)

    def runtime(self, work: Path, progress: Progress) -> Layer:
        """The layer with a runtime of just our modules; not compressed in itself, because the layer is."""
        output = work / "runtime"
        shutil.rmtree(output, ignore_errors=True)
        command = [str(self.home / "bin/jlink"), "--add-modules", MODULES, "--output", str(output)]
        command += ["--strip-debug", "--no-header-files", "--no-man-pages", "--compress", "zip-0"]
        with progress.task("jlink: a Java runtime of our modules"):
            ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True)
        if ran.returncode != 0:
            raise FetchError(f"jlink: {(ran.stdout + ran.stderr).strip()}")
        layer = Layer()
        layer.tree(output, HOME)
        shutil.rmtree(output)
        return layer
