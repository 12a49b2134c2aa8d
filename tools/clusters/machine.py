# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What the cluster changes on the machine itself, and how it is put back: a bridge, control groups, kernel settings."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import time
from pathlib import Path

from clusters.errors import ClusterError, NotPossibleHere
from clusters.layout import BLOCK, BRIDGE, CGROUP, HOST_ADDRESS, LINK_PREFIX, NODE_ADDRESS, PODS, SERVICES, VETH, Layout
from clusters.processes import Process
from clusters.run import attempt, must

CGROUP_ROOT = Path("/sys/fs/cgroup")
NODE_DEVICE = "eth0"
FORMAT = "portcullis-cluster 1"
HIDDEN = tuple(map(Path, ("/dev", "/proc", "/run", "/sys", "/var/log")))
LONGEST_ROOT = 80
# What a kubelet wants of control groups, version 2.
CONTROLLERS = {"cpu", "cpuset", "hugetlb", "io", "memory", "pids"}
# Settings of the whole machine that a kubelet changes.
SETTINGS = (
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
)


class Machine:
    """The machine around the node."""

    def __init__(self, layout: Layout, settings: Path = Path("/proc/sys")):
        self.layout = layout
        self.settings = settings

    # The directory, and what to put back.

    def remember(self) -> None:
        """Takes the directory for the cluster, and notes the settings that the cluster will change."""
        marker = self.layout.marker
        if marker.exists():
            self._remembered()
            return
        root = self.layout.root
        if any(place == root or place in root.parents for place in HIDDEN):
            raise NotPossibleHere(f"the node has its own {', '.join(map(str, HIDDEN))}: choose --dir elsewhere")
        if len(str(root)) > LONGEST_ROOT:
            raise NotPossibleHere(f"{root} is too long for the path of a socket: choose a shorter --dir")
        if root.exists() and any(root.iterdir()):
            raise NotPossibleHere(f"{root} holds files that are not the cluster's: name an empty directory with --dir")
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o700)
        files = {name: self.settings / name for name in SETTINGS}
        settings = {name: file.read_text(encoding="ascii").strip() for name, file in files.items() if file.exists()}
        new = marker.with_suffix(".new")
        facts = {"format": FORMAT, "settings": settings, "controllers": _enabled()}
        new.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        os.replace(new, marker)

    def restore_settings(self) -> None:
        for name, value in self._remembered()["settings"].items():
            file = self.settings / name
            if name in SETTINGS and file.read_text(encoding="ascii").strip() != value:
                file.write_text(value, encoding="ascii")

    def refuse_mounts(self) -> None:
        """Fails if anything is mounted below the directory: whoever removes it would remove that too."""
        for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
            point = line.split()[4]
            if Path(point) == self.layout.root or self.layout.root in Path(point).parents:
                raise ClusterError(f"{point} is mounted: unmount it, and run it again")

    def _remembered(self) -> dict:
        try:
            facts = json.loads(self.layout.marker.read_text(encoding="utf-8"))
            if facts["format"] == FORMAT:
                return facts
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotPossibleHere(
                f"{self.layout.marker} cannot be read ({error}): is {self.layout.root} a cluster's?"
            ) from error
        raise NotPossibleHere(
            f"{self.layout.root} was made by another release: take the cluster down with that release"
        )

    # The link to the node. The machine's end carries the API server's address, and so outlives the node.

    def make_bridge(self) -> None:
        if _device(BRIDGE):
            if self._bridge_owner() == str(self.layout.root):
                return
            self.remove_bridge()  # half made
        _refuse_if_used()
        must("ip", "link", "add", BRIDGE, "type", "bridge")
        must("ip", "address", "add", f"{HOST_ADDRESS}/{LINK_PREFIX}", "dev", BRIDGE)
        must("ip", "link", "set", BRIDGE, "up")
        for network in (SERVICES, PODS):
            must("ip", "route", "add", network, "via", NODE_ADDRESS, "dev", BRIDGE)
        # At last, so that a bridge of somebody's is a whole one.
        must("ip", "link", "set", BRIDGE, "alias", str(self.layout.root))

    def link(self, node: Process) -> None:
        """Joins the bridge to the network namespace of the node's first process."""
        self.unlink()
        must("ip", "link", "add", VETH, "type", "veth", "peer", "name", NODE_DEVICE, "netns", str(node.pid))
        must("ip", "link", "set", VETH, "master", BRIDGE, "up")

    def linked(self) -> bool:
        return _device(VETH)

    def unlink(self) -> None:
        if _device(VETH):
            # It goes with the node's namespace, maybe just now.
            attempt("ip", "link", "delete", VETH)
            if _device(VETH):
                raise ClusterError(f"the network device {VETH} cannot be removed")

    def remove_bridge(self) -> None:
        if _device(BRIDGE):
            must("ip", "link", "delete", BRIDGE)

    def other(self) -> str | None:
        """The directory of another cluster that this machine has."""
        owner = self._bridge_owner() if _device(BRIDGE) else ""
        return owner if owner not in ("", str(self.layout.root)) else None

    def _bridge_owner(self) -> str:
        return Path("/sys/class/net", BRIDGE, "ifalias").read_text(encoding="utf-8").strip()

    # Control groups: one for the node's own processes, and one, made by the kubelet, for its pods.

    def make_cgroups(self) -> None:
        for controller in CONTROLLERS & set(_words("cgroup.controllers")) - set(_enabled()):
            (CGROUP_ROOT / "cgroup.subtree_control").write_text(f"+{controller}", encoding="ascii")
        for hierarchy in _hierarchies():
            for group in (hierarchy / CGROUP, hierarchy / CGROUP / "system"):
                group.mkdir(exist_ok=True)
                for name in ("cpuset.cpus", "cpuset.mems"):
                    # In version 1 a new group may use no processor before it is told which.
                    file = group / name
                    if file.exists() and not (hierarchy / "cgroup.controllers").exists():
                        file.write_text((group.parent / name).read_text(encoding="ascii"), encoding="ascii")

    def remove_cgroups(self) -> None:
        for hierarchy in _hierarchies():
            for directory, _, _ in os.walk(hierarchy / CGROUP, topdown=False):
                _remove_cgroup(Path(directory))
        for controller in set(_enabled()) - set(self._remembered()["controllers"]):
            with contextlib.suppress(OSError):  # somebody else has come to need it
                (CGROUP_ROOT / "cgroup.subtree_control").write_text(f"-{controller}", encoding="ascii")

    def processes(self) -> set[int]:
        """All processes in the cluster's control groups."""
        found: set[int] = set()
        for hierarchy in _hierarchies():
            for procs in (hierarchy / CGROUP).rglob("cgroup.procs"):
                with contextlib.suppress(OSError):  # a group that ends while we look has none
                    found.update(int(pid) for pid in procs.read_text(encoding="ascii").split())
        return found


def _refuse_if_used() -> None:
    block = ipaddress.ip_network(BLOCK)
    for route in json.loads(must("ip", "-json", "-4", "route", "show")):
        if route["dst"] != "default" and ipaddress.ip_network(route["dst"], strict=False).overlaps(block):
            raise NotPossibleHere(f"this machine has a route to {route['dst']}, which the cluster needs for itself")


def _enabled() -> list[str]:
    """The controllers that groups of version 2 may use; none in version 1, where each has its own hierarchy."""
    return _words("cgroup.subtree_control")


def _words(name: str) -> list[str]:
    file = CGROUP_ROOT / name
    return file.read_text(encoding="ascii").split() if file.exists() else []


def _device(name: str) -> bool:
    return Path("/sys/class/net", name).exists()


def _hierarchies() -> list[Path]:
    """The one of version 2, or each of version 1; of a machine with both also the unified one, which runc uses."""
    if (CGROUP_ROOT / "cgroup.controllers").exists():
        return [CGROUP_ROOT]
    return sorted(path for path in CGROUP_ROOT.iterdir() if (path / "cgroup.procs").exists() and not path.is_symlink())


def _remove_cgroup(group: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            group.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError as error:
            # The kernel lets go of a group a little after its last process.
            if time.monotonic() > deadline:
                raise ClusterError(f"the control group {group} cannot be removed: {error.strerror}") from error
            time.sleep(0.1)
