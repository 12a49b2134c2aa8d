# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Processes that outlive the command that started them, and are known again by more than a number."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from clusters.errors import ClusterError

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Process:
    """A process of this boot of this machine. A PID is used again; with the time of its start it is not."""

    name: str
    pid: int
    started: int
    boot: str

    @staticmethod
    def of(name: str, pid: int) -> Process | None:
        """The living process of this PID."""
        started = start_ticks(pid)
        return None if started is None else Process(name, pid, started, boot_id())

    @staticmethod
    def read(file: Path) -> Process | None:
        """The process that a file tells of, whether it lives or not."""
        try:
            return Process(**json.loads(file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise ClusterError(f"{file} cannot be read: {error}; it should tell which process is ours") from error

    def write(self, file: Path) -> None:
        new = file.with_suffix(".new")
        new.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")
        os.replace(new, file)

    def alive(self) -> bool:
        return self.boot == boot_id() and start_ticks(self.pid) == self.started

    def end(self, grace_seconds: float) -> None:
        """Asks it to end, then makes it; returns when it is gone. Does nothing if it is another process by now."""
        if grace_seconds > 0:
            self._send(signal.SIGTERM)
            if self._gone_within(grace_seconds):
                return
        self._send(signal.SIGKILL)
        if not self._gone_within(30):
            raise ClusterError(f"{self.name} (process {self.pid}) does not end, though it was killed")

    def _send(self, number: int) -> None:
        if self.alive():
            os.kill(self.pid, number)

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True


def launch(name: str, command: list[str], log: Path, file: Path) -> Process:
    """Starts a process in a session of its own, its words going to `log`, and notes in `file` which one it is."""
    with open(log, "ab") as words:
        running = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT, start_new_session=True, cwd="/"
        )
    process = Process.of(name, running.pid)
    if process is None:
        raise ClusterError(f"{name} ended at once: see {log}")
    process.write(file)
    return process


def start_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None if there is none, or only its remains."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name, in brackets, may hold blanks and brackets.
    fields = stat[stat.rindex(")") + 2 :].split()
    return None if fields[0] in ("Z", "X") else int(fields[19])


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
