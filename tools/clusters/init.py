# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The node's first process: makes the node out of fresh namespaces, then keeps its programs running.

Started by node.py with the path of a JSON file, in mount, PID, network, UTS and IPC namespaces of its own. Whatever
runs in the node is a descendant of this process; when it ends, the kernel ends them all, and the mounts, devices and
packet filters of these namespaces go with them. It stands alone: it imports nothing of this package.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

POLL_SECONDS = 0.1
LINK_SECONDS = 30
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 10.0
STEADY_SECONDS = 30.0


@dataclass
class Program:
    """One program that is started again when it ends, ever more slowly while it ends at once."""

    name: str
    command: list[str]
    log: str
    pid: int = 0
    starts: int = 0
    due: float = 0.0
    since: float = 0.0
    delay: float = field(default=FIRST_DELAY_SECONDS)

    def start(self, now: float) -> None:
        self.starts += 1
        self.since = now
        with open(self.log, "ab") as words:
            try:
                self.pid = subprocess.Popen(
                    self.command,
                    stdin=subprocess.DEVNULL,
                    stdout=words,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                ).pid
            except OSError as error:
                # The node must not end with a program that is gone for a while.
                words.write(f"{self.name} does not start: {error}\n".encode())
                self.ended(now)

    def ended(self, now: float) -> None:
        self.delay = (
            FIRST_DELAY_SECONDS if now - self.since > STEADY_SECONDS else min(self.delay * 2, LONGEST_DELAY_SECONDS)
        )
        self.pid = 0
        self.due = now + self.delay


def main(specification: Path) -> None:
    node = json.loads(specification.read_text(encoding="utf-8"))
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    join_cgroups(node["cgroup"])
    announce(Path(node["announce"]))
    mount(node)
    socket.sethostname(node["hostname"])
    network(node["network"])
    programs = [Program(p["name"], p["command"], p["log"]) for p in node["programs"]]
    supervise(programs, Path(node["programsFile"]))


def join_cgroups(cgroup: str) -> None:
    for procs in Path("/sys/fs/cgroup").glob(f"**/{cgroup}/system/cgroup.procs"):
        procs.write_text("0", encoding="ascii")  # 0 is whoever writes


def announce(file: Path) -> None:
    """Tells the PID that the machine knows this process by; /proc is still the machine's."""
    pid = int(os.readlink("/proc/self"))
    stat = Path("/proc/self/stat").read_text(encoding="utf-8")
    started = int(stat[stat.rindex(")") + 2 :].split()[19])
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"name": "node", "pid": pid, "started": started, "boot": boot}) + "\n", encoding="utf-8")
    os.replace(new, file)


def mount(node: dict) -> None:
    """Gives the node its own /proc, /sys, /run, /var/lib and /var/log; all else is the machine's."""
    keep, var_lib = Path(node["root"]), Path("/var/lib")
    if var_lib in keep.parents:
        # What lies below /var/lib must be seen at the same place once another directory is mounted over it.
        below = Path(node["varLib"]) / keep.relative_to(var_lib)
        below.mkdir(parents=True, exist_ok=True)
        run("mount", "--rbind", str(keep), str(below))
    run("mount", "--rbind", node["varLib"], str(var_lib))
    run("mount", "--bind", node["varLog"], "/var/log")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    # A sysfs shows the devices of the network namespace that mounted it; the machine's control groups are kept.
    os.mkdir("/run/cgroup")
    run("mount", "--rbind", "/sys/fs/cgroup", "/run/cgroup")
    run("mount", "-t", "sysfs", "sysfs", "/sys")
    run("mount", "--rbind", "/run/cgroup", "/sys/fs/cgroup")
    run("umount", "--lazy", "/run/cgroup")
    run("mount", "-t", "proc", "proc", "/proc")
    run("mount", "--make-rshared", "/")  # as containers' mount propagation wants it


def network(link: dict) -> None:
    """Waits until the machine has given the node its end of the link, and uses it."""
    deadline = time.monotonic() + LINK_SECONDS
    while not Path("/sys/class/net", link["device"]).exists():
        if time.monotonic() > deadline:
            sys.exit(f"the node was given no {link['device']} within {LINK_SECONDS} s")
        time.sleep(POLL_SECONDS)
    for name in ("net/ipv4/ip_forward", "net/bridge/bridge-nf-call-iptables"):
        Path("/proc/sys", name).write_text("1", encoding="ascii")
    run("ip", "link", "set", "lo", "up")
    run("ip", "address", "add", link["address"], "dev", link["device"])
    run("ip", "link", "set", link["device"], "up")
    run("ip", "route", "add", "default", "via", link["gateway"])


def supervise(programs: list[Program], file: Path) -> None:
    """Starts every program and starts it again when it ends, for ever; buries whoever has lost their parent."""
    told = ""
    while True:
        now = time.monotonic()
        for program in programs:
            if program.pid == 0 and now >= program.due:
                program.start(now)
        told = tell(programs, file, told)
        time.sleep(POLL_SECONDS)
        for pid in buried():
            for program in programs:
                if program.pid == pid:
                    program.ended(time.monotonic())


def buried() -> list[int]:
    """The processes that have ended since."""
    ended = []
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended.append(pid)


def tell(programs: list[Program], file: Path, before: str) -> str:
    """Writes which programs run and how often each was started, if that is news."""
    facts = json.dumps([{"name": p.name, "running": p.pid != 0, "starts": p.starts} for p in programs]) + "\n"
    if facts != before:
        new = file.with_suffix(".new")
        new.write_text(facts, encoding="utf-8")
        os.replace(new, file)
    return facts


def run(*command: str) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
