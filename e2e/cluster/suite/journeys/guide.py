# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Pages of the guide, run as they stand."""

from __future__ import annotations

from suite.cluster import Cluster
from suite.page import follow, saved
from suite.shell import HOME

GUIDE = HOME / "docs/guide"


def restore_orders(cluster: Cluster) -> None:
    """Guards orders as the page "Enrol a namespace" does."""
    # Made anew: to apply it would leave what others have put into it.
    cluster.kubectl("delete", "apipolicy", "orders", "-n", "shop", "--ignore-not-found")
    cluster.apply(saved((GUIDE / "enrol-a-namespace.md").read_text())["orders.yaml"])
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
    # What comes after sends more than its limit allows.
    cluster.kubectl("delete", "ratelimitpolicy", "orders", "-n", "shop")
    restore_orders(cluster)


def rewrite(cluster: Cluster) -> None:
    """the page "Enrol a namespace that allows no capabilities", as it stands"""
    follow(GUIDE / "enrol-without-net-admin.md", cluster.workspace, cluster.environment)


def gitops(cluster: Cluster) -> None:
    """the page "GitOps with Argo CD", as it stands"""
    follow(GUIDE / "gitops-with-argo-cd.md", cluster.workspace, cluster.environment)


def edge_gateway(cluster: Cluster) -> None:
    """the page "Let traffic in at the edge", as it stands"""
    follow(GUIDE / "edge-gateway.md", cluster.workspace, cluster.environment)
    # What comes after expects callers from the namespace only.
    cluster.kubectl("delete", "apikey", "--all", "-n", "shop")
    restore_orders(cluster)


def uninstall(cluster: Cluster) -> None:
    """the page "Uninstall", as it stands; nothing of Portcullis stays"""
    follow(GUIDE / "uninstall.md", cluster.workspace, cluster.environment)
    left = cluster.kubectl("get", "mutatingwebhookconfigurations,validatingwebhookconfigurations,"
                           "validatingadmissionpolicies,clusterroles,clusterrolebindings,priorityclasses",
                           "-o", "name")
    # The one-node cluster names what is its own.
    ours = [line for line in left.splitlines() if "portcullis" in line and "/portcullis-cluster:" not in line]
    assert not ours, f"still there: {ours}"

