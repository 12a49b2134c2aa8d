# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The cache: one directory per version, a stamp beside each program, and locks for those who fill it.

    ~/.cache/portcullis/envoy/1.40.0-linux-amd64/{envoy, .envoy.json}
                        k8s/1.36.3-linux-amd64/{etcd, kubectl, kube-apiserver, .etcd.json, …}
                        work/<group>/<source>/     half-done downloads and builds, removed on success
                        work/go/                   modules and compiled packages that builds share, removed at the end
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from parts.errors import FetchError
from parts.lockfile import Part, digest


@dataclass(frozen=True)
class Stamp:
    """What was put into the cache, so that every later use can tell that it is still that."""

    version: str
    source: str
    pin: str
    sha256: str
    size: int
    mtime_ns: int


class Cache:
    """A directory of verified parts for one platform."""

    def __init__(self, root: Path, platform: str):
        self.root = root
        self.platform = platform

    def path(self, part: Part) -> Path:
        return self.root / f"{part.directory}-{self.platform}" / part.name

    def work(self, group: str) -> Path:
        return self.root / "work" / group

    def find(self, part: Part, pins: set[str]) -> Stamp | None:
        """The part's stamp if it is here, comes from one of the pins, and has not changed since."""
        stamp = self._read_stamp(part)
        if stamp is None or stamp.pin not in pins:
            return None
        path = self.path(part)
        try:
            state = path.stat()
            if (state.st_size, state.st_mtime_ns) == (stamp.size, stamp.mtime_ns):
                return stamp
            return stamp if digest(path) == stamp.sha256 else None
        except OSError:
            return None

    def publish(self, part: Part, file: Path, version: str, source: str, pin: str) -> Stamp:
        """Moves a finished, executable program into its place; a crash at any point leaves none, or the whole one."""
        return self._place(part, version, source, pin, file, lambda target: os.replace(file, target))

    def link(self, part: Part, installed: Path, version: str, pin: str) -> Stamp:
        """Lets an installed program stand in the part's place."""
        link = self.path(part).with_name(f".{part.name}.link")

        def place(target: Path) -> None:
            link.unlink(missing_ok=True)
            link.symlink_to(installed)
            os.replace(link, target)

        return self._place(part, version, f"installed {installed}", pin, installed, place)

    def _place(self, part, version, source, pin, file, place) -> Stamp:
        target = self.path(part)
        target.parent.mkdir(parents=True, exist_ok=True)
        state = file.stat()
        stamp = Stamp(version, source, pin, digest(file), state.st_size, state.st_mtime_ns)
        # The stamp goes first: without its program it is worth nothing, and a program never stands without its stamp.
        written = self._stamp_path(part).with_suffix(".new")
        written.write_text(json.dumps(asdict(stamp), indent=2) + "\n", encoding="utf-8")
        os.replace(written, self._stamp_path(part))
        place(target)
        return stamp

    def _stamp_path(self, part: Part) -> Path:
        return self.path(part).with_name(f".{part.name}.json")

    def _read_stamp(self, part: Part) -> Stamp | None:
        try:
            return Stamp(**json.loads(self._stamp_path(part).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None  # absent, or written by another release: fetched anew

    @contextlib.contextmanager
    def locked(self, group: str, waiting) -> Iterator[None]:
        """Holds the group's lock; calls `waiting(holder)` once if somebody else has it. The kernel frees it on a crash."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = open(self.root / f".{group}.lock", "a+", encoding="utf-8")
        except OSError as error:
            raise FetchError(
                f"the cache {self.root} cannot be written: {error.strerror}; choose another with --dir or PORTCULLIS_CACHE"
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                waiting(lock.read().strip() or "unknown")
                fcntl.flock(lock, fcntl.LOCK_EX)
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    @property
    def go(self) -> Path:
        """Where builds from source keep modules and compiled packages, which the next build needs again."""
        return self.root / "work" / "go"

    @contextlib.contextmanager
    def using_go(self) -> Iterator[None]:
        """Keeps what builds share from being removed; any number may build at once."""
        with open(self.root / ".go.lock", "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    def tidy_go(self) -> None:
        """Removes what builds share, unless somebody else is building: then they will."""
        if not self.go.exists():
            return
        with open(self.root / ".go.lock", "a", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            shutil.rmtree(self.go, ignore_errors=True)

    def tidy(self, directory: Path) -> None:
        """Removes finished work; what cannot be removed is no error, only untidy."""
        shutil.rmtree(directory, ignore_errors=True)
        self.prune(directory)

    def prune(self, directory: Path) -> None:
        """Removes a source's work directory and its group's, as far as they are empty."""
        with contextlib.suppress(OSError):
            if directory.exists():
                directory.rmdir()
            directory.parent.rmdir()
