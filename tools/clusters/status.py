# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What of the cluster runs, from its processes alone: a cluster whose API server is down has a status too."""

from __future__ import annotations

from clusters.control import NAMES, ControlPlane
from clusters.layout import Layout
from clusters.machine import Machine
from clusters.node import Node


class Status:
    """One look at the cluster's processes."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.made = layout.marker.exists()
        control, node = ControlPlane(layout, {}), Node(layout, Machine(layout), {})
        self.processes = []
        for name in NAMES:
            process = control.process(name)
            self.processes.append({"name": name, "running": process is not None, "pid": process.pid if process else None})
        first = node.process()
        self.processes.append({"name": "node", "running": first is not None, "pid": first.pid if first else None})
        for program in node.running():
            self.processes.append({**program, "running": program["running"] and first is not None})

    def all_runs(self) -> bool:
        return self.made and all(process["running"] for process in self.processes)

    def facts(self) -> dict:
        return {
            "provider": "one-node",
            "dir": str(self.layout.root),
            "kubeconfig": str(self.layout.kubeconfig) if self.made else None,
            "running": self.all_runs(),
            "processes": self.processes,
        }

    def text(self) -> str:
        if not self.made:
            return f"no cluster in {self.layout.root}"
        lines = [self._line(process) for process in self.processes]
        return "\n".join([*lines, f"KUBECONFIG={self.layout.kubeconfig}"])

    def _line(self, process: dict) -> str:
        how = "runs" if process["running"] else "DOES NOT RUN"
        more = f"process {process['pid']}" if process.get("pid") else ""
        if "starts" in process:
            more = f"started {process['starts']} times" if process["starts"] > 1 else "started once"
        return f"{process['name']:<24} {how:<14} {more}".rstrip()
