# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The cluster's certificates and the kubeconfig files that carry them, made with openssl."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from clusters.layout import API_SERVER, DOMAIN, FIRST_SERVICE, HOST_ADDRESS, NODE_ADDRESS, NODE_NAME, Layout
from clusters.run import must

DAYS = "365"
CONFIG = "[req]\ndistinguished_name = name\n[name]\n"
# File name: organisation, common name.
CLIENTS = {
    "admin": ("system:masters", "admin"),
    "controller-manager": (None, "system:kube-controller-manager"),
    "scheduler": (None, "system:kube-scheduler"),
    "kubelet": ("system:nodes", f"system:node:{NODE_NAME}"),
    "kube-proxy": (None, "system:kube-proxy"),
    "network-policies": (None, "network-policies"),
}


class Pki:
    """Two authorities: one for the cluster, and one for etcd, which would else trust every client of the cluster."""

    def __init__(self, layout: Layout):
        self.directory = layout.pki
        self.layout = layout

    def make(self) -> None:
        """Makes what is missing; the kubeconfig of the administrator comes last, and says that all is there."""
        (self.directory / "openssl.cnf").write_text(CONFIG, encoding="utf-8")
        self._authority("ca")
        self._authority("etcd-ca")
        self._key("service-account")
        names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", f"kubernetes.default.svc.{DOMAIN}"]
        names = [*(f"DNS:{name}" for name in names), f"IP:{FIRST_SERVICE}", f"IP:{HOST_ADDRESS}"]
        self._certificate("apiserver", "ca", (None, "kube-apiserver"), names)
        self._certificate("kubelet-server", "ca", ("system:nodes", f"system:node:{NODE_NAME}"), [f"IP:{NODE_ADDRESS}"])
        self._certificate("apiserver-kubelet", "ca", (None, "kube-apiserver-kubelet-client"), [])
        self._certificate("etcd", "etcd-ca", (None, "etcd"), [f"IP:{HOST_ADDRESS}"])
        self._certificate("apiserver-etcd", "etcd-ca", (None, "kube-apiserver"), [])
        for name, subject in CLIENTS.items():
            self._certificate(name, "ca", subject, [])
            if name != "admin":
                self._kubeconfig(name, self.directory / f"{name}.kubeconfig")
        self._kubeconfig("admin", self.layout.kubeconfig)

    def path(self, name: str) -> str:
        return str(self.directory / name)

    def _authority(self, name: str) -> None:
        extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"]
        self._request(name, (None, f"portcullis-cluster {name}"), extensions, [])

    def _certificate(self, name: str, issuer: str, subject: tuple[str | None, str], names: list[str]) -> None:
        """A certificate for a server, of these names, that may be a client too; or for a client, which has none."""
        usage = "clientAuth,serverAuth" if names else "clientAuth"
        extensions = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature"]
        extensions += [f"extendedKeyUsage={usage}", *([f"subjectAltName={','.join(names)}"] if names else [])]
        self._request(
            name, subject, extensions, ["-CA", self.path(f"{issuer}.crt"), "-CAkey", self.path(f"{issuer}.key")]
        )

    def _request(self, name: str, subject: tuple[str | None, str], extensions: list[str], issuer: list[str]) -> None:
        certificate = self.directory / f"{name}.crt"
        if certificate.exists():
            return
        organisation, common = subject
        command = ["req", "-x509", "-config", self.path("openssl.cnf"), "-days", DAYS, "-nodes", *issuer]
        command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", self.path(f"{name}.key")]
        command += ["-subj", (f"/O={organisation}" if organisation else "") + f"/CN={common}"]
        for extension in extensions:
            command += ["-addext", extension]
        new = certificate.with_suffix(".new")
        must("openssl", *command, "-out", str(new))
        os.replace(new, certificate)

    def _key(self, name: str) -> None:
        key = self.directory / f"{name}.key"
        if not key.exists():
            new = key.with_suffix(".new")
            must("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(new))
            os.replace(new, key)

    def _kubeconfig(self, user: str, file: Path) -> None:
        cluster = {"server": API_SERVER, "certificate-authority-data": self._encoded("ca.crt")}
        credentials = {
            "client-certificate-data": self._encoded(f"{user}.crt"),
            "client-key-data": self._encoded(f"{user}.key"),
        }
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "portcullis", "cluster": cluster}],
            "users": [{"name": user, "user": credentials}],
            "contexts": [{"name": "portcullis", "context": {"cluster": "portcullis", "user": user}}],
            "current-context": "portcullis",
        }
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")  # JSON is YAML
        os.replace(new, file)

    def _encoded(self, name: str) -> str:
        return base64.b64encode((self.directory / name).read_bytes()).decode()
