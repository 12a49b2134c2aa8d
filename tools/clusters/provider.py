# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What every kind of cluster can be asked to do, so that one suite of tests runs on all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Provider(Protocol):
    """A cluster, or the place for one. What a provider cannot do it refuses with the reason, and exit code 3."""

    def up(self) -> Path:
        """Makes the cluster, or what of it is missing; returns the kubeconfig that reaches it as its administrator."""

    def down(self) -> None:
        """Takes the cluster away, as far as `up` made it; does nothing if there is none."""

    def load(self, tar: Path) -> list[str]:
        """Gives the images of a tar file to every node; returns their names."""

    def status(self) -> dict:
        """What runs: `running` tells whether all does, `processes` what does not."""

    def restart_node(self) -> None:
        """Cuts the power of the node that carries the pods, so to speak, and returns when it is ready again."""

    def stop_apiserver(self) -> None:
        """Ends the API server, and only that."""

    def start_apiserver(self) -> None:
        """Starts it again, and returns when it answers."""

    def enter(self, command: list[str]) -> list[str]:
        """A command that runs this command inside the node."""
