# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The command: arguments in, parts in the cache, one clear line when something is missing."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import signal
import sys
from pathlib import Path

from parts.cache import Cache
from parts.errors import FetchError
from parts.fetcher import Fetcher, Outcome
from parts.lockfile import DEFAULT_PURPOSE, PARTS_LOCK, LockFile, read
from parts.progress import Progress

EPILOG = """\
examples:
  tools/fetch                        everything that tests and the quickstart need
  tools/fetch tests cluster          that, and what tools/cluster runs besides; together they build faster
  tools/fetch envoy                  only Envoy
  eval "$(tools/fetch --env)"        ENVOY, ETCD, KUBECTL, KUBE_APISERVER and KUBEBUILDER_ASSETS for this shell
  "$(tools/fetch --where kubectl)" version --client

Each part is looked for in KUBEBUILDER_ASSETS and on PATH (used if its version will do), then downloaded or built as
tools/parts.lock says, checked against the digest there, and kept in ~/.cache/portcullis (or PORTCULLIS_CACHE, or --dir).
Remove that directory to begin anew. Interrupt it when you like: the next run goes on.

exit codes: 0 all there, 1 parts.lock is broken, 2 wrong usage, 3 something is missing on this machine, 130 interrupted
"""


def main(arguments: list[str], lock_file: Path = PARTS_LOCK) -> int:
    """Runs the command; returns its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _parser().parse_args(arguments)
    progress = Progress(options.quiet)
    try:
        lock = read(lock_file)
        fetcher = Fetcher(lock, Cache(options.dir.expanduser().absolute(), this_platform()), progress)
        if options.where:
            print(_where(fetcher, options.where))
            return 0
        outcomes, failures = _fetch_all(fetcher, lock, options.parts)
        if not failures:
            fetcher.cache.tidy_go()
        _print(outcomes, options)
    except FetchError as error:
        outcomes, failures = [], [error]
    except KeyboardInterrupt:
        print("\nfetch: interrupted: run it again and it goes on", file=sys.stderr)
        return 130
    for failure in failures:
        print(f"fetch: error: {failure}", file=sys.stderr)
    return max((failure.code for failure in failures), default=0)


def _fetch_all(fetcher: Fetcher, lock: LockFile, names: list[str]) -> tuple[list[Outcome], list[FetchError]]:
    """Fetches every part that it can, so that one missing thing does not hide the next."""
    outcomes, failures = [], []
    for part in [part for name in names or [DEFAULT_PURPOSE] for part in lock.named(name)]:
        try:
            outcomes.append(fetcher.fetch(part))
        except FetchError as failure:
            failures.append(failure)
    return outcomes, failures


def _where(fetcher: Fetcher, name: str) -> Path:
    outcome = fetcher.cached(fetcher.lock.part(name))
    if outcome is None:
        raise FetchError(f"{name} is not in {fetcher.cache.root}: get it with tools/fetch {name}")
    return outcome.path


def _print(outcomes: list[Outcome], options: argparse.Namespace) -> None:
    if options.json:
        facts = {"parts": [outcome.facts() for outcome in outcomes], "environment": environment(outcomes)}
        print(json.dumps(facts, indent=2))
    elif options.env:
        for name, value in environment(outcomes).items():
            print(f"export {name}={shlex.quote(value)}")
    elif not options.quiet:
        for outcome in outcomes:
            print(outcome.line())


def environment(outcomes: list[Outcome]) -> dict[str, str]:
    """One variable per part, and KUBEBUILDER_ASSETS when the API server's directory is among them."""
    variables = {o.part.name.upper().replace("-", "_"): str(o.path) for o in outcomes}
    assets = [str(o.path.parent) for o in outcomes if o.part.name == "kube-apiserver"]
    return {**variables, **({"KUBEBUILDER_ASSETS": assets[0]} if assets else {})}


def this_platform() -> str:
    machine = platform.machine().lower()
    return f"{platform.system().lower()}-{({'x86_64': 'amd64', 'aarch64': 'arm64'}).get(machine, machine)}"


def default_cache() -> Path:
    return Path(os.environ.get("PORTCULLIS_CACHE") or Path.home() / ".cache" / "portcullis")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tools/fetch",
        description="Fetches the real parts (Envoy, etcd, kubectl, kube-apiserver) once, into a checked cache.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", metavar="PART", nargs="*", help="a part, or all for a purpose: tests (default), cluster")
    parser.add_argument("--dir", type=Path, default=default_cache(), help="the cache; default %(default)s")
    parser.add_argument("--quiet", action="store_true", help="errors only")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="tell the outcome as JSON")
    output.add_argument("--env", action="store_true", help="fetch, then print shell exports")
    output.add_argument("--where", metavar="PART", help="print where a part is; fetch nothing")
    return parser
