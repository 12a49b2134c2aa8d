# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Says on standard error what is going on: one living line on a terminal, a few plain ones elsewhere."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TextIO

PLAIN_INTERVAL_SECONDS = 30.0
LIVE_INTERVAL_SECONDS = 0.2


class Progress:
    """Reports notes and tasks of one command; silent when quiet."""

    def __init__(self, quiet: bool = False, stream: TextIO | None = None, command: str = "fetch"):
        self.quiet = quiet
        self.command = command
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty() and not quiet

    def note(self, text: str) -> None:
        if not self.quiet:
            print(f"{self.command}: {text}", file=self.stream, flush=True)

    @contextlib.contextmanager
    def task(self, what: str, status: Callable[[], str] = lambda: "") -> Iterator[None]:
        """Shows `what`, its status and the time it has taken, from start to end."""
        started = time.monotonic()
        ended = threading.Event()
        if not self.live:
            self.note(what)
        ticker = threading.Thread(target=self._tick, args=(what, status, started, ended), daemon=True)
        ticker.start()
        try:
            yield
        finally:
            ended.set()
            ticker.join()

    def _tick(self, what: str, status: Callable[[], str], started: float, ended: threading.Event) -> None:
        while not ended.wait(LIVE_INTERVAL_SECONDS if self.live else PLAIN_INTERVAL_SECONDS):
            line = ", ".join(filter(None, [what, status(), elapsed(time.monotonic() - started)]))
            if self.live:
                # A line that wraps could not be taken back.
                line = line[: shutil.get_terminal_size().columns - 1]
                print(f"\r\033[K{line}", end="", file=self.stream, flush=True)
            else:
                self.note(line)
        if self.live:
            print("\r\033[K", end="", file=self.stream, flush=True)


def elapsed(seconds: float) -> str:
    """0.4 s, 12 s, 4 min 31 s"""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def megabytes(size: int) -> str:
    """36.9 MB, in millions of bytes"""
    return f"{size / 1e6:.1f} MB"
