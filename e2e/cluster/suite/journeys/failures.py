# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What happens when parts fail: each row of the table in docs/reference/failure-modes.md, by its name there.

In each of them three call all the time: one that policies let in, one without an identity, and one whose identity they do
not name. Nobody is ever let in wrongly.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

from suite.cluster import SYSTEM, Cluster
from suite.journeys.guide import ORDERS, strict_orders
from suite.load import Caller, Seen, under_load
from suite.page import follow
from suite.shell import HOME, CommandFailed, until

# A request whose decision was under way when a decision service was killed has no answer to wait for: Envoy cannot know
# whether it was charged, so it does not ask again.
UNDER_WAY = 5

# An operator remembers for half a minute whose a token is (CachedTokens).
TOKENS_REMEMBERED_SECONDS = 31

# The page says so: a caller at the edge, with a key and without.
AT_THE_EDGE = "https://api.example.org/orders/7"


def held(seen: Seen, *excused: str, lost: int = 0) -> None:
    """Says whether callers saw what is promised.

    :param excused: statuses that the row allows
    :param lost: requests of those let in that the row allows to be lost
    """
    assert seen.let_in_wrongly == 0, f"let in wrongly: {seen}"
    refused_too_seldom = seen.refused_too_seldom(*excused)
    assert not refused_too_seldom, f"not refused as they should be: {refused_too_seldom}: {seen}"
    # What a row allows, and what a machine that is short of processors explains, do not add up: the larger of both is all.
    late, most_late = (0, 0) if excused else (seen.late(), seen.most_late())
    missing = seen.lost(*excused)
    assert missing - late <= lost and missing <= max(lost, most_late), f"lost requests of somebody who is let in: {seen}"


def _under_load(cluster: Cluster, seconds: int, what: Callable[[], None], *, by_themselves: bool = False) -> Seen:
    if not cluster.get("deployments", "-n", "billing", "-l", "app=reports")["items"]:
        cluster.apply((cluster.workspace / "e2e/cluster/teams.yaml").read_text())
    cluster.rolled_out("billing", "deployment/reports")
    spec = cluster.get("apipolicy", "orders", "-n", "shop")["spec"]
    if spec.get("transport", {}).get("mtls") != "Strict" or "authorization" in spec:
        strict_orders(cluster)
    return under_load(cluster, seconds, what, by_themselves=by_themselves)


def ext_authz_killed(cluster: Cluster) -> None:
    """one decision service is killed"""
    victim = cluster.pods(SYSTEM, "app.kubernetes.io/name=ext-authz")[0]
    seen = _under_load(cluster, 60, lambda: _kill(cluster, victim, "ext-authz"))
    held(seen, lost=UNDER_WAY)
    cluster.rolled_out(SYSTEM, "deployment/ext-authz")


def operator_killed(cluster: Cluster) -> None:
    """the operator that leads is killed; one leads anew, an edit is in force, and a pod gets its sidecar and identity"""
    leader = _leader(cluster)

    def kill_and_edit() -> None:
        cluster.provider.kill(cluster.container_id(leader, "operator"))
        killed = time.monotonic()
        last = _renewed(cluster)
        _edit(cluster, "after the operator was killed")
        cluster.kubectl("delete", "pod", "newcomer", "-n", "shop", "--ignore-not-found", "--now")
        # Until the API server has noticed, it may ask the one that is gone.
        until("a pod of an enrolled namespace can be made", lambda: not _refusal(cluster, "shop", _calling("newcomer")),
              seconds=15)
        cluster.kubectl("wait", "-n", "shop", "pod/newcomer", "--for=condition=Ready", "--timeout=60s")
        print(f"    a new pod is ready {time.monotonic() - killed:.1f} s after the kill", flush=True)
        cluster.answers("200", "shop", "pod/newcomer", ORDERS, seconds=20)
        until("an operator leads anew", lambda: _renewed(cluster) != last, seconds=40)
        holder = "the same" if _leader(cluster)["metadata"]["name"] == leader["metadata"]["name"] else "another"
        print(f"    {holder} leads {time.monotonic() - killed:.1f} s after the kill", flush=True)
        cluster.programmed("shop", "orders", seconds=60)

    try:
        held(_under_load(cluster, 120, kill_and_edit))
    finally:
        cluster.kubectl("delete", "pod", "newcomer", "-n", "shop", "--ignore-not-found", "--now")
    cluster.rolled_out(SYSTEM, "deployment/operator")


def operators_gone(cluster: Cluster) -> None:
    """there is no operator at all, and then there is one again"""
    replicas = cluster.get("deployment", "operator", "-n", SYSTEM)["spec"]["replicas"]

    def gone_and_back() -> None:
        cluster.kubectl("scale", "-n", SYSTEM, "deployment/operator", "--replicas=0")
        until("no operator runs", lambda: not _names(cluster, SYSTEM, "app.kubernetes.io/name=operator"), seconds=60)
        # Pods of enrolled namespaces wait for their sidecars; those of others come as ever.
        refusal = _refusal(cluster, "shop", _pod("newcomer", ["true"]))
        assert "inject.portcullis.dev" in refusal, f"a pod of an enrolled namespace: {refusal or 'came up without a sidecar'}"
        refusal = _refusal(cluster, "street", _pod("newcomer", ["true"]))
        assert not refusal, f"a pod of a namespace that is not enrolled could not be made: {refusal}"
        cluster.kubectl("delete", "pod", "newcomer", "-n", "street", "--now")
        # Nobody is there to say that this does not compile, so it gets into the cluster.
        _patch(cluster, {"authorization": {"rules": [{"name": "office", "when": 'source.adress == "10.1.2.3"'}]}})
        cluster.kubectl("scale", "-n", SYSTEM, "deployment/operator", f"--replicas={replicas}")
        cluster.rolled_out(SYSTEM, "deployment/operator")
        until("the policy that does not compile says so",
              lambda: "source.adress" in _accepted(cluster, "False").get("message", ""))
        # What decides is the last version that was accepted: the callers tell. It is mended, and edits are in force again.
        _patch(cluster, {"authorization": None})
        until("the mended policy is accepted", lambda: bool(_accepted(cluster, "True")))
        _edit(cluster, "after the operators came back")
        cluster.programmed("shop", "orders", seconds=60)

    held(_under_load(cluster, 150, gone_and_back))


def decision_services_gone(cluster: Cluster) -> None:
    """no decision service is left: everything that is guarded is refused, but for what a policy lets pass"""
    replicas = cluster.get("deployment", "ext-authz", "-n", SYSTEM)["spec"]["replicas"]
    leaflets = "http://leaflets.shop/"
    cluster.kubectl("delete", "pod", "leaflets", "-n", "shop", "--ignore-not-found", "--now")
    cluster.apply("\n---\n".join(map(json.dumps, _leaflets())))
    cluster.kubectl("wait", "-n", "shop", "pod/leaflets", "--for=condition=Ready", "--timeout=120s")
    cluster.programmed("shop", "leaflets")
    cluster.answers("200", "shop", "deploy/storefront", leaflets)

    def gone_and_back() -> None:
        cluster.kubectl("scale", "-n", SYSTEM, "deployment/ext-authz", "--replicas=0")
        until("no decision service runs", lambda: not _names(cluster, SYSTEM, "app.kubernetes.io/name=ext-authz"))
        cluster.refused("unavailable", "shop", "deploy/storefront", ORDERS)
        cluster.refused("unavailable", "billing", "deploy/reports", ORDERS)
        cluster.refused("identity-required", "street", "deploy/passer-by", ORDERS)
        open_ones = cluster.asked("shop", "deploy/storefront", leaflets)
        assert open_ones["reached"] == open_ones["sent"] > 10, f"failureMode: Allow: {open_ones}"
        cluster.kubectl("scale", "-n", SYSTEM, "deployment/ext-authz", f"--replicas={replicas}")
        cluster.rolled_out(SYSTEM, "deployment/ext-authz")
        cluster.answers("200", "shop", "deploy/storefront", ORDERS, seconds=60)

    held(_under_load(cluster, 120, gone_and_back), "503")
    cluster.kubectl("delete", "apipolicy/leaflets", "service/leaflets", "pod/leaflets", "-n", "shop", "--now")


def operators_rolled(cluster: Cluster) -> None:
    """every operator is replaced"""
    held(_under_load(cluster, 120, lambda: _roll(cluster, SYSTEM, "operator")))


def decision_services_rolled(cluster: Cluster) -> None:
    """every decision service is replaced"""
    held(_under_load(cluster, 120, lambda: _roll(cluster, SYSTEM, "ext-authz")))


def application_rolled(cluster: Cluster) -> None:
    """the guarded application is replaced, with its sidecars"""
    held(_under_load(cluster, 120, lambda: _roll(cluster, "shop", "orders")))


def gateway_rolled(cluster: Cluster) -> None:
    """every gateway is replaced; the page "Let traffic in at the edge" has opened them"""
    # As an argument: what goes by standard input, an API server may lose (kubernetes/kubernetes#112834).
    cluster.kubectl("exec", "-n", "street", "deploy/passer-by", "--", "sh", "-c", 'printf %s "$1" > /dev/shm/edge.crt', "sh",
                    (cluster.workspace / "edge.crt").read_text())
    key = re.search(r"pck_[A-Za-z0-9_-]+", (cluster.workspace / "key.txt").read_text())
    assert key, "the page has issued no key"
    at = ("-dial", "gateway.portcullis-system:443", "-roots", "/dev/shm/edge.crt")
    callers = (
        Caller("street", "passer-by", url=AT_THE_EDGE, arguments=(*at, "-header", f"X-API-Key={key.group()}")),
        Caller("street", "passer-by", problem="credentials-missing", expect="401", url=AT_THE_EDGE, arguments=at),
        Caller("street", "passer-by", problem="identity-required", expect="403"),
    )
    held(under_load(cluster, 150, lambda: _roll(cluster, SYSTEM, "gateway"), callers=callers))


def upgraded(cluster: Cluster) -> None:
    """the page "Upgrade", as it stands"""
    held(_under_load(cluster, 240, lambda: follow(HOME / "docs/guide/upgrade.md", cluster.workspace, cluster.environment)))


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
        # Operators that begin now know each other by both roots.
        _roll(cluster, SYSTEM, "operator")
        _edit(cluster, "while two roots are trusted")
        cluster.programmed("shop", "orders", seconds=60)

    held(_under_load(cluster, 240, rotate))
    assert len(cluster.trusted_roots("shop")) == 2, "the old root went while certificates of it are alive"


def api_server_unreachable(cluster: Cluster) -> None:
    """the API server is gone for a while; a decision service that dies meanwhile is back when the API server is"""
    victim = cluster.pods(SYSTEM, "app.kubernetes.io/name=ext-authz")[0]
    container = cluster.container_id(victim, "ext-authz")
    ready: list[str] = []

    def gone_and_back() -> None:
        # Else an operator may still know whose token it is. Not later: when it is away for longer, nodes are given up.
        time.sleep(TOKENS_REMEMBERED_SECONDS)
        cluster.provider.stop_apiserver()
        time.sleep(5)
        cluster.provider.kill(container)
        killed = time.monotonic()
        while time.monotonic() - killed < 15:
            if _is_ready(cluster, victim["status"]["podIP"]):
                ready.append(f"{time.monotonic() - killed:.1f} s")
            time.sleep(1)
        cluster.provider.start_apiserver()
        until("the API server answers", lambda: "ok" in cluster.kubectl("get", "--raw", "/readyz"), seconds=90)
        assert not ready, f"the decision service is ready, and nobody could say whose its token is: {ready}"
        # As soon as the cluster's network leads pods to the API server again.
        took = until("it is ready again", lambda: _is_ready(cluster, victim["status"]["podIP"]), seconds=100)
        print(f"    the decision service that was killed is ready {took:.1f} s after the API server is", flush=True)

    # Nobody could be asked through the API server what they see: these callers run by themselves.
    held(_under_load(cluster, 180, gone_and_back, by_themselves=True), lost=UNDER_WAY)
    _edit(cluster, "after the API server came back")
    cluster.programmed("shop", "orders", seconds=90)


def node_restarted(cluster: Cluster) -> None:
    """the only node is cut off its power, and starts again"""
    cluster.provider.restart_node()
    cluster.rolled_out(SYSTEM, "deployment/operator", "deployment/ext-authz")
    cluster.rolled_out("shop", "deployment/orders", "deployment/storefront")
    cluster.rolled_out("street", "deployment/passer-by")
    cluster.answers("200", "shop", "deploy/storefront", ORDERS, seconds=120)
    told = cluster.asked("street", "deploy/passer-by", ORDERS)
    assert told["reached"] == 0, f"let in wrongly: {told}"
    cluster.answers("403", "street", "deploy/passer-by", ORDERS, seconds=30)
    _edit(cluster, "after the node came back")
    cluster.programmed("shop", "orders", seconds=90)


def _kill(cluster: Cluster, pod: dict[str, Any], container: str) -> None:
    name = pod["metadata"]["name"]
    cluster.provider.kill(cluster.container_id(pod, container))
    until(f"{container} of {name} runs again", lambda: _restarts(cluster, name, container) > _count(pod, container))
    cluster.kubectl("wait", "-n", SYSTEM, f"pod/{name}", "--for=condition=Ready", "--timeout=60s")


def _restarts(cluster: Cluster, pod: str, container: str) -> int:
    return _count(cluster.get("pod", pod, "-n", SYSTEM), container)


def _count(pod: dict[str, Any], container: str) -> int:
    return next(each["restartCount"] for each in pod["status"]["containerStatuses"] if each["name"] == container)


def _names(cluster: Cluster, namespace: str, selector: str) -> set[str]:
    """Pods, also those on their way out."""
    return set(cluster.kubectl("get", "pods", "-n", namespace, "-l", selector, "-o", "name").split())


def _roll(cluster: Cluster, namespace: str, deployment: str) -> None:
    """Replaces every pod, and waits until the last of the old ones has said farewell."""
    labels = cluster.get("deployment", deployment, "-n", namespace)["spec"]["selector"]["matchLabels"]
    selector = ",".join(f"{name}={value}" for name, value in labels.items())
    before = _names(cluster, namespace, selector)
    cluster.kubectl("rollout", "restart", "-n", namespace, f"deployment/{deployment}")
    cluster.rolled_out(namespace, f"deployment/{deployment}")
    until(f"the old pods of {deployment} are gone", lambda: not before & _names(cluster, namespace, selector), seconds=90)


def _edit(cluster: Cluster, reason: str) -> None:
    """An edit that changes no answer, and that status has to follow."""
    found = cluster.get("apipolicy", "orders", "-n", "shop")
    sample = found["spec"].get("audit", {}).get("sample", 0)
    print(f"    edited {reason}", flush=True)
    _patch(cluster, {"audit": {"sample": 0.25 if sample == 0.5 else 0.5}})


def _patch(cluster: Cluster, spec: dict[str, Any]) -> None:
    cluster.kubectl("patch", "apipolicy", "orders", "-n", "shop", "--type=merge", "-p", json.dumps({"spec": spec}))


def _accepted(cluster: Cluster, status: str) -> dict[str, Any]:
    """The condition Accepted of orders, if it has this status and speaks of its spec as it is."""
    found = cluster.get("apipolicy", "orders", "-n", "shop")
    condition = cluster.condition("apipolicy", "shop", "orders", "Accepted")
    current = condition.get("observedGeneration") == found["metadata"]["generation"]
    return condition if current and condition.get("status") == status else {}


def _leader(cluster: Cluster) -> dict[str, Any]:
    holder = cluster.get("lease", "portcullis-operator", "-n", SYSTEM)["spec"]["holderIdentity"]
    pods = cluster.pods(SYSTEM, "app.kubernetes.io/name=operator")
    return next(pod for pod in pods if pod["metadata"]["name"] in holder)


def _renewed(cluster: Cluster) -> str:
    """When the operator that leads said so last."""
    return cluster.get("lease", "portcullis-operator", "-n", SYSTEM)["spec"]["renewTime"]


def _is_ready(cluster: Cluster, address: str) -> bool:
    """Whether a decision service says so, asked on its node."""
    try:
        cluster.provider.on_node("curl", "-sf", "--max-time", "1", "-o", "/dev/null", f"http://{address}:9002/readyz")
    except CommandFailed:
        return False
    return True


def _refusal(cluster: Cluster, namespace: str, pod: dict[str, Any]) -> str:
    """Makes a pod; returns why it could not be made, or nothing."""
    try:
        cluster.kubectl("create", "-n", namespace, "-f", "-", stdin=json.dumps(pod))
    except CommandFailed as error:
        return str(error)
    return ""


def _calling(name: str) -> dict[str, Any]:
    """A pod from which somebody may call."""
    return _pod(name, ["/usr/bin/busybox", "sleep", "3600"], "storefront")


def _leaflets() -> list[dict[str, Any]]:
    """What the platform's own people may say of things that do no harm in anybody's hands."""
    pod = _pod("leaflets", ["e2e-app", "serve", "8080"])
    pod["spec"]["containers"][0]["ports"] = [{"name": "http", "containerPort": 8080}]
    return [pod | {"metadata": pod["metadata"] | {"namespace": "shop"}}, {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "leaflets", "namespace": "shop"},
        "spec": {"selector": {"app": "leaflets"},
                 "ports": [{"name": "http", "port": 80, "targetPort": "http", "appProtocol": "http"}]},
    }, {
        "apiVersion": "portcullis.dev/v1alpha1", "kind": "ApiPolicy", "metadata": {"name": "leaflets", "namespace": "shop"},
        "spec": {"targetRefs": [{"kind": "Service", "name": "leaflets"}], "failureMode": "Allow",
                 "authentication": {"methods": [{"name": "public", "anonymous": {}}]}},
    }]


def _pod(name: str, command: list[str], account: str = "default") -> dict[str, Any]:
    image = {"image": "portcullis/e2e-app:0.1.0-SNAPSHOT", "imagePullPolicy": "IfNotPresent"}
    return {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"serviceAccountName": account, "restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
                 "securityContext": {"runAsNonRoot": True, "runAsUser": 10001},
                 "containers": [{"name": "app", "command": command, **image}]},
    }
