# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Callers that go on calling while something happens to the parts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from suite.cluster import Cluster
from suite.shell import until

URL = "http://orders.shop/orders/7"
RATE = 40

# Decisions that took longer than Envoy waits: of a hundred requests, so many may be such on a machine that is short of
# processors. They are told, and counted apart from those that somebody lost.
MOST_LATE_PERCENT = 2


@dataclass(frozen=True)
class Seen:
    """What two callers saw: one that policies let in, and one that they do not."""

    allowed: dict[str, Any]
    refused: dict[str, Any]

    @property
    def let_in_wrongly(self) -> int:
        """Requests of the second that reached the application, or that anybody but a guard answered."""
        return sum(count for status, count in self.refused["answers"].items() if int(status) < 400)

    def lost(self, *excused: str) -> int:
        """Requests of the first that were not answered with 200, but for the excused statuses and a few late decisions."""
        answered = sum(count for status, count in self.allowed["answers"].items() if status in ("200", *excused))
        late = 0 if "503" in excused else min(self.allowed["late"], self.allowed["sent"] * MOST_LATE_PERCENT // 100)
        return self.allowed["sent"] - answered - late

    def __str__(self) -> str:
        return "; ".join(
            f"{name}: {seen['sent']} sent, {seen['answers']}"
            + (f", no answer {seen['failures']}" if seen["failures"] else "")
            + (f", other than expected at {seen['unexpected'][:8]}" if seen.get("unexpected") else "")
            + (f", {seen['late']} decided late" if seen["late"] else "")
            + f", p50 {seen['p50Millis']} ms, p99 {seen['p99Millis']} ms"
            for name, seen in (("let in", self.allowed), ("refused", self.refused))
        )


@dataclass(frozen=True)
class Caller:
    """Somebody who calls all the time."""

    namespace: str
    workload: str
    expect: str
    url: str = URL

    def command(self, seconds: int) -> list[str]:
        return ["e2e-app", "load", "-rate", str(RATE), "-for", f"{seconds}s", "-timeout", "5s", "-expect", self.expect,
                self.url]


CALLERS = (Caller("shop", "storefront", "200"), Caller("street", "passer-by", "403"))


def under_load(cluster: Cluster, seconds: int, what: Callable[[], None], *, by_themselves: bool = False) -> Seen:
    """Lets `storefront`, which is let in, and `passer-by`, which is not, call orders while something is done.

    :param seconds: how long they call; what is done should take less
    :param by_themselves: they do it in pods of their own, so that nobody has to be reached to hear them
    """
    start = _in_pod if by_themselves else _by_exec
    told = [start(cluster, caller, seconds) for caller in CALLERS]
    try:
        what()
    finally:
        reports = [tell() for tell in told]
    seen = Seen(*(parsed(report) for report in reports))
    print(f"    {seen}", flush=True)
    assert seen.allowed["sent"] > RATE * seconds / 2, f"too few requests to tell anything: {seen}"
    return seen


def _by_exec(cluster: Cluster, caller: Caller, seconds: int) -> Callable[[], str]:
    process = subprocess.Popen(
        ["kubectl", "exec", "-n", caller.namespace, f"deploy/{caller.workload}", "-c", "app", "--",
         *caller.command(seconds)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=cluster.environment)

    def told() -> str:
        try:
            return process.communicate(timeout=seconds + 60)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0]

    return told


def _in_pod(cluster: Cluster, caller: Caller, seconds: int) -> Callable[[], str]:
    """A Job, with a sidecar where its namespace is enrolled; it ends when the caller ends."""
    name = f"{caller.workload}-calls"
    template = cluster.get("deployment", caller.workload, "-n", caller.namespace)["spec"]["template"]
    pod = template["spec"]
    pod["restartPolicy"] = "Never"
    pod["containers"][0]["command"] = caller.command(seconds)
    cluster.kubectl("delete", "job", name, "-n", caller.namespace, "--ignore-not-found")
    cluster.kubectl("create", "-n", caller.namespace, "-f", "-", stdin=json.dumps({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name},
        "spec": {"backoffLimit": 0, "template": {"metadata": {"labels": {"app": name}}, "spec": pod}}}))
    until(f"a pod of job {name} calls", lambda: any(_is_ready(pod) for pod in cluster.pods(caller.namespace, f"app={name}")))

    def told() -> str:
        until(f"job {name} ends", lambda: bool(cluster.get("job", name, "-n", caller.namespace)["status"]
                                               .get("conditions")), seconds=seconds + 120)
        return cluster.kubectl("logs", "-n", caller.namespace, f"job/{name}", "-c", "app")

    return told


def _is_ready(pod: dict[str, Any]) -> bool:
    return any(each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", []))


def parsed(report: str) -> dict[str, Any]:
    """What a caller printed."""
    try:
        # What goes before and after it was said by kubectl, or is the reason of the exit code.
        return json.loads(report[report.index("{"):report.rindex("}") + 1])
    except ValueError as error:
        raise AssertionError(f"the caller told nothing: {report}") from error
