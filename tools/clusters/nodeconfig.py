# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The configuration of the node's programs, and the commands that start them with it."""

from __future__ import annotations

import json

from clusters.layout import (
    CGROUP,
    DNS_SERVICE,
    DOMAIN,
    NODE_ADDRESS,
    NODE_NAME,
    NODE_PODS,
    PAUSE_IMAGE,
    PODS,
    SERVICES,
    Layout,
)
from clusters.programs import Programs

PLUGINS = "/usr/lib/cni"
CONTAINERD = """\
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", \
"io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]

[debug]
level = "warn"

[grpc]
address = "{socket}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{pause}"
# A machine that may not lower the score of its processes could start no container else.
restrict_oom_score_adj = true

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{plugins}"
conf_dir = "{conf}"

[plugins."io.containerd.grpc.v1.cri".containerd]
default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
"""


class NodeConfig:
    """Writes what the programs read."""

    def __init__(self, layout: Layout, programs: Programs):
        self.layout = layout
        self.programs = programs

    def write(self) -> dict[str, list[str]]:
        """Writes all files; returns the command of each program, in the order in which they are to start."""
        kube = str(self.programs["kube-node"])
        return {
            "containerd": ["containerd", "--config", self._containerd()],
            "kubelet": [
                kube,
                "kubelet",
                f"--config={self._kubelet()}",
                f"--kubeconfig={self._kubeconfig('kubelet')}",
                f"--hostname-override={NODE_NAME}",
                f"--node-ip={NODE_ADDRESS}",
            ],
            "kube-proxy": [kube, "kube-proxy", f"--config={self._proxy()}"],
            "network-policies": [
                str(self.programs["network-policies"]),
                f"--kubeconfig={self._kubeconfig('network-policies')}",
                f"--node={NODE_NAME}",
                f"--services={SERVICES}",
            ],
        }

    def _containerd(self) -> str:
        network = self.layout.config / "cni"
        network.mkdir(exist_ok=True)
        bridge = {
            "type": "bridge",
            "bridge": "cni0",
            "isDefaultGateway": True,
            "hairpinMode": True,
            # In /run, so that a node that starts anew has all addresses again.
            "ipam": {"type": "host-local", "dataDir": "/run/cni/addresses", "ranges": [[{"subnet": NODE_PODS}]]},
        }
        portmap = {"type": "portmap", "capabilities": {"portMappings": True}}
        networks = {"cniVersion": "1.0.0", "name": "pods", "plugins": [bridge, portmap]}
        self._file("cni/10-pods.conflist", json.dumps(networks, indent=2))
        text = CONTAINERD.format(socket=self.layout.containerd, pause=PAUSE_IMAGE, plugins=PLUGINS, conf=network)
        return self._file("containerd.toml", text)

    def _kubelet(self) -> str:
        pki = self.layout.pki
        # Pods that ask for the machine's DNS get the cluster's: there is no way out of the cluster.
        resolver = self._file("resolv.conf", f"nameserver {DNS_SERVICE}\n")
        return self._json(
            "kubelet.json",
            {
                "apiVersion": "kubelet.config.k8s.io/v1beta1",
                "kind": "KubeletConfiguration",
                "address": NODE_ADDRESS,
                "authentication": {
                    "anonymous": {"enabled": False},
                    "webhook": {"enabled": True},
                    "x509": {"clientCAFile": str(pki / "ca.crt")},
                },
                "authorization": {"mode": "Webhook"},
                "tlsCertFile": str(pki / "kubelet-server.crt"),
                "tlsPrivateKeyFile": str(pki / "kubelet-server.key"),
                "cgroupDriver": "cgroupfs",
                "cgroupRoot": f"/{CGROUP}",
                "failCgroupV1": False,
                "failSwapOn": False,
                "oomScoreAdj": 0,
                "clusterDNS": [DNS_SERVICE],
                "clusterDomain": DOMAIN,
                "resolvConf": resolver,
                "containerRuntimeEndpoint": f"unix://{self.layout.containerd}",
                # Images came from tar files; one that was thrown away could not be had again.
                "imageGCHighThresholdPercent": 100,
                "imageGCLowThresholdPercent": 99,
                "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
                "maxPods": 200,
                "nodeStatusUpdateFrequency": "5s",
                "registryPullQPS": 0,
                "eventRecordQPS": 0,
            },
        )

    def _proxy(self) -> str:
        return self._json(
            "kube-proxy.json",
            {
                "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
                "kind": "KubeProxyConfiguration",
                "mode": "iptables",
                "clusterCIDR": PODS,
                "hostnameOverride": NODE_NAME,
                "clientConnection": {"kubeconfig": self._kubeconfig("kube-proxy")},
                # Zero leaves alone what belongs to the whole machine.
                "conntrack": {
                    "maxPerCore": 0,
                    "min": 0,
                    "tcpEstablishedTimeout": "0s",
                    "tcpCloseWaitTimeout": "0s",
                    "udpTimeout": "0s",
                    "udpStreamTimeout": "0s",
                },
            },
        )

    def _kubeconfig(self, user: str) -> str:
        return str(self.layout.pki / f"{user}.kubeconfig")

    def _json(self, name: str, content: dict) -> str:
        return self._file(name, json.dumps(content, indent=2) + "\n")

    def _file(self, name: str, text: str) -> str:
        file = self.layout.config / name
        file.write_text(text, encoding="utf-8")
        return str(file)
