# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What policies may speak of, which of them goes first, and what nobody gets into the cluster."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from suite.cluster import SYSTEM, Cluster
from suite.journeys.guide import restore_orders
from suite.shell import CommandFailed, until

IMAGE = "portcullis/e2e-app:0.1.0-SNAPSHOT"
NOBODYS_ADDRESS = {"ipAccess": {"allow": ["192.0.2.0/24"]}}

OPTIONS = {
    "portcullis.dev/proxy-cpu": "20m", "portcullis.dev/proxy-cpu-limit": "1", "portcullis.dev/proxy-memory": "80Mi",
    "portcullis.dev/proxy-memory-limit": "160Mi", "portcullis.dev/proxy-log-level": "info",
}


def targets(cluster: Cluster) -> None:
    """a Deployment, a StatefulSet, a DaemonSet and a Namespace are guarded, each by its own policy or the one that goes first"""
    cluster.apply(json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {
        "name": "kinds", "labels": {"portcullis.dev/inject": "enabled"}}}))
    workloads = {"web": "Deployment", "plain": "Deployment", "store": "StatefulSet", "agent": "DaemonSet"}
    cluster.apply(_documents(*(_workload(kind, name) for name, kind in workloads.items()), _service("web"), _headless("store")))
    anybody = {"authentication": {"methods": [{"name": "public", "anonymous": {}}]}}
    unnamed = {"authorization": {"rules": [{"name": "unnamed", "when": 'source.principal == ""'}]}}
    writers = {"authorization": {"rules": [{"name": "writers", "match": [{"methods": ["POST"]}]}]}}
    own = {"authentication": {"methods": [{"name": "own", "mtls": {"principals": ["spiffe://cluster.local/ns/kinds/sa/*"]}}]}}
    cluster.apply(_documents(
        _policy("baseline", "Namespace", "kinds", own),
        _policy("web", "Deployment", "web", anybody | unnamed),
        _policy("store", "StatefulSet", "store", anybody | writers),
        _policy("agent", "DaemonSet", "agent", anybody | NOBODYS_ADDRESS)))
    for name, kind in workloads.items():
        cluster.rolled_out("kinds", f"{kind.lower()}/{name}")
    cluster.programmed("kinds", "baseline", "web", "store", "agent")
    _options(cluster)
    # By the address of a pod: no Service is needed to be guarded. `plain` has the namespace's policy only.
    cluster.answers("200", "street", "deploy/passer-by", _address(cluster, "web"), seconds=20)
    told = cluster.asked("street", "deploy/passer-by", _address(cluster, "web"))
    assert told["reached"] == told["sent"], f"web is open for whoever has no name: {told}"
    for name, problem in (("store", "no-rule-allows"), ("agent", "address-denied"), ("plain", "mtls-required")):
        cluster.refused(problem, "street", "deploy/passer-by", _address(cluster, name))
    _without_mtls(cluster)
    _pod_by_its_name(cluster)
    _overridden(cluster)
    cluster.kubectl("delete", "namespace", "kinds", "--wait=false")


def _options(cluster: Cluster) -> None:
    """What annotations say is seen on the pod."""
    pod = cluster.pods("kinds", "app=web")[0]
    proxy = next(each for each in pod["spec"]["initContainers"] if each["name"] == "portcullis-proxy")
    wanted = {"requests": {"cpu": "20m", "memory": "80Mi"}, "limits": {"cpu": "1", "memory": "160Mi"}}
    assert proxy["resources"] == wanted, f"{proxy['resources']} where annotations say {wanted}"
    arguments = proxy["args"]
    assert arguments[arguments.index("--log-level") + 1] == "info", f"the log level is not info: {arguments}"


def _without_mtls(cluster: Cluster) -> None:
    """Whose Service does without mutual TLS is called without an identity, and else with one."""
    cluster.refused("no-rule-allows", "shop", "deploy/storefront", "http://web.kinds/")
    cluster.kubectl("patch", "apipolicy", "web", "-n", "kinds", "--type=merge",
                    "-p", json.dumps({"spec": {"transport": {"mtls": "Disabled"}}}))
    cluster.programmed("kinds", "web")
    cluster.answers("200", "shop", "deploy/storefront", "http://web.kinds/", seconds=20)
    told = cluster.asked("shop", "deploy/storefront", "http://web.kinds/")
    assert told["reached"] == told["sent"], f"with mtls: Disabled nobody has a name: {told}"


def _pod_by_its_name(cluster: Cluster) -> None:
    """A pod of a StatefulSet is called by mutual TLS, though its Service has no address."""
    principals = {"methods": [{"name": "shop", "mtls": {"principals": ["spiffe://cluster.local/ns/shop/sa/*"]}}]}
    cluster.kubectl("patch", "apipolicy", "store", "-n", "kinds", "--type=merge", "-p", json.dumps({"spec": {
        "transport": {"mtls": "Strict"}, "authentication": principals, "authorization": None}}))
    cluster.programmed("kinds", "store")
    store = "http://store-0.store.kinds:8080/"
    cluster.answers("200", "shop", "deploy/storefront", store, seconds=20)
    told = cluster.asked("shop", "deploy/storefront", store)
    assert told["reached"] == told["sent"], f"store takes whom it knows: {told}"
    cluster.refused("identity-required", "street", "deploy/passer-by", store)
    # What comes next is decided, also for those without an identity.
    cluster.kubectl("patch", "apipolicy", "store", "-n", "kinds", "--type=merge", "-p", '{"spec": {"transport": null}}')
    cluster.programmed("kinds", "store")


def _overridden(cluster: Cluster) -> None:
    """What the platform says of a namespace goes before all that is said in it."""
    cluster.apply(_documents({
        "apiVersion": "portcullis.dev/v1alpha1", "kind": "ApiPolicy", "metadata": {"name": "shut", "namespace": SYSTEM},
        "spec": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kinds"}},
                 "inheritance": "Override", **NOBODYS_ADDRESS}}))
    cluster.programmed(SYSTEM, "shut")
    cluster.programmed("kinds", "web", "store", "agent")
    for name in ("web", "store", "agent", "plain"):
        cluster.refused("address-denied", "street", "deploy/passer-by", _address(cluster, name))
    overridden = cluster.condition("apipolicy", "kinds", "agent", "Overridden")
    assert overridden.get("status") == "True", f"agent's ipAccess is replaced, and it says {overridden}"
    cluster.kubectl("delete", "apipolicy", "shut", "-n", SYSTEM)
    cluster.answers("200", "street", "deploy/passer-by", _address(cluster, "web"), seconds=20)


def _address(cluster: Cluster, name: str) -> str:
    return f"http://{cluster.pods('kinds', f'app={name}')[0]['status']['podIP']}:8080/"


def told(cluster: Cluster) -> None:
    """a refusal is explained by its id, status says where sections come from, and a planned policy is tried on what was recorded"""
    refused = cluster.kubectl("exec", "-n", "billing", "deploy/reports", "-c", "app", "--", "curl", "-s", "--max-time", "5",
                              "http://orders.shop/orders/7")
    explained = json.loads(cluster.run("portcullis", "explain", json.loads(refused)["decisionId"], "--output", "json"))
    assert explained["reason"] == "PRINCIPAL_NOT_ACCEPTED", f"explained: {explained}"
    assert any(step["section"] == "authentication" and step["said"] == "DENY" for step in explained["steps"]), \
        f"no step refused: {explained}"
    # Whether all is in force is another journey's question.
    status = json.loads(cluster.run("portcullis", "status", "-n", "shop", "--effective", "--output", "json", check=False))
    sources = {(section["section"], section["source"]) for route in status["effective"] for section in route["sections"]}
    assert ("authentication", "ApiPolicy shop/orders") in sources, f"effective: {status['effective']}"
    planned: Path = cluster.workspace / "planned.yaml"
    spec = cluster.get("apipolicy", "orders", "-n", "shop")["spec"]
    principals = {"methods": [{"name": "everybody", "mtls": {"principals": ["spiffe://cluster.local/ns/*/sa/*"]}}]}
    planned.write_text(_documents(_policy("orders", "Service", "orders", spec | {"authentication": principals}, namespace="shop")))

    def admits() -> bool:
        seen = json.loads(cluster.run("portcullis", "preview", "-f", str(planned), "--since", "1h", "--output", "json"))
        print(f"    preview: {seen['requests']}", flush=True)
        return any(group["change"] == "ADMITTED" and "spiffe://cluster.local/ns/billing/sa/reports" in
                   {caller["name"] for caller in group["callers"]} for group in seen["groups"])

    until("a planned policy would let in whom it names", admits, seconds=30)


def admission(cluster: Cluster) -> None:
    """the cluster refuses what `portcullis validate` refuses, and tenants who open a gate; who has no sidecar is told of"""
    _same_words(cluster)
    _tenant(cluster)
    _unprotected(cluster)


def _same_words(cluster: Cluster) -> None:
    broken: Path = cluster.workspace / "broken.yaml"
    broken.write_text(_documents(_policy("office", "Service", "orders", {
        "authorization": {"rules": [{"name": "office", "when": 'source.adress == "10.1.2.3"'}]}}, "shop")))
    here = _complaint(cluster, "portcullis", "validate", str(broken))
    there = _complaint(cluster, "kubectl", "apply", "--dry-run=server", "-f", str(broken))
    for words in ("PC3001", "unknown variable: source.adress", "did you mean source.address?"):
        assert words in here, f"validate does not say {words}: {here}"
        assert words in there, f"the cluster does not say {words}: {there}"


def _complaint(cluster: Cluster, *command: str) -> str:
    try:
        printed = cluster.run(*command)
    except CommandFailed as error:
        return str(error)
    raise AssertionError(f"{' '.join(command)} has nothing to complain of: {printed}")


def _tenant(cluster: Cluster) -> None:
    """Somebody who may edit a namespace may not leave anything in it unguarded, until somebody lets them."""
    cluster.apply(_documents(_binding("edit")))
    opened = _policy("open", "Service", "orders", {"failureMode": "Allow"}, "shop")
    left_out = _bare_pod("left-out")
    # The API server takes a moment to know a new binding.
    until("the tenant may edit", lambda: cluster.kubectl(
        "auth", "can-i", "create", "pods", "-n", "shop", "--as=tenant", check=False).strip() == "yes", seconds=20)
    for document, words in ((left_out, "leaves a workload of this namespace unguarded"),
                            (opened, "spec.failureMode: Allow lets requests pass undecided")):
        refusal = _as_tenant(cluster, document)
        assert words in refusal, f"a tenant may: {document}: {refusal}"
    cluster.apply(_documents(_binding("portcullis-overrides")))
    for document in (left_out, opened):
        until("the tenant may override", lambda each=document: not _as_tenant(cluster, each), seconds=20)
    cluster.kubectl("delete", "rolebinding", "tenant-edit", "tenant-portcullis-overrides", "-n", "shop")


def _as_tenant(cluster: Cluster, document: dict[str, Any]) -> str:
    """Why a tenant could not create it; empty: they could."""
    try:
        cluster.kubectl("create", "--as=tenant", "--dry-run=server", "-f", "-", stdin=json.dumps(document))
    except CommandFailed as error:
        return str(error)
    return ""


def _binding(role: str) -> dict[str, Any]:
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": f"tenant-{role}", "namespace": "shop"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "tenant"}]}


def _unprotected(cluster: Cluster) -> None:
    """A pod that serves without a sidecar is told of by the command, the policy, an event and a metric."""
    restore_orders(cluster)
    cluster.apply(_documents(_bare_pod("bare")))
    cluster.kubectl("wait", "-n", "shop", "pod/bare", "--for=condition=Ready", "--timeout=60s")

    def says_so() -> bool:
        condition = cluster.condition("apipolicy", "shop", "orders", "Unprotected")
        if condition.get("status") == "True" and "bare" in condition.get("message", ""):
            return True
        raise AssertionError(f"it says {condition}")

    until("shop/orders is Unprotected", says_so, seconds=30)
    told = json.loads(cluster.run("portcullis", "status", "--output", "json", check=False))
    assert any(each["namespace"] == "shop" and "bare" in each["owner"] for each in told["unprotected"]), \
        f"portcullis status does not tell of the pod without a sidecar: {told['unprotected']}"
    shown = cluster.run("portcullis", "status", check=False)
    assert "Requests reach these without a sidecar" in shown and "bare" in shown, f"portcullis status says:\n{shown}"
    until("an event tells of it", lambda: "bare" in cluster.kubectl(
        "get", "events", "-n", "shop", "--field-selector", "reason=NoSidecar", "-o",
        "jsonpath={.items[*].involvedObject.name}"), seconds=40)
    until("the metric counts it", lambda: any(
        'namespace="shop"' in line and 'NoSidecar' in line and float(line.split()[-1]) >= 1 for line in _metrics(cluster)))
    cluster.kubectl("delete", "pod", "bare", "-n", "shop", "--now")
    cluster.kubectl("delete", "namespace", "monitoring", "--wait=false")


def _metrics(cluster: Cluster) -> list[str]:
    """Metrics of both operators about what is unprotected, as who watches them reads them."""
    cluster.apply(_documents({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "monitoring"}},
                             _pod("watcher", "monitoring", ["/usr/bin/busybox", "sleep", "3600"])))
    cluster.kubectl("wait", "-n", "monitoring", "pod/watcher", "--for=condition=Ready", "--timeout=60s")
    addresses = [each["status"]["podIP"] for each in cluster.pods(SYSTEM, "app.kubernetes.io/name=operator")]
    lines = "\n".join(cluster.kubectl("exec", "-n", "monitoring", "watcher", "--", "curl", "-s", "--max-time", "5",
                                      f"http://{address}:18001/metrics") for address in addresses).splitlines()
    return [line for line in lines if line.startswith("portcullis_unprotected_pods{")]


def _documents(*documents: dict[str, Any]) -> str:
    return "\n---\n".join(map(json.dumps, documents))


def _policy(name: str, kind: str, target: str, spec: dict[str, Any], namespace: str = "kinds") -> dict[str, Any]:
    return {"apiVersion": "portcullis.dev/v1alpha1", "kind": "ApiPolicy", "metadata": {"name": name, "namespace": namespace},
            "spec": {"targetRefs": [{"kind": kind, "name": target}], **spec}}


def _workload(kind: str, name: str) -> dict[str, Any]:
    pod = _pod(name, "kinds", ["e2e-app", "serve", "8080"])
    spec: dict[str, Any] = {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}, "annotations": OPTIONS if name == "web" else {}},
                     "spec": pod["spec"]}}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": "kinds"},
            "spec": spec | ({"serviceName": name} if kind == "StatefulSet" else {})}


def _service(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "kinds"}, "spec": {
        "selector": {"app": name},
        "ports": [{"name": "http", "port": 80, "targetPort": "http", "appProtocol": "http"}]}}


def _headless(name: str) -> dict[str, Any]:
    service = _service(name)
    service["spec"] |= {"clusterIP": "None", "ports": [{"name": "http", "port": 8080, "targetPort": "http"}]}
    return service


def _bare_pod(name: str) -> dict[str, Any]:
    """A pod of orders that serves without a sidecar."""
    pod = _pod(name, "shop", ["e2e-app", "serve", "8080"])
    pod["metadata"]["labels"] = {"app": "orders", "portcullis.dev/inject": "disabled"}
    return pod


def _pod(name: str, namespace: str, command: list[str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
            "spec": {"terminationGracePeriodSeconds": 1, "securityContext": {"runAsNonRoot": True, "runAsUser": 10001},
                     "containers": [{"name": "app", "image": IMAGE, "imagePullPolicy": "IfNotPresent", "command": command,
                                     "ports": [{"name": "http", "containerPort": 8080}]}]}}
