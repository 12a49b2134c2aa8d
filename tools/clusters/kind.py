# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""A cluster of kind: its nodes are containers of Docker."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from clusters.errors import ClusterError, NotPossibleHere, WrongUsage
from clusters.run import attempt, last_word, must
from clusters.steps import Steps

CONFIG = Path(__file__).resolve().parents[2] / "e2e" / "cluster" / "kind.yaml"
NAME = "portcullis"
CONTROL_PLANE = f"{NAME}-control-plane"
WORKER = f"{NAME}-worker"
MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"
ASIDE = "/etc/kubernetes/kube-apiserver.yaml"
PATIENCE_SECONDS = 180


class Kind:
    """A control plane and one worker, as e2e/cluster/kind.yaml says. Only the kubeconfig is in our directory."""

    def __init__(self, root: Path, steps: Steps):
        self.root = root
        self.steps = steps

    def up(self) -> Path:
        self._check()
        self.root.mkdir(parents=True, exist_ok=True)
        with self.steps.step("kind create cluster"):
            if NAME in self._clusters():
                must("kind", "export", "kubeconfig", "--name", NAME, "--kubeconfig", str(self._kubeconfig()))
            else:
                config = ("--config", str(CONFIG), "--kubeconfig", str(self._kubeconfig()))
                must("kind", "create", "cluster", "--name", NAME, *config, "--wait", f"{PATIENCE_SECONDS}s")
        return self._kubeconfig()

    def down(self) -> None:
        self._check()
        with self.steps.step("kind delete cluster"):
            must("kind", "delete", "cluster", "--name", NAME, "--kubeconfig", str(self._kubeconfig()))
        self._kubeconfig().unlink(missing_ok=True)

    def load(self, tar: Path) -> list[str]:
        self._check()
        if not tar.is_file():
            raise WrongUsage(f"{tar} is no file: name the tar of an image")
        must("kind", "load", "image-archive", str(tar), "--name", NAME)
        return []  # kind does not tell the names

    def status(self) -> dict:
        self._check()
        running = must("docker", "ps", "--format", "{{.Names}}").split()
        nodes = [{"name": name, "running": name in running} for name in (CONTROL_PLANE, WORKER)]
        made = NAME in self._clusters()
        return {
            "provider": "kind",
            "kubeconfig": str(self._kubeconfig()) if made else None,
            "running": made and all(node["running"] for node in nodes),
            "processes": nodes if made else [],
        }

    def restart_node(self) -> None:
        self._check()
        with self.steps.step("node restarts"):
            must("docker", "restart", "--time", "0", WORKER)
            self._kubectl_until("wait", "--for=condition=Ready", f"node/{WORKER}", "--timeout=5s")

    def stop_apiserver(self) -> None:
        self._check()
        with self.steps.step("kube-apiserver stops"):
            must("docker", "exec", CONTROL_PLANE, "mv", MANIFEST, ASIDE)
            self._until(lambda: not self._answers(), "the API server is gone")

    def start_apiserver(self) -> None:
        self._check()
        with self.steps.step("kube-apiserver starts"):
            must("docker", "exec", CONTROL_PLANE, "sh", "-c", f"test ! -e {ASIDE} || mv {ASIDE} {MANIFEST}")
            self._until(self._answers, "the API server answers")

    def enter(self, command: list[str]) -> list[str]:
        self._check()
        return ["docker", "exec", WORKER, *command]

    def _check(self) -> None:
        missing = [program for program in ("docker", "kind") if shutil.which(program) is None]
        if missing:
            raise NotPossibleHere(f"--provider kind needs {' and '.join(missing)}: see https://kind.sigs.k8s.io")
        ran = attempt("docker", "info")
        if ran.returncode != 0:
            raise NotPossibleHere(f"--provider kind needs a Docker that runs; docker info says: {last_word(ran)}")

    def _clusters(self) -> list[str]:
        return must("kind", "get", "clusters").split()

    def _kubeconfig(self) -> Path:
        return self.root / "kind-kubeconfig"

    def _answers(self) -> bool:
        return self._kubectl("get", "--raw=/readyz")

    def _kubectl_until(self, *arguments: str) -> None:
        self._until(lambda: self._kubectl(*arguments), " ".join(arguments))

    def _kubectl(self, *arguments: str) -> bool:
        """Whether the node's own kubectl ends well."""
        kubectl = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--request-timeout=5s"]
        return attempt("docker", "exec", CONTROL_PLANE, *kubectl, *arguments).returncode == 0

    def _until(self, done, what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise ClusterError(f"after {PATIENCE_SECONDS} s it is not so that {what}")
            time.sleep(0.5)
