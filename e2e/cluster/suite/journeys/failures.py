# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What happens when parts fail: each row of the table in docs/reference/failure-modes.md, by its name there.

In each of them somebody who is let in and somebody who is not call all the time. Nobody is ever let in wrongly.
"""

from __future__ import annotations

import json
import time

from suite.cluster import SYSTEM, Cluster
from suite.load import Seen, under_load
from suite.page import follow
from suite.shell import HOME, CommandFailed, until

# A request whose decision was under way when a decision service was killed has no answer to wait for: Envoy cannot know
# whether it was charged, so it does not ask again.
UNDER_WAY = 5


def _held(seen: Seen, *excused: str, lost: int = 0) -> None:
    assert seen.let_in_wrongly == 0, f"let in wrongly: {seen}"
    assert seen.lost(*excused) <= lost, f"lost requests of somebody who is let in: {seen}"


def ext_authz_killed(cluster: Cluster) -> None:
    """one decision service is killed"""
    victim = cluster.pods(SYSTEM, "app.kubernetes.io/name=ext-authz")[0]
    seen = under_load(cluster, 20, lambda: _kill(cluster, victim, "ext-authz"))
    _held(seen, lost=UNDER_WAY)
    cluster.rolled_out(SYSTEM, "deployment/ext-authz")


def operator_killed(cluster: Cluster) -> None:
    """one operator is killed; another one writes statuses, and an edit is in force"""
    leader = _leader(cluster)

    def kill_and_edit() -> None:
        _kill(cluster, leader, "operator")
        _edit(cluster, "after the operator was killed")
        cluster.programmed("shop", "orders", seconds=60)

    _held(under_load(cluster, 40, kill_and_edit))
    cluster.rolled_out(SYSTEM, "deployment/operator")


def operators_gone(cluster: Cluster) -> None:
    """there is no operator at all, and then there is one again"""
    replicas = cluster.get("deployment", "operator", "-n", SYSTEM)["spec"]["replicas"]

    def gone_and_back() -> None:
        cluster.kubectl("scale", "-n", SYSTEM, "deployment/operator", "--replicas=0")
        until("no operator runs", lambda: not cluster.pods(SYSTEM, "app.kubernetes.io/name=operator"), seconds=40)
        # Pods of enrolled namespaces wait for their sidecars; those of others come as ever.
        assert not _starts(cluster, "shop"), "a pod of an enrolled namespace came up without a sidecar"
        assert _starts(cluster, "street"), "a pod of a namespace that is not enrolled could not be made"
        cluster.kubectl("scale", "-n", SYSTEM, "deployment/operator", f"--replicas={replicas}")
        cluster.rolled_out(SYSTEM, "deployment/operator")
        _edit(cluster, "after the operators came back")
        cluster.programmed("shop", "orders", seconds=60)

    _held(under_load(cluster, 60, gone_and_back))


def decision_services_gone(cluster: Cluster) -> None:
    """no decision service is left: everything that is guarded is refused"""
    replicas = cluster.get("deployment", "ext-authz", "-n", SYSTEM)["spec"]["replicas"]

    def gone_and_back() -> None:
        cluster.kubectl("scale", "-n", SYSTEM, "deployment/ext-authz", "--replicas=0")
        cluster.answers("503", "shop", "deploy/storefront", "http://orders.shop/orders/7", seconds=60)
        cluster.kubectl("scale", "-n", SYSTEM, "deployment/ext-authz", f"--replicas={replicas}")
        cluster.rolled_out(SYSTEM, "deployment/ext-authz")
        cluster.answers("200", "shop", "deploy/storefront", "http://orders.shop/orders/7", seconds=60)

    _held(under_load(cluster, 50, gone_and_back), "503")


def operators_rolled(cluster: Cluster) -> None:
    """every operator is replaced"""
    _held(under_load(cluster, 45, lambda: _roll(cluster, SYSTEM, "operator")))


def decision_services_rolled(cluster: Cluster) -> None:
    """every decision service is replaced"""
    _held(under_load(cluster, 50, lambda: _roll(cluster, SYSTEM, "ext-authz")))


def application_rolled(cluster: Cluster) -> None:
    """the guarded application is replaced, with its sidecars"""
    _held(under_load(cluster, 45, lambda: _roll(cluster, "shop", "orders")))


def upgraded(cluster: Cluster) -> None:
    """the page "Upgrade", as it stands"""
    _held(under_load(cluster, 240, lambda: follow(HOME / "docs/guide/upgrade.md", cluster.workspace, cluster.environment)))


def authority_rotated(cluster: Cluster) -> None:
    """the certificate authority gets a new root"""
    cluster.upgraded("--set", "operator.extraArguments={--ca-overlap=30s}")

    def rotate() -> None:
        before = cluster.authority()
        cluster.kubectl("annotate", "-n", SYSTEM, "secret/portcullis-ca", "--overwrite",
                        f"portcullis.dev/rotate={time.time_ns()}")
        until("sidecars trust two roots", lambda: len(cluster.trusted_roots("shop")) == 2, seconds=30)
        until("the new root signs", lambda: cluster.authority() != before, seconds=60)
        _roll(cluster, "shop", "orders")

    _held(under_load(cluster, 90, rotate))
    assert len(cluster.trusted_roots("shop")) == 2, "the old root went while certificates of it are alive"


def api_server_unreachable(cluster: Cluster) -> None:
    """the API server is gone for a while"""
    def gone_and_back() -> None:
        time.sleep(5)
        cluster.provider.stop_apiserver()
        time.sleep(12)
        cluster.provider.start_apiserver()
        until("the API server answers", lambda: "ok" in cluster.kubectl("get", "--raw", "/readyz"), seconds=90)

    # Nobody could be asked through the API server what they see: these callers run by themselves.
    _held(under_load(cluster, 45, gone_and_back, by_themselves=True))
    _edit(cluster, "after the API server came back")
    cluster.programmed("shop", "orders", seconds=90)


def node_restarted(cluster: Cluster) -> None:
    """the only node is cut off its power, and starts again"""
    cluster.provider.restart_node()
    cluster.rolled_out(SYSTEM, "deployment/operator", "deployment/ext-authz")
    cluster.rolled_out("shop", "deployment/orders", "deployment/storefront")
    cluster.rolled_out("street", "deployment/passer-by")
    cluster.answers("200", "shop", "deploy/storefront", "http://orders.shop/orders/7", seconds=120)
    cluster.answers("403", "street", "deploy/passer-by", "http://orders.shop/orders/7", seconds=30)
    _edit(cluster, "after the node came back")
    cluster.programmed("shop", "orders", seconds=90)


def _kill(cluster: Cluster, pod: dict, container: str) -> None:
    name = pod["metadata"]["name"]
    time.sleep(5)
    cluster.provider.kill(cluster.container_id(pod, container))
    until(f"{container} of {name} runs again", lambda: _restarts(cluster, name, container) > 0, seconds=60)


def _restarts(cluster: Cluster, pod: str, container: str) -> int:
    statuses = cluster.get("pod", pod, "-n", SYSTEM)["status"]["containerStatuses"]
    return next(each["restartCount"] for each in statuses if each["name"] == container)


def _roll(cluster: Cluster, namespace: str, deployment: str) -> None:
    time.sleep(3)
    cluster.kubectl("rollout", "restart", "-n", namespace, f"deployment/{deployment}")
    cluster.rolled_out(namespace, f"deployment/{deployment}")
    # What was replaced says farewell a while yet.
    time.sleep(3)


def _edit(cluster: Cluster, reason: str) -> None:
    """An edit that changes no answer, and that status has to follow."""
    found = cluster.get("apipolicy", "orders", "-n", "shop")
    sample = found["spec"].get("audit", {}).get("sample", 0)
    print(f"    edited {reason}", flush=True)
    cluster.kubectl("patch", "apipolicy", "orders", "-n", "shop", "--type=merge",
                    "-p", json.dumps({"spec": {"audit": {"sample": 0.25 if sample == 0.5 else 0.5}}}))


def _leader(cluster: Cluster) -> dict:
    holder = cluster.get("lease", "portcullis-operator", "-n", SYSTEM)["spec"]["holderIdentity"]
    pods = cluster.pods(SYSTEM, "app.kubernetes.io/name=operator")
    return next(pod for pod in pods if pod["metadata"]["name"] in holder)


def _starts(cluster: Cluster, namespace: str) -> bool:
    """Whether a new pod can be made there."""
    try:
        cluster.kubectl("create", "-n", namespace, "-f", "-", stdin=json.dumps(_pod("newcomer", ["true"])))
    except CommandFailed:
        return False
    cluster.kubectl("delete", "pod", "newcomer", "-n", namespace, "--now")
    return True


def _pod(name: str, command: list[str]) -> dict:
    image = {"image": "portcullis/e2e-app:0.1.0-SNAPSHOT", "imagePullPolicy": "IfNotPresent"}
    return {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
                 "securityContext": {"runAsNonRoot": True, "runAsUser": 10001},
                 "containers": [{"name": "app", "command": command, **image}]},
    }
