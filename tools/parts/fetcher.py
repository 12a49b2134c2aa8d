# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Brings one part into the cache: from there, from this machine, or from the first pinned source that has it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from parts import golang, local, release, wheel
from parts.cache import Cache, Stamp
from parts.errors import FetchError
from parts.lockfile import ChecksumMismatch, LockFile, Part, Source
from parts.progress import Progress, elapsed, megabytes
from parts.sources import SourceFailed

FETCH = {"archive": release.fetch, "file": release.fetch, "wheel": wheel.fetch}


@dataclass(frozen=True)
class Outcome:
    """One part that is in the cache now; nothing was transferred if it was there before."""

    part: Part
    path: Path
    stamp: Stamp
    transferred: int
    seconds: float
    cached: bool

    def line(self) -> str:
        how = "cached" if self.cached else f"{megabytes(self.transferred)} in {elapsed(self.seconds)}"
        return f"{self.part.name:<15} {self.stamp.version:<8} {how:<22} {self.path}"

    def facts(self) -> dict:
        return {
            "name": self.part.name,
            "version": self.stamp.version,
            "path": str(self.path),
            "source": self.stamp.source,
            "sha256": self.stamp.sha256,
            "cached": self.cached,
            "transferredBytes": self.transferred,
            "seconds": round(self.seconds, 1),
        }


class Fetcher:
    """Brings parts into one cache."""

    def __init__(self, lock: LockFile, cache: Cache, progress: Progress):
        self.lock = lock
        self.cache = cache
        self.progress = progress
        self._failed: set[str] = set()  # sources that failed in this run; an archive of several parts is not tried thrice

    def cached(self, part: Part) -> Outcome | None:
        pins = {source.pin for source in self._sources(part)} | {_installed_pin(part)}
        stamp = self.cache.find(part, pins)
        return None if stamp is None else Outcome(part, self.cache.path(part), stamp, 0, 0.0, True)

    def fetch(self, part: Part) -> Outcome:
        """The part, from the cache or else from the first source that has it."""
        return self.cached(part) or self._fetch_locked(part)

    def _fetch_locked(self, part: Part) -> Outcome:
        def waiting(holder: str) -> None:
            self.progress.note(f"{part.name}: waiting for another fetch (process {holder}) to finish")

        with self.cache.locked(part.group, waiting):
            # Whoever held the lock may have brought it.
            return self.cached(part) or self._installed(part) or self._pinned(part)

    def _installed(self, part: Part) -> Outcome | None:
        for program in local.candidates(part, self.cache.root):
            try:
                version = local.version(part, program)
            except local.NotRunnable as reason:
                self.progress.note(f"{part.name}: {reason}: looking elsewhere")
                continue
            if part.accepted(version):
                stamp = self.cache.link(part, program, version, _installed_pin(part))
                return Outcome(part, self.cache.path(part), stamp, 0, 0.0, False)
            self.progress.note(f"{part.name}: {program} is {version}, wanted is {part.wanted}: looking elsewhere")
        return None

    def _pinned(self, part: Part) -> Outcome:
        sources = self._sources(part)
        if not sources:
            raise FetchError(f"{part.name} is pinned for no {self.cache.platform}: put {part.wanted} on PATH")
        failures = []
        for source in (s for s in sources if s.name not in self._failed):
            if failures:
                self.progress.note(f"{part.name}: {failures[-1]}: trying {source.name}")
            try:
                return self._from(source, part)
            except (SourceFailed, ChecksumMismatch) as failure:
                failures.append(failure)
                self.cache.prune(self._work(source, part))
                self._failed.add(source.name)
        raise FetchError(f"{part.name}: {failures[-1] if failures else 'no source had it'}")

    def _from(self, source: Source, part: Part) -> Outcome:
        started = time.monotonic()
        work = self._work(source, part)
        work.mkdir(parents=True, exist_ok=True)
        if source.kind == "go":
            with self.cache.using_go():
                fetched = golang.fetch(source, part, work, self.cache.go, self.progress)
        else:
            fetched = FETCH[source.kind](source, part, work, self.progress)
        fetched.program.chmod(0o755)
        try:
            version = local.version(part, fetched.program)
        except local.NotRunnable as reason:
            raise SourceFailed(str(reason)) from reason
        stamp = self.cache.publish(part, fetched.program, version, source.name, source.pin)
        if all(self.cached(self.lock.part(name)) for name in source.parts):
            self.cache.tidy(work)
        return Outcome(part, self.cache.path(part), stamp, fetched.transferred, time.monotonic() - started, False)

    def _work(self, source: Source, part: Part) -> Path:
        return self.cache.work(part.group) / source.name

    def _sources(self, part: Part) -> list[Source]:
        return self.lock.sources_of(part, self.cache.platform)


def _installed_pin(part: Part) -> str:
    return f"installed {' '.join(part.accepts)}"
