# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Programs that are installed already: asked for their version, and used if it will do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from parts.lockfile import Part

PROBE_SECONDS = 20
VERSION = re.compile(r"\d+\.\d+\.\d+")


class NotRunnable(Exception):
    """A program does not start on this machine, or tells no version."""


def candidates(part: Part, cache: Path) -> Iterator[Path]:
    """Where the part may be installed; never the cache itself, which `--env` puts into KUBEBUILDER_ASSETS."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    found = [Path(assets) / part.name] if assets else []
    on_path = shutil.which(part.name)
    if on_path:
        found.append(Path(on_path))
    for program in found:
        if program.is_file() and cache.resolve() not in program.absolute().parents:
            yield program.absolute()


def version(part: Part, program: Path) -> str:
    """The version that a program says it has."""
    try:
        told = subprocess.run(
            [program, *part.probe],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PROBE_SECONDS,
            check=False,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise NotRunnable(f"{program} told no version within {PROBE_SECONDS} s") from error
    except OSError as error:
        raise NotRunnable(f"{program} does not start: {error.strerror}") from error
    match = VERSION.search(told.stdout)
    if told.returncode != 0 or match is None:
        said = (told.stdout.strip().splitlines() or ["nothing"])[-1]
        raise NotRunnable(f"{program} tells no version; it said: {said}")
    return match.group()
