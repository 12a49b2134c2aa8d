# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Callers that go on calling while something happens to the parts."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from suite.cluster import Cluster
from suite.shell import until

URL = "http://orders.shop/orders/7"
RATE = 40
REFUSED_RATE = 20

# They call so long before anything is done, and after it.
BEFORE_SECONDS = 3
AFTER_SECONDS = 3

# Decisions that took longer than Envoy waits: of a hundred requests, so many may be such on a machine that is short of
# processors. They are told, and counted apart from those that somebody lost.
MOST_LATE_PERCENT = 4

# Of a hundred requests that a caller should have sent, so many it has to have sent: on a machine that is short of
# processors it gets no more turns than others.
LEAST_SENT_PERCENT = 50

# Of a hundred requests that have to be refused, so many have to be refused by name. The others may have had no answer.
LEAST_REFUSED_PERCENT = 95


@dataclass(frozen=True)
class Caller:
    """Somebody who calls all the time.

    :param problem: the problem with which a guard refuses it; empty: it is let in
    :param expect: the status of the answers
    :param arguments: further ones of `e2e-app load`
    """

    namespace: str
    workload: str
    problem: str = ""
    expect: str = "200"
    url: str = URL
    arguments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.namespace}/{self.workload}"

    @property
    def rate(self) -> int:
        """Requests a second."""
        return REFUSED_RATE if self.problem else RATE

    def command(self, seconds: int, *arguments: str) -> list[str]:
        return ["e2e-app", "load", "-rate", str(self.rate), "-for", f"{seconds}s", "-timeout", "5s",
                "-expect", self.expect, *self.arguments, *arguments, self.url]


LET_IN = Caller("shop", "storefront")
# Has no identity, so `Strict` refuses it before anybody is asked.
PLAIN = Caller("street", "passer-by", problem="identity-required", expect="403")
# Proves an identity, and it is one that the policy does not name: the decision service refuses it.
STRANGER = Caller("billing", "reports", problem="principal-not-accepted", expect="403")
CALLERS = (LET_IN, PLAIN, STRANGER)


@dataclass(frozen=True)
class Seen:
    """What callers saw, by what they told."""

    reports: dict[Caller, dict[str, Any]] = field(default_factory=dict)

    @property
    def let_in_wrongly(self) -> int:
        """Requests of callers without a right that reached the application, or that something else than a guard answered."""
        return sum(self._wrongly(report) for caller, report in self.reports.items() if caller.problem)

    @staticmethod
    def _wrongly(report: dict[str, Any]) -> int:
        odd = sum(count for status, count in report["answers"].items() if status not in ("401", "403", "503"))
        return max(report["reached"], odd)

    def lost(self, *excused: str) -> int:
        """Requests of those let in that were not answered with 200, but for the excused statuses. Late ones are among them."""
        return sum(report["sent"] - self._answered(report, "200", *excused)
                   for caller, report in self.reports.items() if not caller.problem)

    def late(self) -> int:
        """Those of the lost whose decision came too late."""
        return sum(report["late"] for caller, report in self.reports.items() if not caller.problem)

    def most_late(self) -> int:
        """How many of those let in may be late on a machine that is short of processors."""
        return sum(report["sent"] for caller, report in self.reports.items()
                   if not caller.problem) * MOST_LATE_PERCENT // 100

    def refused_too_seldom(self, *excused: str) -> list[str]:
        """Callers without a right whom guards did not refuse, by the problem that is theirs, nearly each time."""
        return [f"{caller.name}: {report['problems'].get(caller.problem, 0)} times {caller.problem} of {report['sent']}"
                for caller, report in self.reports.items()
                if caller.problem and 100 * (report["problems"].get(caller.problem, 0) + self._answered(report, *excused))
                < LEAST_REFUSED_PERCENT * report["sent"]]

    @staticmethod
    def _answered(report: dict[str, Any], *statuses: str) -> int:
        return sum(count for status, count in report["answers"].items() if status in statuses)

    def __str__(self) -> str:
        return "; ".join(
            f"{caller.name}: {seen['sent']} sent, {seen['answers']}"
            + (f" {seen['problems']}" if seen["problems"] else "")
            + (f", no answer {seen['failures']}" if seen["failures"] else "")
            + (f", other than expected at {seen['unexpected'][:8]}" if seen.get("unexpected") else "")
            + (f", {seen['late']} decided late" if seen["late"] else "")
            + f", p50 {seen['p50Millis']} ms, p99 {seen['p99Millis']} ms"
            for caller, seen in self.reports.items()
        )


def under_load(cluster: Cluster, seconds: int, what: Callable[[], None], *, callers: tuple[Caller, ...] = CALLERS,
               by_themselves: bool = False) -> Seen:
    """Lets callers with and without a right call while something is done, and a little longer.

    :param seconds: how long it may take
    :param by_themselves: they call for all of that time, in pods of their own, so that nobody has to be reached to hear them
    """
    start = _in_pod if by_themselves else _by_exec
    calling: dict[Caller, Callable[[], str]] = {}
    began = time.monotonic()
    try:
        for caller in callers:
            calling[caller] = start(cluster, caller, seconds)
        all_call = time.monotonic()
        time.sleep(BEFORE_SECONDS)
        what()
        ended = time.monotonic()
        time.sleep(AFTER_SECONDS)
    finally:
        reports = {caller: tell() for caller, tell in calling.items()}
    seen = Seen({caller: parsed(report) for caller, report in reports.items()})
    for each in str(seen).split("; "):
        print(f"    {each}", flush=True)
    took = ended - began
    assert took < seconds, f"it took {took:.0f} s, and nobody called after {seconds} s: {seen}"
    took = ended - all_call
    for caller, report in seen.reports.items():
        assert 100 * report["sent"] > LEAST_SENT_PERCENT * caller.rate * took, \
            f"too few requests of {caller.name} in {took:.0f} s: {seen}"
    return seen


def _by_exec(cluster: Cluster, caller: Caller, seconds: int) -> Callable[[], str]:
    """It calls for as long as its standard input is open, and not longer than it may. Returns when it calls."""
    said = tempfile.NamedTemporaryFile("w")
    process = subprocess.Popen(
        ["kubectl", "exec", "-i", "-n", caller.namespace, f"deploy/{caller.workload}", "-c", "app", "--",
         *caller.command(seconds, "-input")],
        stdin=subprocess.PIPE, stdout=said, stderr=subprocess.STDOUT, text=True, env=cluster.environment)

    def output() -> str:
        return Path(said.name).read_text()

    def told() -> str:
        try:
            # Closes its input.
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        with said:
            return output()

    try:
        # On a machine that is busy a command may need seconds to reach a pod.
        until(f"{caller.name} calls", lambda: "calling" in output() or process.poll() is not None, pause=0.1)
        assert process.poll() is None, f"{caller.name} ended before anything was done"
    except AssertionError as error:
        process.kill()
        raise AssertionError(f"{error}\n{told()}") from error
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
        report = cluster.kubectl("logs", "-n", caller.namespace, f"job/{name}", "-c", "app")
        cluster.kubectl("delete", "job", name, "-n", caller.namespace)
        return report

    return told


def _is_ready(pod: dict[str, Any]) -> bool:
    return any(each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", []))


def parsed(report: str) -> dict[str, Any]:
    """What a caller printed."""
    try:
        # Other lines were said by kubectl, or are the reason of the exit code, which kubectl puts anywhere between.
        return json.loads("\n".join(line for line in report.splitlines() if line[:1] in ("{", " ", "}")))
    except ValueError as error:
        raise AssertionError(f"the caller told nothing: {report}") from error
