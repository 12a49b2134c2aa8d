# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""One layer of an image: entries by path, written so that equal entries give equal bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# As jib: late enough for tools that take 0 for "unknown".
FIXED_TIME = 1
COMPRESSION = 6


@dataclass(frozen=True)
class Entry:
    """A directory, file or symbolic link; all belong to root, and nobody else may write."""

    kind: bytes
    mode: int = 0o755
    content: bytes = b""
    target: str = ""


class Layer:
    """Entries by path without a leading slash. Parents are added when it is written."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def file(self, path: str, content: bytes, executable: bool = False) -> None:
        self.entries[path] = Entry(tarfile.REGTYPE, 0o755 if executable else 0o644, content)

    def link(self, path: str, target: str) -> None:
        self.entries[path] = Entry(tarfile.SYMTYPE, 0o777, target=target)

    def directory(self, path: str, mode: int = 0o755) -> None:
        self.entries[path] = Entry(tarfile.DIRTYPE, mode)

    def tree(self, root: Path, prefix: str) -> None:
        """Adds everything below a directory; who may execute what is kept, the rest of the modes is not."""
        for path in sorted(root.rglob("*")):
            name = f"{prefix}/{path.relative_to(root).as_posix()}"
            if path.is_symlink():
                self.link(name, os.readlink(path))
            elif path.is_file():
                self.file(name, path.read_bytes(), bool(path.stat().st_mode & stat.S_IXUSR))

    def add(self, other: Layer) -> None:
        self.entries.update(other.entries)

    def packed(self) -> PackedLayer:
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for path, entry in self._with_parents():
                info = tarfile.TarInfo(path)
                info.type, info.mode, info.mtime = entry.kind, entry.mode, FIXED_TIME
                info.size, info.linkname = len(entry.content), entry.target
                tar.addfile(info, io.BytesIO(entry.content))
        return PackedLayer.of(raw.getvalue())

    def _with_parents(self) -> Iterator[tuple[str, Entry]]:
        entries = dict(self.entries)
        for path in self.entries:
            for parent in list(Path(path).parents)[:-1]:
                entries.setdefault(parent.as_posix(), Entry(tarfile.DIRTYPE))
        # A directory sorts before what is in it.
        return iter(sorted(entries.items()))


@dataclass(frozen=True)
class PackedLayer:
    """A layer as it is stored: compressed, with the digests of both forms."""

    data: bytes
    digest: str
    diff_id: str

    @staticmethod
    def of(raw: bytes) -> PackedLayer:
        data = gzip.compress(raw, COMPRESSION, mtime=0)
        return PackedLayer(data, sha256(data), sha256(raw))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
