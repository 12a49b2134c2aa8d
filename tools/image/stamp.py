# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Remembers from which inputs a file was made, so that it is made again only when they change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


class Stamp:
    """A line beside the file, with the inputs' digest and the file's own size and time."""

    def __init__(self, file: Path, inputs: str):
        self.file = file
        self.inputs = inputs
        self.path = file.with_name(f".{file.name}.stamp")

    def valid(self) -> bool:
        try:
            return json.loads(self.path.read_text(encoding="utf-8")) == self._state()
        except (OSError, ValueError):
            return False

    def write(self) -> None:
        self.path.write_text(json.dumps(self._state()), encoding="utf-8")

    def _state(self) -> dict:
        state = self.file.stat()
        return {"inputs": self.inputs, "size": state.st_size, "mtime_ns": state.st_mtime_ns}


def digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def sources(root: Path, places: Iterable[str]) -> str:
    """The digest of all files at or below these places, without what builds and tests leave or need."""
    summed = hashlib.sha256()
    for place in places:
        start = root / place
        for file in [start] if start.is_file() else sorted(start.rglob("*")):
            relative = file.relative_to(root)
            if file.is_file() and not {"target", "test", "__pycache__"} & set(relative.parts):
                summed.update(f"{relative}\0".encode() + file.read_bytes() + b"\0")
    return summed.hexdigest()
