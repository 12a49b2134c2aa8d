# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What the tests share: a scratch directory, programs that tell a version, and a release server on loopback."""

from __future__ import annotations

import io
import os
import signal
import sys
import tarfile
import tempfile
import threading
import unittest
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOOLS))

from parts.lockfile import LockFile, Part, read  # noqa: E402
from parts.progress import Progress  # noqa: E402

QUIET = Progress(quiet=True)
LOCK_HEAD = """
[part tool]
directory = tool/1.2.3
probe = --version
accepts = 1.2.
wanted = tool 1.2.x
"""


class ScratchTest(unittest.TestCase):
    """A test with a directory of its own, and an environment that is put back."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name).resolve()
        before = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(before)))
        os.environ.pop("KUBEBUILDER_ASSETS", None)

    def lock_file(self, sources: str = "") -> Path:
        path = self.scratch / "parts.lock"
        path.write_text(LOCK_HEAD + sources, encoding="utf-8")
        return path

    def lock(self, sources: str = "") -> LockFile:
        return read(self.lock_file(sources))

    def tool(self) -> Part:
        return self.lock().part("tool")

    def work(self) -> Path:
        work = self.scratch / "work-of-one-source"
        work.mkdir(exist_ok=True)
        return work


def program(version: str = "1.2.3", padding: int = 0) -> bytes:
    """A program that tells this version, made as long as you like."""
    return f"#!/bin/sh\necho tool version {version}\nexit 0\n".encode() + b"#" * padding


def install(directory: Path, version: str, name: str = "tool") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / name
    file.write_bytes(program(version))
    file.chmod(0o755)
    return file


def wheel(directory: Path, content: bytes) -> Path:
    """A wheel that real pip accepts, with the program at tool/bin/tool."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "portcullis_test_tool-1.2.3-py3-none-any.whl"
    info = "portcullis_test_tool-1.2.3.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tool/bin/tool", content)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: portcullis-test-tool\nVersion: 1.2.3\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return file


def archive(members: dict[str, bytes]) -> bytes:
    """A .tar.gz of these files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


class ReleaseServer:
    """Serves one file with ranges, and can break off: `limits` holds how many bytes each next answer may carry."""

    def __init__(self, test: unittest.TestCase, content: bytes):
        self.content = content
        self.limits: list[int] = []
        self.ranges: list[str | None] = []
        self.hang = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._answer(self)

            def log_message(self, *_arguments) -> None:
                """Keeps the test's output clean."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}/tool"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        start = int(asked[len("bytes=") : -1]) if asked else 0
        rest = self.content[start:]
        if not rest:
            request.send_error(416)
            return
        request.send_response(206 if asked else 200)
        request.send_header("Content-Length", str(len(rest)))
        request.end_headers()
        request.wfile.write(rest[: self.limits.pop(0)] if self.limits else rest)
        request.wfile.flush()
        if self.hang.is_set():
            threading.Event().wait(20)  # the client is expected to leave long before


def interruptible() -> None:
    """To run in a child before its program: a shell has its background jobs ignore SIGINT, which children inherit."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
