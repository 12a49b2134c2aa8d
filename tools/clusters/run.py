# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Runs a program of this machine to its end."""

from __future__ import annotations

import subprocess

from clusters.errors import ClusterError


def attempt(*command: str) -> subprocess.CompletedProcess[str]:
    """What it said and its exit code, whatever that is."""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True, errors="replace"
    )


def must(*command: str) -> str:
    """What it said on standard output; fails with its last word if it failed."""
    ran = attempt(*command)
    if ran.returncode != 0:
        raise ClusterError(f"{' '.join(command)} failed: {last_word(ran)}")
    return ran.stdout


def last_word(ran: subprocess.CompletedProcess[str]) -> str:
    """The last line of what it said on standard error."""
    return (ran.stderr.strip().splitlines() or [f"nothing was said, exit code {ran.returncode}"])[-1]
