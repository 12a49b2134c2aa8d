# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Downloads a vendor's release over HTTPS; an interrupted download goes on where it stopped."""

from __future__ import annotations

import shutil
import socket
import tarfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from parts.lockfile import ChecksumMismatch, Part, Source
from parts.progress import Progress, megabytes
from parts.sources import Fetched, SourceFailed

STALL_SECONDS = 15


def fetch(source: Source, part: Part, work: Path, progress: Progress) -> Fetched:
    """The part's program, out of the archive or the file at the source's url."""
    url = source["url"]
    name = url.rsplit("/", 1)[1]
    whole, partial = work / name, work / f"{name}.part"
    transferred = 0
    if not whole.exists():
        with progress.task(f"{part.name}: downloading {name} from {_host(url)}", lambda: _size(partial)):
            transferred = _download(url, partial)
        try:
            source.check(partial)
        except ChecksumMismatch:
            partial.unlink()
            raise
        partial.rename(whole)
    program = work / part.name
    if source.kind == "archive":
        _extract(whole, source["member"].format(part=part.name), program)
    elif program != whole:
        whole.rename(program)
    return Fetched(program, transferred)


def _download(url: str, partial: Path) -> int:
    """Appends what is missing to `partial`; returns the bytes that came over the network."""
    have = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=STALL_SECONDS) as answer:
            resumed = answer.status == 206
            with open(partial, "ab" if resumed else "wb") as file:
                shutil.copyfileobj(answer, file, 1 << 18)
            announced = answer.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        if error.code == 416:  # all of it is here already; the checksum decides
            return 0
        raise SourceFailed(f"{_host(url)} answers {error.code} {error.reason} for {url}") from error
    except (urllib.error.URLError, socket.timeout, ConnectionError) as error:
        raise SourceFailed(f"{_host(url)} is out of reach ({_reason(error)})") from error
    received = partial.stat().st_size - (have if resumed else 0)
    if announced is not None and received != int(announced):
        raise SourceFailed(
            f"{_host(url)} broke off after {megabytes(received)} of {megabytes(int(announced))}; run again to go on"
        )
    return received


def _extract(archive: Path, member: str, program: Path) -> None:
    try:
        with tarfile.open(archive) as tar:
            stream = tar.extractfile(member)
            if stream is None:
                raise KeyError(member)
            with open(program, "wb") as file:
                shutil.copyfileobj(stream, file, 1 << 20)
    except (KeyError, tarfile.TarError) as error:
        raise SourceFailed(f"{archive.name} holds no {member}") from error


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc


def _reason(error: Exception) -> str:
    cause = getattr(error, "reason", error)
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _size(file: Path) -> str:
    return megabytes(file.stat().st_size) if file.exists() else ""
