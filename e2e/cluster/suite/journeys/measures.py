# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What is measured rather than judged: no journey here fails for being slow, but for something that does not happen."""

from __future__ import annotations

import json
import statistics
import time

from suite.cluster import SYSTEM, Cluster
from suite.load import Caller, parsed
from suite.shell import until

SERVICES = 63
PODS = 3
FIRST_PORT = 8001
ROUNDS = 3


def sidecar_latency(cluster: Cluster) -> None:
    """what two sidecars and a decision add to a request, beside the same pods without them"""
    shop = (cluster.workspace / "e2e/cluster/shop.yaml").read_text()
    cluster.apply(shop.split("---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: street")[0]
                  .replace("shop", "plain"))
    cluster.rolled_out("plain", "deployment/orders", "deployment/storefront")
    seen: dict[str, list[dict]] = {"plain": [], "shop": []}
    for _ in range(ROUNDS):
        for namespace, reports in seen.items():
            url = f"http://orders.{namespace}/orders/7"
            caller = Caller(namespace, "storefront", url=url)
            reports.append(parsed(cluster.kubectl("exec", "-n", namespace, "deploy/storefront", "-c", "app", "--",
                                                  *caller.command(8), seconds=60)))
    for quantile in ("p50Millis", "p99Millis"):
        plain, guarded = (statistics.median(each[quantile] for each in seen[name]) for name in ("plain", "shop"))
        print(f"    {quantile[:3]}: {plain} ms without, {guarded} ms with: {guarded - plain:.2f} ms more", flush=True)
    cluster.kubectl("delete", "namespace", "plain", "--wait=false")


def memory_at_rest(cluster: Cluster) -> None:
    """what the parts and the sidecars hold"""
    node = cluster.get("nodes")["items"][0]["metadata"]["name"]
    summary = json.loads(cluster.kubectl("get", "--raw", f"/api/v1/nodes/{node}/proxy/stats/summary"))
    held: dict[str, list[float]] = {}
    for pod in summary["pods"]:
        for container in pod.get("containers", []):
            ours = pod["podRef"]["namespace"] == SYSTEM or container["name"] == "portcullis-proxy"
            if ours and "memory" in container:
                held.setdefault(container["name"], []).append(container["memory"]["workingSetBytes"] / 2**20)
    for name, each in sorted(held.items()):
        print(f"    {name}: {statistics.median(each):.0f} MiB working set, median of {len(each)}", flush=True)
    assert {"operator", "ext-authz", "portcullis-proxy"} <= held.keys(), f"nobody told what they hold: {held}"


def many_services(cluster: Cluster) -> None:
    """63 Services get policies at once, and all are enforced"""
    cluster.apply(_crowd())
    cluster.rolled_out("crowd", *(f"deployment/{_pod_of(index)}" for index in range(PODS)))
    started = time.monotonic()
    cluster.apply("\n---\n".join(_policy(index) for index in range(SERVICES)))
    applied = time.monotonic() - started

    def all_have(condition: str) -> bool:
        policies = cluster.get("apipolicies", "-n", "crowd")["items"]
        return len(policies) == SERVICES and all(
            any(each["type"] == condition and each["status"] == "True"
                for each in policy.get("status", {}).get("conditions", [])) for policy in policies)

    for condition in ("Programmed", "Enforced"):
        until(f"{SERVICES} policies are {condition}", lambda wanted=condition: all_have(wanted), seconds=60, pause=0.2)
        print(f"    {condition}: {time.monotonic() - started:.1f} s after kubectl apply began, "
              f"{time.monotonic() - started - applied:.1f} s after it returned", flush=True)
    cluster.kubectl("delete", "namespace", "crowd", "--wait=false")


def _pod_of(index: int) -> str:
    """The workload that a Service leads to."""
    return f"crowd-of-{index % PODS}"


def _crowd() -> str:
    ports = {f"crowd-{index}": FIRST_PORT + index for index in range(SERVICES)}
    documents: list[dict] = [{"apiVersion": "v1", "kind": "Namespace",
                              "metadata": {"name": "crowd", "labels": {"portcullis.dev/inject": "enabled"}}}]
    for index in range(PODS):
        name, own = _pod_of(index), list(ports.values())[index::PODS]
        documents.append({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "crowd"}, "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{
                "name": "app", "image": "portcullis/e2e-app:0.1.0-SNAPSHOT", "imagePullPolicy": "IfNotPresent",
                "args": ["serve", *map(str, own)], "ports": [{"containerPort": port} for port in own]}]}}}})
    documents += [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "crowd"}, "spec": {
            "selector": {"app": _pod_of(index)},
            "ports": [{"name": "http", "port": 80, "targetPort": port, "appProtocol": "http"}]}}
        for index, (name, port) in enumerate(ports.items())]
    return "\n---\n".join(json.dumps(document) for document in documents)


def _policy(index: int) -> str:
    return json.dumps({
        "apiVersion": "portcullis.dev/v1alpha1", "kind": "ApiPolicy",
        "metadata": {"name": f"crowd-{index}", "namespace": "crowd"},
        "spec": {"targetRefs": [{"kind": "Service", "name": f"crowd-{index}"}],
                 "authentication": {"methods": [{"name": "own", "mtls": {
                     "principals": ["spiffe://cluster.local/ns/crowd/sa/*"]}}]}}})
