# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Says on standard error which step is being done, and how long each took."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TextIO


class Steps:
    """A line per step; silent when quiet."""

    def __init__(self, quiet: bool = False, stream: TextIO | None = None):
        self.quiet = quiet
        self.stream = stream or sys.stderr
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        started = time.monotonic()
        self._say(f"cluster: {what} …", "")
        try:
            yield
        except BaseException:
            self._say(" failed", "\n")
            raise
        self.seconds[what] = round(time.monotonic() - started, 1)
        self._say(f" {self.seconds[what]} s", "\n")

    def note(self, text: str) -> None:
        self._say(f"cluster: {text}", "\n")

    def _say(self, text: str, end: str) -> None:
        if not self.quiet:
            print(text, end=end, file=self.stream, flush=True)
