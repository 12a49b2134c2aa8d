# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""A static program built with Go, equal for equal sources."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from parts.errors import FetchError
from parts.progress import Progress


def build(module: Path, architecture: str, program: Path, progress: Progress) -> bytes:
    """Builds the module's main package; it needs nothing but Go's own library."""
    environment = {**os.environ, "CGO_ENABLED": "0", "GOOS": "linux", "GOARCH": architecture, "GOTOOLCHAIN": "local"}
    command = ["go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", str(program), "."]
    program.parent.mkdir(parents=True, exist_ok=True)
    try:
        with progress.task(f"{program.name}: compiling with Go"):
            ran = subprocess.run(
                command, cwd=module, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True
            )
    except FileNotFoundError as error:
        raise FetchError("go is not on PATH: install Go 1.26 or newer") from error
    if ran.returncode != 0:
        raise FetchError(f"{module}: go build: {ran.stderr.strip()}")
    return program.read_bytes()
