# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Makes images of single static programs as tar files, and imports image tars into the node's containerd."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

from clusters.errors import ClusterError, WrongUsage
from clusters.layout import Layout
from clusters.run import attempt, last_word

USER = 65532


def build(program: Path, name: str, target: Path) -> Path:
    """Writes an image whose only file is the program, unless it is there; the same program gives the same bytes."""
    if target.exists() and target.stat().st_mtime_ns >= program.stat().st_mtime_ns:
        return target
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        _add(tar, program.name, program.read_bytes(), 0o755)
    content = layer.getvalue()
    config = {
        "architecture": _architecture(),
        "os": "linux",
        "config": {"Entrypoint": [f"/{program.name}"], "User": f"{USER}:{USER}", "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(content).hexdigest()}"]},
        "history": [{"created_by": "tools/cluster"}],
    }
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    new = target.with_suffix(".new")
    with tarfile.open(new, "w") as tar:
        _add(tar, "manifest.json", json.dumps(manifest).encode(), 0o644)
        _add(tar, "config.json", json.dumps(config).encode(), 0o644)
        _add(tar, "layer.tar", content, 0o644)
    os.replace(new, target)
    return target


def load(layout: Layout, tar: Path) -> list[str]:
    """Imports an image tar, as docker save or jib make them, or an OCI layout; returns the names of its images."""
    if not tar.is_file():
        raise WrongUsage(f"{tar} is no file: name the tar of an image")
    ran = containerd(layout, "images", "import", str(tar))
    if ran.returncode != 0:
        raise ClusterError(f"containerd does not import {tar}: {last_word(ran)}")
    # "unpacking docker.io/portcullis/pause:1 (sha256:…)...done"
    return [line.split()[1] for line in ran.stdout.splitlines() if line.startswith("unpacking ")]


def ready(layout: Layout) -> bool:
    """Whether containerd answers."""
    return layout.containerd.exists() and containerd(layout, "version").returncode == 0


def containerd(layout: Layout, *arguments: str) -> subprocess.CompletedProcess[str]:
    return attempt("ctr", "--address", str(layout.containerd), "--namespace", "k8s.io", *arguments)


def _add(tar: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    tar.addfile(entry, io.BytesIO(content))


def _architecture() -> str:
    machine = os.uname().machine
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
