# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What is tried, in this order. Each journey leaves the cluster as the next one expects it."""

from __future__ import annotations

from suite.cluster import Cluster
from suite.page import follow
from suite.shell import HOME

GUIDE = HOME / "docs/guide"


def install(cluster: Cluster) -> None:
    """the page "Install", as it stands"""
    follow(GUIDE / "install.md", cluster.workspace, cluster.environment)


def enrol(cluster: Cluster) -> None:
    """the page "Enrol a namespace", as it stands"""
    follow(GUIDE / "enrol-a-namespace.md", cluster.workspace, cluster.environment)


def no_way_around(cluster: Cluster) -> None:
    """no request from another pod reaches a guarded port around its sidecar"""
    pod = cluster.pods("shop", "app=orders")[0]["status"]["podIP"]
    cluster.answers("403", "street", "deploy/passer-by", f"http://{pod}:8080/orders/7", seconds=20)
    # Neither of the sidecar's own ports leads anywhere, and Envoy's admin interface is not there.
    for port in (15001, 15006, 15000):
        answer = cluster.curl("street", "deploy/passer-by", f"http://{pod}:{port}/")
        assert answer == "000", f"port {port} of a guarded pod answered {answer}"
    for path in ("/config_dump", "/quitquitquit", "/drain", "/clusters"):
        answer = cluster.curl("street", "deploy/passer-by", f"http://{pod}:15021{path}")
        assert answer == "404", f"{path} on the health port answered {answer}"


def uninstall(cluster: Cluster) -> None:
    """the page "Uninstall", as it stands; nothing of Portcullis stays"""
    follow(GUIDE / "uninstall.md", cluster.workspace, cluster.environment)
    left = cluster.kubectl("get", "mutatingwebhookconfigurations,validatingwebhookconfigurations,"
                           "validatingadmissionpolicies,clusterroles,clusterrolebindings,priorityclasses",
                           "-o", "name")
    ours = [line for line in left.splitlines() if "portcullis" in line]
    assert not ours, f"still there: {ours}"


ALL = [install, enrol, no_way_around, uninstall]
