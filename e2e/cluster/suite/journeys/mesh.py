# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What holds between pods: no way around a sidecar, nobody's identity but one's own."""

from __future__ import annotations

from suite.cluster import Cluster


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
