# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Reads parts.lock into immutable records."""

from __future__ import annotations

import configparser
import hashlib
from dataclasses import dataclass
from pathlib import Path

from parts.errors import LockFileError, UnknownPart

PARTS_LOCK = Path(__file__).resolve().parent.parent / "parts.lock"
DEFAULT_PURPOSE = "tests"
KINDS = {
    "archive": {"url", "member"},
    "file": {"url"},
    "wheel": {"package", "member", "size"},
    "go": {"module", "package", "ldflags"},
}


@dataclass(frozen=True)
class Part:
    """One program, its place in the cache, what it is fetched for, and the versions of it that will do."""

    name: str
    directory: str
    purpose: str
    probe: tuple[str, ...]
    accepts: tuple[str, ...]
    wanted: str

    @property
    def group(self) -> str:
        """The first segment of its directory; parts of a group are fetched under one lock."""
        return self.directory.split("/")[0]

    def accepted(self, version: str) -> bool:
        return version.startswith(self.accepts)


@dataclass(frozen=True)
class Source:
    """One pinned place to get parts from; `fields` are those of its kind."""

    name: str
    kind: str
    platform: str
    parts: tuple[str, ...]
    fields: dict[str, str]
    root: Path

    def __getitem__(self, field: str) -> str:
        return self.fields[field]

    @property
    def pin(self) -> str:
        """A digest of everything that decides which bytes come out; a changed pin makes cached ones stale."""
        pin = hashlib.sha256(repr(sorted(self.fields.items())).encode())
        if self.kind == "go":
            for name in ("go.mod", "go.sum"):
                pin.update((self.root / self["module"] / name).read_bytes())
            if self["package"].startswith("./"):
                for file in sorted((self.root / self["module"] / self["package"]).glob("*.go")):
                    pin.update(file.read_bytes())
        return pin.hexdigest()

    def check(self, file: Path) -> None:
        """Fails unless the file has the pinned digest."""
        algorithm = "sha512" if "sha512" in self.fields else "sha256"
        found = digest(file, algorithm)
        if found != self[algorithm]:
            raise ChecksumMismatch(self, file, algorithm, found)


class ChecksumMismatch(Exception):
    """A download is not what was pinned."""

    def __init__(self, source: Source, file: Path, algorithm: str, found: str):
        super().__init__(
            f"{file.name} has {algorithm} {found[:16]}… but parts.lock pins {source[algorithm][:16]}…; it was thrown away"
        )


@dataclass(frozen=True)
class LockFile:
    """All pinned parts, and all sources in the order in which they are tried."""

    parts: dict[str, Part]
    sources: tuple[Source, ...]

    def named(self, name: str) -> list[Part]:
        """The part of this name, or all parts that are fetched for this purpose."""
        return [part for part in self.parts.values() if part.purpose == name] or [self.part(name)]

    def part(self, name: str) -> Part:
        if name not in self.parts:
            raise UnknownPart(f"there is no part '{name}': choose from {', '.join(self.parts)}")
        return self.parts[name]

    def sources_of(self, part: Part, platform: str) -> list[Source]:
        return [s for s in self.sources if part.name in s.parts and s.platform in (platform, "any")]


def read(path: Path) -> LockFile:
    """Reads the lock file; `module` directories are relative to it."""
    ini = configparser.ConfigParser(interpolation=None)
    try:
        with open(path, encoding="utf-8") as lines:
            ini.read_file(lines)
        sections = [(section.split(), dict(ini[section])) for section in ini.sections()]
        parts = {words[1]: _part(words[1], fields) for words, fields in sections if words[0] == "part"}
        sources = [_source(words[1], fields, path.parent) for words, fields in sections if words[0] == "source"]
    except (OSError, configparser.Error, KeyError, IndexError, ValueError) as error:
        raise LockFileError(f"{path} cannot be read: {error}; restore it with git checkout") from error
    return LockFile(parts, tuple(sources))


def _part(name: str, fields: dict[str, str]) -> Part:
    return Part(
        name,
        fields["directory"],
        fields.get("purpose", DEFAULT_PURPOSE),
        tuple(fields["probe"].split()),
        tuple(fields["accepts"].split()),
        fields["wanted"],
    )


def _source(name: str, fields: dict[str, str], root: Path) -> Source:
    kind = fields["kind"]
    missing = KINDS[kind] - fields.keys()
    if kind != "go" and not {"sha256", "sha512"} & fields.keys():
        missing.add("sha256")
    if missing:
        raise ValueError(f"[source {name}] lacks {', '.join(sorted(missing))}")
    return Source(name, kind, fields["platform"], tuple(fields["parts"].split()), fields, root)


def digest(file: Path, algorithm: str = "sha256") -> str:
    """The hexadecimal digest of a file's bytes."""
    hashed = hashlib.new(algorithm)
    with open(file, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            hashed.update(block)
    return hashed.hexdigest()
