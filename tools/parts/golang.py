# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Builds a program with Go from modules whose checksums are committed in go.sum."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from parts.lockfile import Part, Source
from parts.progress import Progress
from parts.sources import Fetched, SourceFailed

NEEDED_BYTES = 5_500_000_000


def fetch(source: Source, part: Part, work: Path, shared: Path, progress: Progress) -> Fetched:
    """The program, built. Modules and compiled packages are kept in `shared`: for the next build, or to go on with."""
    module = source.root / source["module"]
    build = _Build(module, source["package"], work, shared, _go(part, module))
    free = shutil.disk_usage(work).free
    if free < NEEDED_BYTES:
        raise SourceFailed(
            f"building {part.name} needs {NEEDED_BYTES / 1e9:.1f} GB of disk for a while,"
            f" and {work} has {free / 1e9:.1f} GB: free some, or choose another place with --dir"
        )
    with progress.task(f"{part.name}: downloading Go modules", lambda: f"{build.modules} modules"):
        packages = build.packages()
    with progress.task(
        f"{part.name}: compiling with Go, which takes minutes", lambda: f"{build.compiled} of {packages} packages"
    ):
        program = build.run(part.name, source["ldflags"])
    return Fetched(program, build.transferred())


class _Build:
    """One run of the go command, all of whose caches are below the work directories."""

    def __init__(self, module: Path, package: str, work: Path, shared: Path, go: Path):
        self.module = module
        self.package = package
        self.work = work
        self.go = go
        self.modules = 0
        self.compiled = 0
        (work / "tmp").mkdir(parents=True, exist_ok=True)
        # Caches that the user chose in the environment are used; all else is ours, and is removed afterwards.
        caches = {"GOMODCACHE": str(shared / "modules"), "GOCACHE": str(shared / "cache")}
        self.environment = {
            **caches,
            **os.environ,
            "GOTMPDIR": str(work / "tmp"),
            "GOFLAGS": "-mod=readonly -modcacherw",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "CGO_ENABLED": "0",
        }
        self.downloads = shared / "modules" / "cache" / "download"
        self.before = self._downloaded()

    def packages(self) -> int:
        """Downloads the modules that the build needs, and counts the packages in it."""
        return len(self._go("list", "-deps", self.package))

    def run(self, name: str, ldflags: str) -> Path:
        program = self.work / name
        self._go("build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", str(program), self.package)
        return program

    def transferred(self) -> int:
        """The bytes of all module archives that this build downloaded, if it was into the directory of our own."""
        return self._downloaded() - self.before

    def _downloaded(self) -> int:
        return sum(file.stat().st_size for file in self.downloads.rglob("*") if file.is_file())

    def _go(self, *arguments: str) -> list[str]:
        """Runs go, counting what it says on standard error; returns the lines of its standard output."""
        log = self.work / "go.log"
        output = self.work / "go.out"
        with open(log, "w", encoding="utf-8") as said, open(output, "w", encoding="utf-8") as out:
            command = [self.go, *arguments]
            with subprocess.Popen(
                command,
                cwd=self.module,
                env=self.environment,
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=_interruptible,
            ) as running:
                try:
                    for line in running.stderr or []:
                        said.write(line)
                        if line.startswith("go: downloading"):
                            self.modules += 1
                        elif ":" not in line:
                            self.compiled += 1
                except BaseException:
                    running.send_signal(signal.SIGINT)  # go stops its compilers; a harder signal would orphan them
                    raise
        if running.returncode != 0:
            last = (log.read_text(encoding="utf-8").strip().splitlines() or ["nothing"])[-1]
            raise SourceFailed(f"go {arguments[0]} {self.package} failed: {last}; all it said is in {log}")
        return output.read_text(encoding="utf-8").splitlines()


def _interruptible() -> None:
    """A shell has its background jobs ignore SIGINT, which go would inherit, and could then not be stopped."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _go(part: Part, module: Path) -> Path:
    """The first go that is new enough for the module; none is ever downloaded."""
    needed = re.search(r"^go (\S+)$", (module / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    assert needed is not None, "every go.mod has a go line"
    seen = []
    for go in _installed():
        version = subprocess.run(
            [go, "env", "GOVERSION"],
            env={**os.environ, "GOTOOLCHAIN": "local"},
            capture_output=True,
            check=False,
            text=True,
        ).stdout.strip()
        if _numbers(version) >= _numbers(needed.group(1)):
            return go
        seen.append(f"{go} is {version or 'broken'}")
    raise SourceFailed(
        f"building {part.name} needs Go {needed.group(1)} or newer ({', '.join(seen) or 'none is installed'}):"
        f" install it from https://go.dev/dl, or put {part.wanted} on PATH"
    )


def _installed() -> Iterator[Path]:
    """PATH first, then where Go's own installer and Debian's backports put it."""
    on_path = shutil.which("go")
    if on_path:
        yield Path(on_path)
    for pattern in ("usr/local/go/bin/go", "usr/lib/go-*/bin/go"):
        yield from sorted(Path("/").glob(pattern), key=lambda go: _numbers(str(go)), reverse=True)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
