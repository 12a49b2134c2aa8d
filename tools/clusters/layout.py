# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Where everything of the cluster is: its addresses, its names and its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEFAULT_ROOT = Path("/var/lib/portcullis-cluster")

# One block for the whole cluster, so that one look tells whether this machine uses it for something else.
BLOCK = "10.213.0.0/16"
HOST_ADDRESS = "10.213.0.1"
NODE_ADDRESS = "10.213.0.2"
LINK_PREFIX = 24
SERVICES = "10.213.64.0/18"
FIRST_SERVICE = "10.213.64.1"
DNS_SERVICE = "10.213.64.10"
PODS = "10.213.128.0/17"
NODE_PODS = "10.213.128.0/24"
DOMAIN = "cluster.local"

NODE_NAME = "one-node"
BRIDGE = "portcullis0"
VETH = "portcullis1"
CGROUP = "portcullis-cluster"

API_SERVER = f"https://{HOST_ADDRESS}:6443"
ETCD = f"https://{HOST_ADDRESS}:2379"
ETCD_PEERS = f"https://{HOST_ADDRESS}:2380"

PAUSE_IMAGE = "docker.io/portcullis/pause:1"
DNS_IMAGE = "docker.io/portcullis/coredns:1"


@dataclass(frozen=True)
class Layout:
    """The directory that holds all files of one cluster; nothing of it is anywhere else."""

    root: Path

    @property
    def marker(self) -> Path:
        """Says that the directory is ours, and so may be removed; holds what the machine was like before."""
        return self.root / "machine.json"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def pki(self) -> Path:
        return self.root / "pki"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def etcd(self) -> Path:
        return self.root / "etcd"

    @property
    def images(self) -> Path:
        return self.root / "images"

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def var_lib(self) -> Path:
        """What the node has as /var/lib."""
        return self.root / "node"

    @property
    def pod_logs(self) -> Path:
        """What the node has as /var/log."""
        return self.root / "log" / "node"

    @property
    def containerd(self) -> Path:
        """containerd's socket, which both the node and this machine can open."""
        return self.root / "state" / "containerd.sock"

    @property
    def kubeconfig(self) -> Path:
        return self.root / "kubeconfig"

    def directories(self) -> tuple[Path, ...]:
        return (self.state, self.pki, self.log, self.etcd, self.images, self.config, self.var_lib, self.pod_logs)
