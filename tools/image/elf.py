# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Finds programs in a layer whose shared libraries are missing, before a container does."""

from __future__ import annotations

import struct

from image.layer import Layer

_PT_DYNAMIC, _PT_LOAD = 2, 1
_DT_NEEDED, _DT_STRTAB = 1, 5


def missing(layer: Layer) -> list[str]:
    """The libraries that some file needs and none is called, as "FILE needs LIBRARY"."""
    there = {path.rsplit("/", 1)[-1] for path in layer.entries}
    return sorted(
        f"{path} needs {library}"
        for path, entry in layer.entries.items()
        for library in needed(entry.content)
        if library not in there
    )


def needed(content: bytes) -> list[str]:
    """The DT_NEEDED names of a 64-bit little-endian ELF file; none for anything else, or if it is static."""
    if content[:6] != b"\x7fELF\x02\x01":
        return []
    (offset,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    headers = [struct.unpack_from("<IIQQQQ", content, offset + size * i) for i in range(count)]
    loads = [(address, at, length) for kind, _, at, address, _, length in headers if kind == _PT_LOAD]
    tags = [
        struct.unpack_from("<QQ", content, at + 16 * i)
        for kind, _, at, _, _, length in headers
        if kind == _PT_DYNAMIC
        for i in range(length // 16)
    ]
    strings = next((_file_offset(value, loads) for tag, value in tags if tag == _DT_STRTAB), 0)
    return [_string(content, strings + value) for tag, value in tags if tag == _DT_NEEDED]


def _file_offset(address: int, loads: list[tuple[int, int, int]]) -> int:
    return next(at + address - start for start, at, length in loads if start <= address < start + length)


def _string(content: bytes, at: int) -> str:
    return content[at : content.index(b"\0", at)].decode()
