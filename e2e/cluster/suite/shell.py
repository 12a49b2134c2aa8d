# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Commands as a user types them, with what they said when they fail."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

HOME = Path(__file__).resolve().parents[3]


class CommandFailed(AssertionError):
    """A command ended with another exit code than it should; the message has its output."""


def run(command: list[str], *, seconds: float = 120, stdin: str | None = None, check: bool = True,
        environment: dict[str, str] | None = None, cwd: Path = HOME) -> str:
    """Runs a command; returns its standard output. Standard error is kept for the message."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=seconds, cwd=cwd,
                              env=environment, check=False)
    except subprocess.TimeoutExpired as late:
        raise CommandFailed(f"not done after {seconds:.0f} s: {' '.join(command)}\n{_text(late.stdout)}"
                            f"{_text(late.stderr)}") from late
    if check and done.returncode != 0:
        raise CommandFailed(f"exit code {done.returncode}: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def _text(output: str | bytes | None) -> str:
    if output is None:
        return ""
    return output if isinstance(output, str) else output.decode(errors="replace")


def until(what: str, question: Callable[[], bool], *, seconds: float = 60, pause: float = 0.5) -> float:
    """Asks until the answer is yes; returns how long that took. An error counts as no, and is told in the end."""
    started = time.monotonic()
    trouble: AssertionError | None = None
    while True:
        try:
            if question():
                return time.monotonic() - started
            trouble = None
        except AssertionError as error:
            trouble = error
        if time.monotonic() - started > seconds:
            raise AssertionError(f"after {seconds:.0f} s still not: {what}" + (f"\n{trouble}" if trouble else ""))
        time.sleep(pause)
