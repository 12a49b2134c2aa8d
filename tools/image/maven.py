# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The two Java programs as jib packs them, on our own base."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from parts.errors import FetchError
from parts.progress import Progress


def build(home: Path, base: Path, progress: Progress) -> None:
    """Builds both modules, their images without an AOT cache, and the command that will train them."""
    maven = shlex.split(os.environ.get("MVN", "mvn"))
    flags = ["-B", "-q", "-Pimages", "-Dmaven.test.skip", "-Dformat.skip", f"-Dimages.base={base}"]
    command = [*maven, *flags, "-pl", "operator,ext-authz-server,cli", "-am", "package"]
    try:
        with progress.task("Maven: jars and, by jib, their images"):
            ran = subprocess.run(
                command,
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                text=True,
                errors="replace",
            )
    except FileNotFoundError as error:
        raise FetchError(f"{maven[0]} is not on PATH: install Maven 3.8 or newer, or name it in MVN") from error
    if ran.returncode != 0:
        raise FetchError(f"Maven: exit code {ran.returncode}:\n{ran.stdout[-4000:]}")
