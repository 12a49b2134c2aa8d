# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The one-node cluster: each step of making it, in order, and of taking it away again."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from clusters import images, needs
from clusters.control import NAMES, ControlPlane
from clusters.errors import ClusterError, NotPossibleHere
from clusters.layout import DNS_IMAGE, NODE_NAME, PAUSE_IMAGE, Layout
from clusters.machine import Machine
from clusters.node import Node
from clusters.pki import Pki
from clusters.processes import Process
from clusters.programs import Programs
from clusters.run import attempt, must
from clusters.steps import Steps

MANIFESTS = Path(__file__).with_name("manifests")
PARTS = ("etcd", "kubectl", "kube-apiserver", "kube-node", "pause", "coredns", "network-policies")
PATIENCE_SECONDS = 180
GRACE_SECONDS = 5
POLL_SECONDS = 0.3


class OneNode:
    """A whole cluster on this machine. Every step looks first whether it was done, so that up can be called again."""

    def __init__(self, layout: Layout, programs: Programs, steps: Steps):
        self.layout = layout
        self.programs = programs
        self.steps = steps
        self.machine = Machine(layout)
        self.node = Node(layout, self.machine, programs)
        self.control = ControlPlane(layout, programs)

    def up(self) -> Path:
        needs.check()
        self._must_be_the_only_one()
        self.programs.fetch(PARTS)
        with self.steps.step("directory, certificates"):
            self.machine.remember()
            for directory in self.layout.directories():
                directory.mkdir(mode=0o700, exist_ok=True)
            Pki(self.layout).make()
        with self.steps.step("network and control groups"):
            self.machine.make_bridge()
            self.machine.make_cgroups()
        with self.steps.step("node"):
            self.node.start()
        for name in NAMES:
            with self.steps.step(name):
                self.control.start(name)
        with self.steps.step("containerd"):
            self._until(lambda: images.ready(self.layout), "containerd answers", "containerd")
        with self.steps.step("images of pause and CoreDNS"):
            self._own_images()
        with self.steps.step("roles and DNS"):
            must(*self._kubectl(), "apply", "--server-side", "-f", str(MANIFESTS))
        self._ready()
        return self.layout.kubeconfig

    def _ready(self) -> None:
        with self.steps.step("node is ready"):
            self._until(self._node_is_ready, "the node is Ready", "kubelet")
        with self.steps.step("DNS is ready"):
            self._until(self._dns_is_ready, "CoreDNS is available", "kubelet")

    def down(self) -> None:
        """Takes away whatever of the cluster is there."""
        needs.check()
        if not self.layout.marker.exists():
            self.steps.note(f"there is no cluster in {self.layout.root}")
            return
        with self.steps.step("control plane"):
            for name in reversed(NAMES):
                self.control.stop(name, 0)  # what it would put in order is thrown away
        if self.machine.other() is None:
            with self.steps.step("node"):
                self.node.stop()
            with self.steps.step("network and control groups"):
                self.machine.remove_bridge()
                self.machine.remove_cgroups()
                self.machine.restore_settings()
        with self.steps.step("files"):
            self.machine.refuse_mounts()
            shutil.rmtree(self.layout.root)

    def restart_node(self) -> None:
        """As if the node's power were cut and came back; the control plane goes on."""
        self._must_exist()
        with self.steps.step("node stops"):
            self.node.stop()
        with self.steps.step("node starts"):
            self.node.start()
            self._until(lambda: images.ready(self.layout), "containerd answers", "containerd")
        self._ready()

    def load(self, tar: Path) -> list[str]:
        self._must_exist()
        return images.load(self.layout, tar)

    def stop_apiserver(self) -> None:
        self._must_exist()
        with self.steps.step("kube-apiserver stops"):
            self.control.stop("kube-apiserver", GRACE_SECONDS)

    def start_apiserver(self) -> None:
        self._must_exist()
        with self.steps.step("kube-apiserver starts"):
            self.control.start("kube-apiserver")

    def enter(self, command: list[str]) -> list[str]:
        self._must_exist()
        return [*self.node.enter(), *command]

    def status(self) -> dict:
        """Told from the processes alone: a cluster whose API server is down has a status too."""
        made = self.layout.marker.exists()
        processes = [_fact(name, self.control.process(name)) for name in NAMES]
        first = self.node.process()
        processes.append(_fact("node", first))
        for program in self.node.running():
            processes.append({**program, "running": program["running"] and first is not None})
        return {
            "provider": "one-node",
            "kubeconfig": str(self.layout.kubeconfig) if made else None,
            "running": made and all(process["running"] for process in processes),
            "processes": processes if made else [],
        }

    def _must_exist(self) -> None:
        needs.check()
        if not self.layout.marker.exists():
            raise ClusterError(f"there is no cluster in {self.layout.root}: make one with tools/cluster up")
        self._must_be_the_only_one()

    def _must_be_the_only_one(self) -> None:
        other = self.machine.other()
        if other is not None:
            raise NotPossibleHere(f"there is a cluster in {other}, and a machine can have only one")

    def _own_images(self) -> None:
        for part, name in (("pause", PAUSE_IMAGE), ("coredns", DNS_IMAGE)):
            tar = images.build(self.programs[part], name, self.layout.images / f"{part}.tar")
            images.load(self.layout, tar)

    def _node_is_ready(self) -> bool:
        """Whether the node says so since it started; what it said before is no news."""
        got = self._try("get", "node", NODE_NAME, "-o", "json")
        conditions = json.loads(got)["status"].get("conditions", []) if got else []
        ready = (c for c in conditions if c["type"] == "Ready" and c["status"] == "True")
        return any(_seconds(c["lastHeartbeatTime"]) >= self.node.started() for c in ready)

    def _dns_is_ready(self) -> bool:
        """Whether a DNS pod is ready whose container was started since the node was."""
        got = self._try("get", "pods", "-n", "kube-system", "-l", "k8s-app=kube-dns", "-o", "json")
        pods = json.loads(got)["items"] if got else []
        containers = [c for pod in pods for c in pod["status"].get("containerStatuses", []) if c["ready"]]
        return any(_seconds(c["state"]["running"]["startedAt"]) >= self.node.started() for c in containers)

    def _until(self, done: Callable[[], bool], what: str, log: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"after {PATIENCE_SECONDS} s it is not so that {what}: see {self.layout.log / log}.log"
                )
            time.sleep(POLL_SECONDS)

    def _try(self, *arguments: str) -> str:
        """What kubectl says; nothing if it failed."""
        ran = attempt(*self._kubectl(), *arguments)
        return ran.stdout if ran.returncode == 0 else ""

    def _kubectl(self) -> tuple[str, ...]:
        return (str(self.programs["kubectl"]), f"--kubeconfig={self.layout.kubeconfig}", "--request-timeout=10s")


def _fact(name: str, process: Process | None) -> dict:
    return {"name": name, "running": process is not None, "pid": None if process is None else process.pid}


def _seconds(time_of_kubernetes: str) -> float:
    return datetime.fromisoformat(time_of_kubernetes.replace("Z", "+00:00")).timestamp()
