# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""An image in one tar file, in the layout that docker save writes and that docker load, ctr import and jib read."""

from __future__ import annotations

import copy
import gzip
import io
import json
import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from image.layer import FIXED_TIME, PackedLayer, sha256


@dataclass(frozen=True)
class ImageArchive:
    """An image: its configuration as the OCI image specification has it, its layers from the bottom up, and its tag."""

    tag: str
    config: dict
    layers: list[PackedLayer]

    @staticmethod
    def of(tag: str, architecture: str, settings: dict, layers: list[PackedLayer], created: str) -> ImageArchive:
        """
        A new image.

        settings: User, Entrypoint, Env and so on, as in the image specification's "config"
        created: RFC 3339; fixed, so that equal inputs give equal images
        """
        config = {"architecture": architecture, "os": "linux", "created": created, "config": settings}
        return ImageArchive(tag, config, []).with_layers(layers, created, "portcullis")

    @staticmethod
    def read(file: Path) -> ImageArchive:
        with tarfile.open(file) as tar:
            (manifest,) = json.loads(_member(tar, "manifest.json"))
            config = json.loads(_member(tar, manifest["Config"]))
            diff_ids = [diff_id.removeprefix("sha256:") for diff_id in config["rootfs"]["diff_ids"]]
            layers = [
                PackedLayer(data, sha256(data), diff_id)
                for data, diff_id in zip((_member(tar, name) for name in manifest["Layers"]), diff_ids)
            ]
        return ImageArchive(manifest["RepoTags"][0], config, layers)

    def with_layers(self, layers: list[PackedLayer], created: str, by: str) -> ImageArchive:
        """The same image with layers on top."""
        config = copy.deepcopy(self.config)
        rootfs = config.setdefault("rootfs", {"type": "layers", "diff_ids": []})
        rootfs["diff_ids"] += [f"sha256:{layer.diff_id}" for layer in layers]
        config.setdefault("history", []).extend({"created": created, "created_by": by} for _ in layers)
        return ImageArchive(self.tag, config, self.layers + layers)

    def write(self, file: Path) -> None:
        """Writes the tar file; it stands whole or not at all."""
        config = json.dumps(self.config, sort_keys=True).encode()
        config_name = f"{sha256(config)}.json"
        names = [f"{layer.digest}.tar.gz" for layer in self.layers]
        manifest = [{"Config": config_name, "RepoTags": [self.tag], "Layers": names}]
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".new")
        with tarfile.open(unfinished, "w", format=tarfile.GNU_FORMAT) as tar:
            _append(tar, config_name, config)
            # An image may hold one layer twice, an archive must not.
            for name, layer in dict(zip(names, self.layers)).items():
                _append(tar, name, layer.data)
            _append(tar, "manifest.json", json.dumps(manifest).encode())
        os.replace(unfinished, file)

    def unpack(self, root: Path) -> None:
        """Lays its files out below an empty directory, with their times, as a container would see them."""
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        for layer in self.layers:
            with tarfile.open(fileobj=io.BytesIO(gzip.decompress(layer.data))) as tar:
                for member in tar:
                    target = root / member.name
                    if member.isdir():
                        target.mkdir(parents=True, exist_ok=True)
                    elif member.issym():
                        target.unlink(missing_ok=True)
                        target.symlink_to(member.linkname)
                    else:
                        target.unlink(missing_ok=True)
                        target.write_bytes(tar.extractfile(member).read())
                        target.chmod(member.mode)
                        os.utime(target, (member.mtime, member.mtime))

    def facts(self) -> dict:
        """What tells two images apart."""
        return {
            "tag": self.tag,
            "layers": [{"digest": f"sha256:{layer.digest}", "bytes": len(layer.data)} for layer in self.layers],
        }


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    with tar.extractfile(name) as stream:
        return stream.read()


def _append(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(content), FIXED_TIME, 0o644
    tar.addfile(info, io.BytesIO(content))
