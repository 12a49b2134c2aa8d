# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The cluster under test, by kubectl."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.provider import Provider
from suite.shell import CommandFailed, run, until

SYSTEM = "portcullis-system"


@dataclass(frozen=True)
class Cluster:
    """A cluster that can be asked, from a directory that looks like the project's. Immutable."""

    kubeconfig: Path
    programs: Path
    workspace: Path
    provider: Provider

    @property
    def environment(self) -> dict[str, str]:
        """For commands: kubectl, helm and portcullis are on PATH."""
        return os.environ | {
            "KUBECONFIG": str(self.kubeconfig),
            "PATH": f"{self.programs}:{os.environ['PATH']}",
        }

    def kubectl(self, *arguments: str, stdin: str | None = None, seconds: float = 120, check: bool = True) -> str:
        """Runs kubectl; returns what it prints."""
        return run(["kubectl", *arguments], stdin=stdin, seconds=seconds, check=check, environment=self.environment)

    def apply(self, manifest: str) -> None:
        """Applies YAML."""
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=manifest)

    def get(self, *arguments: str) -> Any:
        """What `kubectl get … -o json` says."""
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))

    def pods(self, namespace: str, selector: str) -> list[dict[str, Any]]:
        """The pods that are not on their way out."""
        items = self.get("pods", "-n", namespace, "-l", selector)["items"]
        return [pod for pod in items if "deletionTimestamp" not in pod["metadata"]]

    def condition(self, kind: str, namespace: str, name: str, condition: str) -> dict[str, Any]:
        """One condition of a resource; empty while there is none."""
        status = self.get(kind, name, "-n", namespace).get("status", {})
        return next((each for each in status.get("conditions", []) if each["type"] == condition), {})

    def programmed(self, namespace: str, *policies: str, seconds: int = 60) -> None:
        """Waits until every proxy and decision service runs these ApiPolicies as they are now."""
        for policy in policies:
            def runs() -> bool:
                found = self.get("apipolicy", policy, "-n", namespace)
                condition = self.condition("apipolicy", namespace, policy, "Programmed")
                if condition.get("status") == "True" \
                        and condition.get("observedGeneration") == found["metadata"]["generation"]:
                    return True
                raise AssertionError(f"of generation {found['metadata']['generation']} it says {condition}")

            until(f"{namespace}/{policy} is Programmed", runs, seconds=seconds)

    def rolled_out(self, namespace: str, *workloads: str, seconds: int = 240) -> None:
        """Waits until every replica of the workloads is ready."""
        for workload in workloads:
            try:
                self.kubectl("rollout", "status", "-n", namespace, workload, f"--timeout={seconds}s",
                             seconds=seconds + 10)
            except CommandFailed as error:
                raise AssertionError(f"{error}\n{self.trouble(namespace)}") from error

    def trouble(self, namespace: str) -> str:
        """What there is to see when pods do not come up."""
        pods = self.kubectl("get", "pods", "-n", namespace, "-o", "name", check=False).split()[:6]
        return "\n".join([
            self.kubectl("get", "pods", "-n", namespace, "-o", "wide", check=False),
            self.kubectl("get", "events", "-n", namespace, "--sort-by=.lastTimestamp", check=False)[-3000:],
            *(f"{pod}:\n{self._said(namespace, pod)}" for pod in pods),
        ])

    def _said(self, namespace: str, pod: str) -> str:
        """The last lines of a pod's log, without the record of decisions."""
        lines = self.kubectl("logs", "-n", namespace, pod, "--all-containers", "--tail=200", check=False).splitlines()
        return "\n".join(line[:400] for line in lines if '"decisionId"' not in line and line)[-3000:]

    def upgraded(self, *arguments: str) -> None:
        """Changes values of the installation, and waits until all of it runs with them."""
        self.run("helm", "upgrade", "portcullis", "charts/portcullis", "--namespace", SYSTEM, "--reuse-values", "--wait",
                 "--timeout", "5m", *arguments, seconds=330)

    def run(self, *command: str, seconds: float = 120, check: bool = True) -> str:
        """Runs a command where the guide's reader would; returns what it prints."""
        return run(list(command), seconds=seconds, check=check, environment=self.environment, cwd=self.workspace)

    def authority(self) -> str:
        """The certificate whose key signs now."""
        return self.get("secret", "portcullis-ca", "-n", SYSTEM)["data"]["signer.crt"]

    def trusted_roots(self, namespace: str) -> set[str]:
        """The roots by which sidecars there know the operator."""
        roots = self.get("configmap", "portcullis-trust", "-n", namespace)["data"]["ca.crt"]
        return set(re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", roots, re.DOTALL))

    def container_id(self, pod: dict[str, Any], container: str) -> str:
        """What the container runtime calls a running container."""
        statuses = pod["status"]["containerStatuses"] + pod["status"].get("initContainerStatuses", [])
        return next(each["containerID"] for each in statuses if each["name"] == container).split("://")[1]

    def curl(self, namespace: str, workload: str, *arguments: str, container: str = "app") -> str:
        """Runs curl in a pod; returns the status code, or 000."""
        return self.kubectl("exec", "-n", namespace, workload, "-c", container, "--", "curl", "-s", "-o", "/dev/null",
                            "--max-time", "5", "-w", "%{http_code}", *arguments, check=False)

    def asked(self, namespace: str, workload: str, url: str, *arguments: str, count: int = 20) -> dict[str, Any]:
        """What a pod is told that sends so many requests in a second, each on a connection of its own."""
        report = self.kubectl("exec", "-n", namespace, workload, "-c", "app", "--", "e2e-app", "load", "-fresh", "-rate",
                              str(count), "-for", "1s", *arguments, url, check=False)
        return json.loads(report)

    def refused(self, problem: str, namespace: str, workload: str, url: str, *arguments: str, count: int = 20) -> None:
        """Requests that no guard lets pass: each of them, at once and for this reason."""
        told = self.asked(namespace, workload, url, *arguments, count=count)
        right = told["problems"].get(problem, 0)
        assert told["reached"] == 0 and told["sent"] >= count / 2 and right == told["sent"], \
            f"{namespace}/{workload} calls {url} and is not always refused because of {problem}: {told}"

    def answers(self, status: str, namespace: str, workload: str, *arguments: str, seconds: float = 60) -> float:
        """Waits until curl gets this status; returns the seconds that took."""
        last = ""

        def right() -> bool:
            nonlocal last
            last = self.curl(namespace, workload, *arguments)
            return last == status

        try:
            return until(f"{status} for {workload} curl {' '.join(arguments)}", right, seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\nlast answer: {last}") from error
