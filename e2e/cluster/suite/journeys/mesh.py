# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What holds between pods: no way around a sidecar, nobody's identity but one's own."""

from __future__ import annotations

import json
from typing import Any

from suite.cluster import Cluster
from suite.journeys.guide import restore_orders
from suite.shell import until


def no_way_around(cluster: Cluster) -> None:
    """no request from another pod reaches a guarded port around its sidecar"""
    for pod in (each["status"]["podIP"] for each in cluster.pods("shop", "app=orders")):
        cluster.refused("mtls-required", "street", "deploy/passer-by", f"http://{pod}:8080/orders/7")
        # Neither of the sidecar's own ports leads anywhere, and Envoy's admin interface is not there.
        for port in (15001, 15006, 15000):
            answer = cluster.curl("street", "deploy/passer-by", f"http://{pod}:{port}/")
            assert answer == "000", f"port {port} of a guarded pod answered {answer}"
        for path in ("/config_dump", "/quitquitquit", "/drain", "/clusters"):
            answer = cluster.curl("street", "deploy/passer-by", f"http://{pod}:15021{path}")
            assert answer == "404", f"{path} on the health port answered {answer}"


def nobody_elses_identity(cluster: Cluster) -> None:
    """a pod whose sidecar claims to be another pod's gets its own identity, and nobody else's"""
    victim = cluster.pods("shop", "app=storefront")[0]
    cluster.kubectl("patch", "apipolicy", "orders", "-n", "shop", "--type=merge", "-p", json.dumps(
        {"spec": {"authentication": {"methods": [{"name": "storefront", "mtls": {
            "principals": ["spiffe://cluster.local/ns/shop/sa/storefront"]}}]}}}))
    cluster.programmed("shop", "orders")
    cluster.kubectl("create", "serviceaccount", "impostor", "-n", "shop")
    cluster.kubectl("create", "-f", "-", stdin=json.dumps(_impostor(victim)))
    cluster.kubectl("wait", "-n", "shop", "pod/impostor", "--for=condition=Ready", "--timeout=120s")
    shown = cluster.kubectl("exec", "-n", "shop", "impostor", "-c", "look", "--", "curl", "-s",
                            "--unix-socket", "/run/portcullis/admin.sock", "http://envoy/certs")
    own = {name["uri"] for each in json.loads(shown)["certificates"] for chain in each.get("cert_chain", [])
           for name in chain["subject_alt_names"]}
    assert own == {"spiffe://cluster.local/ns/shop/sa/impostor"}, f"the impostor's sidecar holds {own}"
    cluster.answers("200", "shop", "deploy/storefront", "http://orders.shop/orders/7", seconds=20)
    cluster.refused("principal-not-accepted", "shop", "pod/impostor", "http://orders.shop/orders/7")
    cluster.kubectl("delete", "pod/impostor", "serviceaccount/impostor", "-n", "shop", "--now")
    restore_orders(cluster)


def enforced(cluster: Cluster) -> None:
    """status says Enforced where the gates hold, and not where there is a way around one"""
    _enforced(cluster, "shop", "orders", "True", "ProbeHeld")
    _enforced(cluster, "till", "prices", "True", "ProbeHeld")
    # As if nobody enforced what closes the application's port: policies add up.
    cluster.apply(json.dumps({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": "anybody", "namespace": "till"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]}}))
    _enforced(cluster, "till", "prices", "False", "Bypassable")
    cluster.kubectl("delete", "networkpolicy", "anybody", "-n", "till")
    _enforced(cluster, "till", "prices", "True", "ProbeHeld")


def _enforced(cluster: Cluster, namespace: str, policy: str, status: str, reason: str) -> None:
    def says() -> bool:
        condition = cluster.condition("apipolicy", namespace, policy, "Enforced")
        if condition.get("status") == status and condition.get("reason") == reason:
            return True
        raise AssertionError(f"it says {condition}")

    until(f"{namespace}/{policy} is Enforced={status}, {reason}", says, seconds=75)


def _impostor(victim: dict[str, Any]) -> dict[str, Any]:
    """A pod made by hand like an injected one, but for a sidecar that names itself as its victim's."""
    spec = {key: victim["spec"][key] for key in ("initContainers", "volumes", "securityContext")}
    ours = [each for each in spec["volumes"] if each["name"].startswith("portcullis-")]
    proxy = next(each for each in spec["initContainers"] if each["name"] == "portcullis-proxy")
    claim = f"shop/{victim['metadata']['name']}"
    proxy["args"] = [claim if each == "$(POD_NAMESPACE)/$(POD_NAME)" else each for each in proxy["args"]]
    for container in spec["initContainers"]:
        container["volumeMounts"] = [each for each in container.get("volumeMounts", [])
                                     if each["name"].startswith("portcullis-")]
    image = {"image": "portcullis/e2e-app:0.1.0-SNAPSHOT", "imagePullPolicy": "IfNotPresent",
             "command": ["/usr/bin/busybox", "sleep", "3600"]}
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "impostor", "namespace": "shop", "labels": {
            "portcullis.dev/inject": "disabled", "portcullis.dev/sidecar": "redirect"}},
        "spec": {
            "serviceAccountName": "impostor", "terminationGracePeriodSeconds": 1,
            "initContainers": spec["initContainers"], "volumes": ours, "securityContext": spec["securityContext"],
            "containers": [
                {"name": "app", **image},
                {"name": "look", **image, "securityContext": {"runAsUser": 1337},
                 "volumeMounts": [{"name": "portcullis-run", "mountPath": "/run/portcullis"}]},
            ],
        },
    }
