# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""A bill of materials (CycloneDX 1.6, JSON) for what did not come through Maven."""

from __future__ import annotations

import json
from dataclasses import dataclass

from image.debian import SUITE, Package


@dataclass(frozen=True)
class Component:
    name: str
    version: str
    purl: str

    @staticmethod
    def debian(package: Package, architecture: str) -> Component:
        purl = f"pkg:deb/debian/{package.name}@{package.version}?arch={architecture}&distro={SUITE}"
        return Component(package.name, package.version, purl)


def document(image: str, version: str, components: list[Component]) -> bytes:
    """The document for one image; equal for equal components, so it carries neither a time nor a serial number."""
    described = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "container", "name": image, "version": version}},
        "components": [
            {"type": "library", "bom-ref": each.purl, "name": each.name, "version": each.version, "purl": each.purl}
            for each in sorted(components, key=lambda each: each.name)
        ],
    }
    return (json.dumps(described, indent=2) + "\n").encode()
