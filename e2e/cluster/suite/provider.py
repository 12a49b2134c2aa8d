# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Where the cluster comes from. Each provider gives a kubeconfig and takes images in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Union

from suite.shell import HOME, run, until


class ProviderMissing(Exception):
    """This machine cannot do what the provider needs; the message says what is missing."""


class NotOurs(Exception):
    """The cluster belongs to somebody else, so this journey cannot be made in it; the message says why."""


class OneNode:
    """A cluster of one node on this machine, without a container engine. Root on Linux."""

    name = "one-node"

    def up(self) -> Path:
        if os.geteuid() != 0:
            raise ProviderMissing("the one-node cluster changes this machine and needs root; "
                                  "use --provider kind, or --provider kubeconfig")
        run(["tools/cluster", "prepare"], seconds=900)
        run(["tools/cluster", "up"], seconds=2400)
        for line in run(["tools/cluster", "status"]).splitlines():
            if line.startswith("KUBECONFIG="):
                return Path(line.split("=", 1)[1])
        raise AssertionError("tools/cluster status does not say where the kubeconfig is")

    def load(self, images: list[Path]) -> None:
        run(["tools/cluster", "load", *map(str, images)], seconds=600)

    def down(self) -> None:
        run(["tools/cluster", "down"], seconds=300)

    def kill(self, container: str) -> None:
        """Ends a container with SIGKILL, as the kernel does when memory is short; it is dead when this returns."""
        _kill(self.on_node, ("ctr",), container)

    def on_node(self, *command: str) -> str:
        """Runs a command where pods run; returns what it prints."""
        return run(["tools/cluster", "enter", "--", *command])

    def stop_apiserver(self) -> None:
        run(["tools/cluster", "stop-apiserver"])

    def start_apiserver(self) -> None:
        run(["tools/cluster", "start-apiserver"], seconds=240)

    def restart_node(self) -> None:
        run(["tools/cluster", "restart-node"], seconds=400)


class Kind:
    """A cluster in Docker, as `tools/cluster --provider kind` makes it: pods run on a worker of their own."""

    name = "kind"

    def up(self) -> Path:
        for program in ("docker", "kind"):
            if shutil.which(program) is None:
                raise ProviderMissing(f"{program} is not on PATH; use --provider one-node (root on Linux), "
                                      "or --provider kubeconfig")
        self._cluster("up", seconds=900)
        for line in self._cluster("status").splitlines():
            if line.startswith("KUBECONFIG="):
                return Path(line.split("=", 1)[1])
        raise AssertionError("tools/cluster status does not say where the kubeconfig is")

    def load(self, images: list[Path]) -> None:
        self._cluster("load", *map(str, images), seconds=900)

    def down(self) -> None:
        self._cluster("down", seconds=300)

    def kill(self, container: str) -> None:
        _kill(self.on_node, ("ctr", "--namespace", "k8s.io"), container)

    def on_node(self, *command: str) -> str:
        return self._cluster("enter", "--", *command)

    def stop_apiserver(self) -> None:
        self._cluster("stop-apiserver", seconds=240)

    def start_apiserver(self) -> None:
        self._cluster("start-apiserver", seconds=240)

    def restart_node(self) -> None:
        self._cluster("restart-node", seconds=400)

    @staticmethod
    def _cluster(action: str, *arguments: str, seconds: float = 120) -> str:
        # Only the kubeconfig is in that directory, and Docker asks for no root.
        return run(["tools/cluster", action, "--provider", "kind", "--dir", "~/.cache/portcullis/kind", *arguments],
                   seconds=seconds)


class Kubeconfig:
    """A cluster that is there already, and that has the images, or can pull them."""

    name = "kubeconfig"

    def up(self) -> Path:
        path = os.environ.get("KUBECONFIG", "")
        if not path or not Path(path).is_file():
            raise ProviderMissing("say which cluster: export KUBECONFIG=FILE")
        return Path(path)

    def load(self, images: list[Path]) -> None:
        print("    images are expected to be in the cluster: " + ", ".join(image.name for image in images))

    def down(self) -> None:
        """The cluster stays: it is not ours."""

    def kill(self, container: str) -> None:
        raise NotOurs("a container on a node that is not ours cannot be killed")

    def on_node(self, *command: str) -> str:
        raise NotOurs("nothing is run on a node that is not ours")

    def stop_apiserver(self) -> None:
        raise NotOurs("the API server of a cluster that is not ours is not stopped")

    def start_apiserver(self) -> None:
        raise NotOurs("the API server of a cluster that is not ours is not started")

    def restart_node(self) -> None:
        raise NotOurs("a node that is not ours is not restarted")


def _kill(on_node: Callable[..., str], ctr: tuple[str, ...], container: str) -> None:
    def dead() -> bool:
        tasks = [line.split() for line in on_node(*ctr, "task", "list").splitlines()]
        return not any(task[0] == container and "RUNNING" in task for task in tasks if task)

    on_node(*ctr, "task", "kill", "--signal", "SIGKILL", container)
    # A signal that is sent is not yet an end: a big process takes its time on a busy machine.
    until(f"container {container[:12]} is dead", dead, seconds=20, pause=0.2)


Provider = Union[OneNode, Kind, Kubeconfig]


def provider(name: str) -> Provider:
    """The provider of that name."""
    return {"one-node": OneNode, "kind": Kind, "kubeconfig": Kubeconfig}[name]()
