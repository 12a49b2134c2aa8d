# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Runs a program of this machine to its end."""

from __future__ import annotations

import subprocess

from clusters.errors import ClusterError

TIMEOUT_SECONDS = 1800


def attempt(*command: str) -> subprocess.CompletedProcess[str]:
    """What it said and its exit code, whatever that is; fails if it takes half an hour."""
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        raise ClusterError(f"{' '.join(command)} has not ended after {TIMEOUT_SECONDS} s") from error


def must(*command: str) -> str:
    """What it said on standard output; fails with its last word if it failed."""
    ran = attempt(*command)
    if ran.returncode != 0:
        raise ClusterError(f"{' '.join(command)} failed: {last_word(ran)}")
    return ran.stdout


def last_word(ran: subprocess.CompletedProcess[str]) -> str:
    """The last line of what it said on standard error."""
    return (ran.stderr.strip().splitlines() or [f"nothing was said, exit code {ran.returncode}"])[-1]
