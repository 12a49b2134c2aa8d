# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The programs that a cluster is made of, from the cache of tools/fetch."""

from __future__ import annotations

from pathlib import Path

from parts.cache import Cache
from parts.command import default_cache, this_platform
from parts.errors import FetchError
from parts.fetcher import Fetcher
from parts.lockfile import PARTS_LOCK, read
from parts.progress import Progress


class Programs:
    """Looks a program up when it is needed; only `fetch` brings what is missing."""

    def __init__(self, quiet: bool):
        self.lock = read(PARTS_LOCK)
        self.cache = Cache(default_cache().expanduser().absolute(), this_platform())
        self.fetcher = Fetcher(self.lock, self.cache, Progress(quiet))

    def __getitem__(self, name: str) -> Path:
        outcome = self.fetcher.cached(self.lock.part(name))
        if outcome is None:
            raise FetchError(f"{name} is not in {self.cache.root}: get it with tools/fetch {name}")
        return outcome.path

    def fetch(self, names: tuple[str, ...]) -> None:
        for name in names:
            self.fetcher.fetch(self.lock.part(name))
        self.cache.tidy_go()
