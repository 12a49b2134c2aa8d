# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Pages of the guide, run as they stand."""

from __future__ import annotations

import json

from pathlib import Path

from suite.cluster import Cluster
from suite.load import Caller, under_load
from suite.page import follow, saved
from suite.shell import HOME

GUIDE = HOME / "docs/guide"
ORDERS = "http://orders.shop/orders/7"

# Headings at which something is done between what pages say.
CLOSE_IT = "## Close it"
TAKE_OUT = "## Take the sidecars out"


def restore_orders(cluster: Cluster) -> None:
    """Guards orders as the page "Enrol a namespace" does."""
    # Made anew: to apply it would leave what others have put into it.
    cluster.kubectl("delete", "apipolicy", "orders", "-n", "shop", "--ignore-not-found")
    cluster.apply(saved((GUIDE / "enrol-a-namespace.md").read_text())["orders.yaml"])
    cluster.programmed("shop", "orders")


def strict_orders(cluster: Cluster) -> None:
    """The same, for connections that prove an identity only."""
    restore_orders(cluster)
    cluster.kubectl("patch", "apipolicy", "orders", "-n", "shop", "--type=merge",
                    "-p", json.dumps({"spec": {"transport": {"mtls": "Strict"}}}))
    cluster.programmed("shop", "orders")


def install(cluster: Cluster) -> None:
    """the page "Install", as it stands"""
    follow(GUIDE / "install.md", cluster.workspace, cluster.environment)


def enrol(cluster: Cluster) -> None:
    """the page "Enrol a namespace", as it stands"""
    follow(GUIDE / "enrol-a-namespace.md", cluster.workspace, cluster.environment)


def zero_trust(cluster: Cluster) -> None:
    """the page "Zero trust between teams", as it stands"""
    follow(GUIDE / "zero-trust-between-teams.md", cluster.workspace, cluster.environment)
    # What the page shows once holds each time, and the reason is the one that it gives.
    for problem, caller in (("principal-not-accepted", "billing/reports"), ("identity-required", "street/passer-by")):
        namespace, workload = caller.split("/")
        cluster.refused(problem, namespace, f"deploy/{workload}", ORDERS)
    # What comes after sends more than its limit allows.
    cluster.kubectl("delete", "ratelimitpolicy", "orders", "-n", "shop")
    restore_orders(cluster)


def rewrite(cluster: Cluster) -> None:
    """the page "Enrol a namespace that allows no capabilities", as it stands"""
    follow(GUIDE / "enrol-without-net-admin.md", cluster.workspace, cluster.environment)
    prices = "http://prices.till/list"
    cluster.refused("identity-required", "street", "deploy/passer-by", prices)
    cluster.refused("identity-required", "till", "deploy/clerk", prices)
    cluster.refused("principal-not-accepted", "till", "deploy/porter", prices, "-proxy", "http://127.0.0.1:15080")


def gitops(cluster: Cluster) -> None:
    """the page "GitOps with Argo CD", as it stands"""
    follow(GUIDE / "gitops-with-argo-cd.md", cluster.workspace, cluster.environment)


def edge_gateway(cluster: Cluster) -> None:
    """the page "Let traffic in at the edge", as it stands, until it closes the gateway"""
    follow(GUIDE / "edge-gateway.md", cluster.workspace, cluster.environment, end=CLOSE_IT)


def edge_closed(cluster: Cluster) -> None:
    """what that page says about closing the gateway"""
    follow(GUIDE / "edge-gateway.md", cluster.workspace, cluster.environment, begin=CLOSE_IT)
    # What comes after expects callers from the namespace only.
    cluster.kubectl("delete", "apikey", "--all", "-n", "shop")
    restore_orders(cluster)


def uninstall(cluster: Cluster) -> None:
    """the page "Uninstall", as it stands: applications serve all the time, and nothing of Portcullis stays"""
    page = GUIDE / "uninstall.md"
    follow(page, cluster.workspace, cluster.environment, end=TAKE_OUT)
    outside = tuple(Caller("street", "passer-by", url=url) for url in (ORDERS, "http://prices.till/list"))
    seen = under_load(cluster, 300, lambda: _taken_out(cluster, page), callers=outside)
    assert seen.lost() == 0, f"applications did not serve all the time: {seen}"
    left = cluster.kubectl("get", "mutatingwebhookconfigurations,validatingwebhookconfigurations,"
                           "validatingadmissionpolicies,clusterroles,clusterrolebindings,priorityclasses,"
                           "customresourcedefinitions,namespaces", "-o", "name")
    # The one-node cluster names what is its own.
    ours = [line for line in left.splitlines() if "portcullis" in line and "/portcullis-cluster:" not in line]
    assert not ours, f"still there: {ours}"


def _taken_out(cluster: Cluster, page: Path) -> None:
    held = [f"{each['kind']} {each['metadata']['namespace']}/{each['metadata']['name']}"
            for kind in ("apipolicies,ratelimitpolicies,botpolicies,apikeys", "networkpolicies,configmaps,controllerrevisions")
            for each in cluster.get(kind, "-A")["items"]
            if each["metadata"].get("finalizers") and "portcullis" in json.dumps(each["metadata"])]
    assert not held, f"held back by finalizers: {held}"
    follow(page, cluster.workspace, cluster.environment, begin=TAKE_OUT)
    for namespace in ("shop", "till", "billing"):
        for pod in cluster.pods(namespace, "app"):
            ours = [each["name"] for each in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
                    if each["name"].startswith("portcullis-")]
            ports = [each for container in pod["spec"]["containers"] for each in container.get("ports", [])
                     if each["containerPort"] >= 15000]
            assert not ours and not ports, f"{namespace}/{pod['metadata']['name']} still has {ours} {ports}"
