# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""A cluster that somebody else made: used as it is, and left as it is."""

from __future__ import annotations

import os
from pathlib import Path

from clusters.errors import NotPossibleHere, WrongUsage
from clusters.programs import Programs
from clusters.run import attempt, last_word


class Existing:
    """Reaches the cluster of a kubeconfig. Whatever would change its machines is refused."""

    def __init__(self, kubeconfig: Path | None, programs: Programs):
        self.kubeconfig = kubeconfig
        self.programs = programs

    def up(self) -> Path:
        file = self._file()
        self.programs.fetch(("kubectl",))
        said = self._readyz()
        if said is not None:
            raise NotPossibleHere(f"the cluster of {file} does not answer: {said}")
        return file

    def down(self) -> None:
        """Nothing of it is ours."""

    def load(self, tar: Path) -> list[str]:
        raise self._refused(f"load {tar}", "push the image to a registry that the cluster pulls from")

    def status(self) -> dict:
        said = self._readyz()
        processes = [{"name": "kube-apiserver", "running": said is None}]
        return {
            "provider": "kubeconfig",
            "kubeconfig": str(self._file()),
            "running": said is None,
            "processes": processes,
        }

    def restart_node(self) -> None:
        raise self._refused("restart-node")

    def stop_apiserver(self) -> None:
        raise self._refused("stop-apiserver")

    def start_apiserver(self) -> None:
        raise self._refused("start-apiserver")

    def enter(self, command: list[str]) -> list[str]:
        raise self._refused(f"enter -- {' '.join(command)}")

    def _file(self) -> Path:
        named = self.kubeconfig or os.environ.get("KUBECONFIG")
        if not named:
            raise WrongUsage("--provider kubeconfig needs --kubeconfig FILE, or KUBECONFIG in the environment")
        file = Path(named).expanduser().absolute()
        if not file.is_file():
            raise NotPossibleHere(f"there is no {file}")
        return file

    def _readyz(self) -> str | None:
        """Why the API server is not ready; None if it is."""
        file = self._file()
        ran = attempt(
            str(self.programs["kubectl"]), f"--kubeconfig={file}", "--request-timeout=10s", "get", "--raw=/readyz"
        )
        return None if ran.returncode == 0 else last_word(ran)

    def _refused(self, verb: str, instead: str = "use --provider one-node or kind") -> NotPossibleHere:
        return NotPossibleHere(f"{verb}: the machines of an existing cluster are not ours: {instead}")
