# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What a one-node cluster needs of the machine, and how to get it."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

from clusters.errors import ClusterError, NotPossibleHere
from clusters.nodeconfig import PLUGINS
from clusters.run import attempt, must

# Program, or file: the Debian package that has it.
PROGRAMS = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    f"{PLUGINS}/bridge": "containernetworking-plugins",
    "iptables-save": "iptables",
    "ipset": "ipset",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
    "openssl": "openssl",
}
INSTALL = ["apt-get", "install", "--yes", "--no-install-recommends"]


def check() -> None:
    """Fails, in one line, unless this machine can carry a one-node cluster."""
    reasons = _reasons()
    if reasons:
        raise NotPossibleHere("; ".join(reasons))


def missing_packages() -> list[str]:
    """The Debian packages whose programs are not here."""
    return sorted({package for program, package in PROGRAMS.items() if not _found(program)})


def prepare(say, more: list[str]) -> None:
    """Installs what is missing of the cluster's packages, and of these."""
    _linux_and_root()
    packages = sorted({*missing_packages(), *(package for package in more if not _installed(package))})
    if not packages:
        say("nothing is missing")
        return
    if shutil.which("apt-get") is None:
        raise NotPossibleHere(f"this is no Debian: install what it calls {', '.join(packages)} by hand")
    for command in (["apt-get", "update"], [*INSTALL, *packages]):
        say(" ".join(command))
        must("env", "DEBIAN_FRONTEND=noninteractive", *command)
    left = missing_packages()
    if left:
        raise ClusterError(f"still missing after the installation: {', '.join(left)}")


def _reasons() -> list[str]:
    _linux_and_root()
    packages = missing_packages()
    return [f"missing: apt-get install {' '.join(packages)}, or run tools/cluster prepare"] if packages else []


def _linux_and_root() -> None:
    if platform.system() != "Linux":
        raise NotPossibleHere(f"a one-node cluster needs Linux, this is {platform.system()}: try --provider kind")
    if os.geteuid() != 0:
        raise NotPossibleHere("a one-node cluster needs root: run it with sudo, or try --provider kind")


def _installed(package: str) -> bool:
    return attempt("dpkg-query", "--show", "--showformat=${db:Status-Status}", package).stdout == "installed"


def _found(program: str) -> bool:
    return Path(program).exists() if program.startswith("/") else shutil.which(program) is not None
