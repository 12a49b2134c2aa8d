# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Files of Debian packages, fetched and verified by the machine's own apt, unpacked without installing anything."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

from image.layer import Layer
from parts.errors import FetchError
from parts.progress import Progress

SUITE = "bookworm"
# How old package lists may be before they are fetched again.
FRESH_SECONDS = 12 * 3600
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SOURCES = """deb [signed-by={keyring}] {mirror}/debian {suite} main
deb [signed-by={keyring}] {mirror}/debian {suite}-updates main
deb [signed-by={keyring}] {mirror}/debian-security {suite}-security main
"""
# What a program does not read. Copyright files stay: their licences ask for it.
_UNREAD = re.compile(r"usr/share/(man|info|locale|lintian|bug|bash-completion|doc/(?!.*/copyright$))|usr/lib/.*/(gconv|audit)/")
# Debian merged these into /usr; its packages of this release still name the old places.
_MERGED = ("bin", "sbin", "lib", "lib64")


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    control: str
    archive: Path


class Debian:
    """One release of Debian, in an apt of our own below `work`: nothing of the machine's is changed, nor is root needed."""

    def __init__(self, work: Path, architecture: str, progress: Progress):
        self.work = work
        self.architecture = architecture
        self.progress = progress
        self.mirror = os.environ.get("PORTCULLIS_DEBIAN_MIRROR", "http://deb.debian.org").rstrip("/")
        if not KEYRING.is_file():
            raise FetchError(f"{KEYRING} is missing: apt-get install debian-archive-keyring")

    def packages(self, names: list[str]) -> list[Package]:
        """The newest version of each, with security updates."""
        self._update()
        into = self.work / "debs"
        into.mkdir(parents=True, exist_ok=True)
        versions = self._candidates(names)
        wanted = {name: into / f"{name}_{versions[name].replace(':', '%3a')}_{self.architecture}.deb" for name in names}
        lacking = [name for name, file in wanted.items() if not file.is_file() and not _any_arch(file).is_file()]
        if lacking:
            with self.progress.task(f"Debian: {len(lacking)} packages"):
                self._apt("apt-get", "download", *[f"{name}={versions[name]}" for name in lacking], cwd=into)
        return [opened(name, file if file.is_file() else _any_arch(file)) for name, file in wanted.items()]

    def _update(self) -> None:
        lists = self.work / "lists"
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        (self.work / "status").touch()
        sources = SOURCES.format(keyring=KEYRING, mirror=self.mirror, suite=SUITE)
        listed = self.work / "sources.list"
        updated = self.work / "updated"
        if updated.is_file() and listed.is_file() and listed.read_text(encoding="utf-8") == sources:
            if 0 <= time.time() - updated.stat().st_mtime < FRESH_SECONDS:
                return
        updated.unlink(missing_ok=True)
        listed.write_text(sources, encoding="utf-8")
        with self.progress.task(f"Debian: package lists of {SUITE}"):
            self._apt("apt-get", "update", "--error-on=any")
        updated.touch()

    def _candidates(self, names: list[str]) -> dict[str, str]:
        said = self._apt("apt-cache", "policy", *names)
        found = dict(re.findall(r"^(\S+):\n  Installed: .*\n  Candidate: (\S+)", said, re.MULTILINE))
        unknown = [name for name in names if found.get(name, "(none)") == "(none)"]
        if unknown:
            raise FetchError(f"Debian {SUITE} has no package {', '.join(unknown)}")
        return found

    def _apt(self, *command: str, cwd: Path | None = None) -> str:
        options = {
            "Dir::Etc::sourcelist": self.work / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::preferences": "-",
            "Dir::Etc::preferencesparts": "-",
            "Dir::State::lists": self.work / "lists",
            "Dir::State::status": self.work / "status",
            "Dir::Cache": self.work,
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        flags = [flag for name, value in options.items() for flag in ("-o", f"{name}={value}")]
        try:
            ran = subprocess.run(
                [command[0], "-q", *flags, *command[1:]],
                cwd=cwd,
                env={**os.environ, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                text=True,
            )
        except FileNotFoundError as error:
            raise FetchError(f"{command[0]} is missing: images are made of Debian packages, on Debian or Ubuntu") from error
        if ran.returncode != 0:
            said = [line for line in ran.stderr.splitlines() if line.startswith("E:")] or ["it failed"]
            raise FetchError(f"{' '.join(command[:2])}: {said[0]}")
        return ran.stdout


def files(packages: list[Package]) -> Layer:
    """What the packages hold, less what no program reads; with what scanners read to tell which packages they are."""
    layer = Layer()
    for directory in _MERGED:
        layer.link(directory, f"usr/{directory}")
    for package in packages:
        with tarfile.open(fileobj=io.BytesIO(_dpkg_deb("--fsys-tarfile", package.archive))) as tar:
            for member in tar:
                _add(layer, tar, member)
        layer.file(f"var/lib/dpkg/status.d/{package.name}", package.control.encode())
    return layer


def _add(layer: Layer, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    path = _merged(os.path.normpath(member.name).lstrip("/"))
    if _UNREAD.match(path) or member.isdir():
        return
    if member.issym():
        layer.link(path, member.linkname)
    elif member.islnk():
        layer.entries[path] = layer.entries[_merged(os.path.normpath(member.linkname))]
    else:
        layer.file(path, tar.extractfile(member).read(), bool(member.mode & 0o100))


def _merged(path: str) -> str:
    return f"usr/{path}" if path.split("/", 1)[0] in _MERGED else path


def opened(name: str, archive: Path) -> Package:
    """A package file and what its control section says."""
    control = _dpkg_deb("--field", archive).decode()
    return Package(name, re.search(r"^Version: (.*)$", control, re.MULTILINE).group(1), control, archive)


def _any_arch(file: Path) -> Path:
    return file.with_name(f"{file.name.rsplit('_', 1)[0]}_all.deb")


def _dpkg_deb(action: str, archive: Path) -> bytes:
    ran = subprocess.run(["dpkg-deb", action, str(archive)], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ran.returncode != 0:
        raise FetchError(f"dpkg-deb {action} {archive}: {ran.stderr.decode(errors='replace').strip()}")
    return ran.stdout
