# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The control plane: etcd, API server, controller manager and scheduler, as processes of this machine."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from clusters.errors import ClusterError
from clusters.layout import API_SERVER, DOMAIN, ETCD, ETCD_PEERS, HOST_ADDRESS, PODS, SERVICES, Layout
from clusters.pki import Pki
from clusters.processes import POLL_SECONDS, Process, launch
from clusters.programs import Programs

READY_SECONDS = 180
# In the order in which they start; they end in the opposite one.
NAMES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


class ControlPlane:
    """Four processes, of which each can be ended and started on its own."""

    def __init__(self, layout: Layout, programs: Programs):
        self.layout = layout
        self.programs = programs
        self.pki = Pki(layout)

    def start(self, name: str) -> None:
        """Starts a program unless it runs; the API server and etcd are ready when this returns."""
        process = self.process(name)
        if process is None:
            process = launch(name, self._command(name), self._log(name), self._file(name))
        if name == "etcd":
            self._wait(
                process,
                f"{ETCD}/health",
                "apiserver-etcd",
                "etcd-ca",
                lambda body: json.loads(body)["health"] == "true",
            )
        if name == "kube-apiserver":
            self._wait(process, f"{API_SERVER}/readyz", "admin", "ca", lambda body: body == "ok")

    def stop(self, name: str, grace_seconds: float) -> None:
        """Ends a program, if it runs: asks it to, and after so many seconds makes it."""
        process = self.process(name)
        if process is not None:
            process.end(grace_seconds)
        self._file(name).unlink(missing_ok=True)

    def process(self, name: str) -> Process | None:
        """The program's process, if it runs."""
        process = Process.read(self._file(name))
        return process if process is not None and process.alive() else None

    def _file(self, name: str) -> Path:
        return self.layout.state / f"{name}.json"

    def _log(self, name: str) -> Path:
        return self.layout.log / f"{name}.log"

    def _wait(self, process: Process, url: str, user: str, authority: str, ready: Callable[[str], bool]) -> None:
        context = ssl.create_default_context(cafile=self.pki.path(f"{authority}.crt"))
        context.load_cert_chain(self.pki.path(f"{user}.crt"), self.pki.path(f"{user}.key"))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        deadline = time.monotonic() + READY_SECONDS
        said = "nothing"
        while time.monotonic() < deadline:
            if not process.alive():
                raise ClusterError(f"{process.name} ended: see {self._log(process.name)}")
            try:
                with opener.open(url, timeout=5) as answer:
                    said = answer.read(10_000).decode()
                if ready(said):
                    return
            except urllib.error.HTTPError as error:
                said = f"{error.code} {error.reason}"
            except OSError as error:
                said = str(error)
            time.sleep(POLL_SECONDS * 4)
        raise ClusterError(
            f"{process.name} is not ready after {READY_SECONDS} s: {url} says {said}; see {self._log(process.name)}"
        )

    def _command(self, name: str) -> list[str]:
        return {
            "etcd": self._etcd,
            "kube-apiserver": self._api_server,
            "kube-controller-manager": self._controller_manager,
            "kube-scheduler": self._scheduler,
        }[name]()

    def _etcd(self) -> list[str]:
        path = self.pki.path
        return [
            str(self.programs["etcd"]),
            "--name=one",
            f"--data-dir={self.layout.etcd / 'data'}",
            f"--listen-client-urls={ETCD}",
            f"--advertise-client-urls={ETCD}",
            f"--listen-peer-urls={ETCD_PEERS}",
            f"--initial-advertise-peer-urls={ETCD_PEERS}",
            f"--initial-cluster=one={ETCD_PEERS}",
            f"--cert-file={path('etcd.crt')}",
            f"--key-file={path('etcd.key')}",
            f"--trusted-ca-file={path('etcd-ca.crt')}",
            "--client-cert-auth",
            f"--peer-cert-file={path('etcd.crt')}",
            f"--peer-key-file={path('etcd.key')}",
            f"--peer-trusted-ca-file={path('etcd-ca.crt')}",
            "--peer-client-cert-auth",
        ]

    def _api_server(self) -> list[str]:
        path = self.pki.path
        return [
            str(self.programs["kube-apiserver"]),
            f"--bind-address={HOST_ADDRESS}",
            f"--advertise-address={HOST_ADDRESS}",
            "--secure-port=6443",
            "--allow-privileged=true",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            f"--service-cluster-ip-range={SERVICES}",
            f"--client-ca-file={path('ca.crt')}",
            f"--tls-cert-file={path('apiserver.crt')}",
            f"--tls-private-key-file={path('apiserver.key')}",
            f"--etcd-servers={ETCD}",
            f"--etcd-cafile={path('etcd-ca.crt')}",
            f"--etcd-certfile={path('apiserver-etcd.crt')}",
            f"--etcd-keyfile={path('apiserver-etcd.key')}",
            f"--kubelet-certificate-authority={path('ca.crt')}",
            f"--kubelet-client-certificate={path('apiserver-kubelet.crt')}",
            f"--kubelet-client-key={path('apiserver-kubelet.key')}",
            "--kubelet-preferred-address-types=InternalIP",
            f"--service-account-issuer=https://kubernetes.default.svc.{DOMAIN}",
            f"--service-account-key-file={path('service-account.key')}",
            f"--service-account-signing-key-file={path('service-account.key')}",
        ]

    def _controller_manager(self) -> list[str]:
        path = self.pki.path
        return [
            str(self.programs["kube-node"]),
            "kube-controller-manager",
            f"--kubeconfig={path('controller-manager.kubeconfig')}",
            f"--authentication-kubeconfig={path('controller-manager.kubeconfig')}",
            f"--authorization-kubeconfig={path('controller-manager.kubeconfig')}",
            f"--bind-address={HOST_ADDRESS}",
            "--leader-elect=false",
            "--use-service-account-credentials=true",
            f"--root-ca-file={path('ca.crt')}",
            f"--service-account-private-key-file={path('service-account.key')}",
            f"--cluster-signing-cert-file={path('ca.crt')}",
            f"--cluster-signing-key-file={path('ca.key')}",
            f"--client-ca-file={path('ca.crt')}",
            "--allocate-node-cidrs=true",
            f"--cluster-cidr={PODS}",
            "--node-cidr-mask-size=24",
        ]

    def _scheduler(self) -> list[str]:
        path = self.pki.path
        return [
            str(self.programs["kube-node"]),
            "kube-scheduler",
            f"--kubeconfig={path('scheduler.kubeconfig')}",
            f"--authentication-kubeconfig={path('scheduler.kubeconfig')}",
            f"--authorization-kubeconfig={path('scheduler.kubeconfig')}",
            f"--bind-address={HOST_ADDRESS}",
            "--leader-elect=false",
        ]
