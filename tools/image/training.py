# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The training run: both programs serve the quickstart from their own images, and leave what an AOT cache is made of.

The quickstart starts an API server, applies policies and sends requests through Envoy, so the operator reconciles and
serves, and the decision service decides real checks, in the files, at the paths and with the flags of the images.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from image.archive import ImageArchive
from image.jdk import HOME, Jdk
from image.layer import Layer, PackedLayer
from parts.errors import FetchError
from parts.progress import Progress

CACHE = "app/aot/portcullis.aot"
# How long a program may take to write down what it learned, on a slow machine.
PATIENCE_SECONDS = 180
_CACHE_FLAG = f"-XX:AOTCache=/{CACHE}"


@dataclass(frozen=True)
class Trainee:
    """
    One program, laid out below `root` as its image has it.

    module: the Maven module that it is
    """

    module: str
    root: Path
    entrypoint: list[str]

    @staticmethod
    def of(module: str, image: ImageArchive, root: Path) -> Trainee:
        image.unpack(root)
        return Trainee(module, root, image.config["config"]["Entrypoint"])

    def recording(self) -> list[str]:
        return self.command(["-XX:AOTMode=record", "-Xlog:aot=error", f"-XX:AOTConfiguration={self._configuration()}"])

    def assembling(self) -> list[str]:
        return self.command(["-XX:AOTMode=create", "-Xlog:aot=error", f"-XX:AOTConfiguration={self._configuration()}", f"-XX:AOTCache={self.cache()}"])

    def cache(self) -> Path:
        return self.root.with_name(f"{self.root.name}.aot")

    def forget(self) -> None:
        """Removes what an earlier run learned, so that it cannot pass for this one's."""
        self._configuration().unlink(missing_ok=True)

    def _configuration(self) -> Path:
        return self.root.with_name(f"{self.root.name}.aotconf")

    def command(self, flags: list[str]) -> list[str]:
        """
        The image's own command line, below our root, with these flags in the place of the one that names the cache.

        The JVM accepts a cache whose paths differ by a common prefix.
        """
        if _CACHE_FLAG not in self.entrypoint:
            raise FetchError(f"the image of {self.module} starts without {_CACHE_FLAG}: {self.entrypoint}")
        command = []
        for argument in self.entrypoint:
            if argument == _CACHE_FLAG:
                command += flags
            elif argument.startswith("@/"):
                paths = (self.root / argument[2:]).read_text(encoding="utf-8").strip().split(":")
                command.append(":".join(f"{self.root}{path}" for path in paths))
            elif argument.startswith("-Djava.library.path="):
                command.append(argument.replace("=/", f"={self.root}/"))
            else:
                command.append(argument)
        return [str(self.root / HOME / "bin/java"), *command[1:]]


def train(home: Path, jdk: Jdk, trainees: list[Trainee], work: Path, progress: Progress) -> dict[str, PackedLayer]:
    """Runs the quickstart with the trainees in it; returns the layer with the AOT cache of each, by module."""
    command = [str(jdk.home / "bin/java"), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Dportcullis.home={home}"]
    command.append(f"-Dportcullis.grace.seconds={PATIENCE_SECONDS}")
    for trainee in trainees:
        trainee.forget()
        file = work / f"{trainee.module}.command"
        file.write_text("\n".join(trainee.recording()) + "\n", encoding="utf-8")
        command.append(f"-Dportcullis.command.{trainee.module}={file}")
    classes = f"{home}/cli/target/portcullis-cli.jar:{home}/cli/target/lib/*"
    quickstart = [*command, "-cp", classes, "dev.portcullis.cli.Main", "quickstart", "--once"]
    # 1: an answer was not the expected one. On a slow machine some come too late, and nothing is learned the worse for it.
    _run(quickstart, "training run: the quickstart", progress, {0, 1})
    layers = {}
    for trainee in trainees:
        _run(trainee.assembling(), f"AOT cache of {trainee.module}", progress, {0})
        layer = Layer()
        layer.file(CACHE, trainee.cache().read_bytes())
        layers[trainee.module] = layer.packed()
    return layers


def _run(command: list[str], what: str, progress: Progress, accepted: set[int]) -> None:
    with progress.task(what):
        ran = subprocess.run(
            command,
            env={name: value for name, value in os.environ.items() if name != "JAVA_TOOL_OPTIONS"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
            errors="replace",
        )
    if ran.returncode not in accepted:
        raise FetchError(f"{what}: exit code {ran.returncode}:\n{ran.stdout[-4000:]}")
