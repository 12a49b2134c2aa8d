# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The node: containerd, kubelet, kube-proxy and the NetworkPolicy agent, in namespaces of their own."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from clusters.errors import ClusterError
from clusters.layout import CGROUP, HOST_ADDRESS, LINK_PREFIX, NODE_ADDRESS, NODE_NAME, Layout
from clusters.machine import NODE_DEVICE, Machine
from clusters.nodeconfig import NodeConfig
from clusters.processes import POLL_SECONDS, Process, launch
from clusters.programs import Programs

INIT = Path(__file__).with_name("init.py")
START_SECONDS = 30


class Node:
    """A set of namespaces whose first process is init.py."""

    def __init__(self, layout: Layout, machine: Machine, programs: Programs):
        self.layout = layout
        self.machine = machine
        self.programs = programs
        self.file = layout.state / "node.json"

    def process(self) -> Process | None:
        """The node's first process, if the node runs."""
        process = Process.read(self.file)
        return process if process is not None and process.alive() else None

    def start(self) -> None:
        """Starts the node unless it runs; a half-started one is ended first."""
        if self.process() is not None and self.machine.linked():
            return
        self.stop()
        specification = self.layout.config / "node.json"
        specification.write_text(json.dumps(self._specification(), indent=2) + "\n", encoding="utf-8")
        unshare = ["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child"]
        command = [*unshare, sys.executable, "-I", str(INIT), str(specification)]
        outer = launch("unshare", command, self.layout.log / "node.log", self.layout.state / "unshare.json")
        deadline = time.monotonic() + START_SECONDS
        while (inner := self.process()) is None:
            if not outer.alive() or time.monotonic() > deadline:
                raise ClusterError(f"the node's first process did not come up: see {self.layout.log / 'node.log'}")
            time.sleep(POLL_SECONDS)
        self.machine.link(inner)

    def stop(self) -> None:
        """Ends the node at once, as when its power is cut; returns when nothing of it is left."""
        process = self.process()
        if process is not None:
            process.end(0)
        outer = Process.read(self.layout.state / "unshare.json")
        if outer is not None:
            outer.end(0)
        deadline = time.monotonic() + START_SECONDS
        while left := self.machine.processes():
            if time.monotonic() > deadline:
                raise ClusterError(f"processes of the node do not end: {', '.join(map(str, sorted(left)))}")
            time.sleep(POLL_SECONDS)
        self.machine.unlink()
        self.file.unlink(missing_ok=True)

    def started(self) -> int:
        """When the node was started, in whole seconds since 1970, as Kubernetes tells times."""
        return int(self.file.stat().st_mtime)

    def running(self) -> list[dict]:
        """Each program of the node: its name, whether it runs, how often it was started."""
        try:
            return json.loads((self.layout.state / "programs.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []

    def enter(self) -> list[str]:
        """A command that runs the command that is put behind it inside the node, where ctr finds its containers."""
        process = self.process()
        if process is None:
            raise ClusterError("the node does not run: start it with tools/cluster up")
        return ["nsenter", "--target", str(process.pid), "--mount", "--pid", "--net", "--uts", "--ipc", "--",
                "env", f"CONTAINERD_ADDRESS={self.layout.containerd}", "CONTAINERD_NAMESPACE=k8s.io"]

    def _specification(self) -> dict:
        commands = NodeConfig(self.layout, self.programs).write()
        return {
            "root": str(self.layout.root),
            "varLib": str(self.layout.var_lib),
            "varLog": str(self.layout.pod_logs),
            "announce": str(self.file),
            "programsFile": str(self.layout.state / "programs.json"),
            "hostname": NODE_NAME,
            "cgroup": CGROUP,
            "network": {"device": NODE_DEVICE, "address": f"{NODE_ADDRESS}/{LINK_PREFIX}", "gateway": HOST_ADDRESS},
            "programs": [
                {"name": name, "command": command, "log": str(self.layout.log / f"{name}.log")}
                for name, command in commands.items()
            ],
        }
