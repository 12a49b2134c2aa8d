# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The command: a cluster, an installation, and every journey, one after the other."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from suite import journeys
from suite.cluster import SYSTEM, Cluster
from suite.provider import NotOurs, ProviderMissing, provider
from suite.shell import HOME, run

EPILOG = """\
examples:
  sudo e2e/cluster/run                            a cluster of one node on this machine, taken down in the end
  sudo e2e/cluster/run --keep --only guide        leaves the cluster up, to look at
  e2e/cluster/run --provider kind                 a cluster in Docker
  KUBECONFIG=… e2e/cluster/run --provider kubeconfig

The one-node cluster changes this machine while it is up (a bridge, control groups, firewall rules of its own) and takes
everything back. With kubeconfig the suite installs into the cluster that it names, and uninstalls.

exit codes: 0 every journey held, 1 one did not, 2 wrong usage, 3 this machine lacks something
"""


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _parser().parse_args(arguments)
    wanted = [journey for journey in journeys.ALL
              if (not options.only or journey.__name__ in options.only) and journey.__name__ not in options.left_out]
    if options.list:
        print("\n".join(journey.__name__ for journey in journeys.ALL))
        return 0
    with tempfile.TemporaryDirectory(prefix="portcullis-e2e-") as directory:
        try:
            return _run(options, wanted, Path(directory))
        except ProviderMissing as error:
            print(f"run: error: {error}", file=sys.stderr)
            return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="e2e/cluster/run", epilog=EPILOG, description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--provider", choices=["one-node", "kind", "kubeconfig"], default="one-node")
    parser.add_argument("--only", action="append", metavar="JOURNEY", choices=[each.__name__ for each in journeys.ALL],
                        help="this journey only; repeatable. The first, install, has to have been run")
    parser.add_argument("--except", action="append", metavar="JOURNEY", dest="left_out", default=[],
                        choices=[each.__name__ for each in journeys.ALL], help="not this journey; repeatable")
    parser.add_argument("--keep", action="store_true", help="leave the cluster up")
    parser.add_argument("--no-images", action="store_true", help="try those that are in images/target")
    parser.add_argument("--list", action="store_true", help="name the journeys and end")
    return parser


def _run(options: argparse.Namespace, wanted: list[Callable[[Cluster], None]], scratch: Path) -> int:
    where = provider(options.provider)
    try:
        kubeconfig = _step("cluster", where.up)
        if not options.no_images:
            _step("images", lambda: run(["tools/images"], seconds=2400))
        _step("load", lambda: where.load(sorted((HOME / "images/target").glob("*.tar"))))
        # It builds itself when its sources are newer, and no journey should wait for that.
        _step("command", lambda: run(["./portcullis", "--version"], seconds=1200))
        cluster = Cluster(kubeconfig, _programs(scratch), _workspace(scratch), where)
        return _journeys(cluster, wanted)
    finally:
        if not options.keep:
            _step("down", where.down)


def _programs(scratch: Path) -> Path:
    """A directory with kubectl, helm and portcullis, as a user has them on PATH."""
    programs = scratch / "bin"
    programs.mkdir()
    for name in ("kubectl", "helm"):
        (programs / name).symlink_to(run(["tools/fetch", "--where", name], seconds=1800).strip())
    (programs / "portcullis").symlink_to(HOME / "portcullis")
    return programs


def _workspace(scratch: Path) -> Path:
    """A directory in which the guide's commands find what they name, and may save files."""
    workspace = scratch / "work"
    workspace.mkdir()
    for name in ("charts", "e2e", "examples", "tools", "portcullis"):
        (workspace / name).symlink_to(HOME / name)
    return workspace


def _step(title: str, work: Callable[[], object]):
    started = time.monotonic()
    print(f"── {title}", flush=True)
    result = work()
    print(f"── {title}: {time.monotonic() - started:.0f} s", flush=True)
    return result


def _journeys(cluster: Cluster, wanted: list[Callable[[Cluster], None]]) -> int:
    failed, left = [], []
    for journey in wanted:
        started = time.monotonic()
        print(f"── {journey.__name__}: {(journey.__doc__ or '').splitlines()[0]}", flush=True)
        try:
            journey(cluster)
            print(f"── {journey.__name__}: held, {time.monotonic() - started:.0f} s", flush=True)
        except NotOurs as error:
            left.append(journey.__name__)
            print(f"── {journey.__name__}: NOT MADE: {error}", flush=True)
        # What nobody thought of is told like what does not hold; the other journeys are made all the same.
        except Exception as error:
            failed.append(journey.__name__)
            print(f"── {journey.__name__}: DID NOT HOLD after {time.monotonic() - started:.0f} s", flush=True)
            print("".join(traceback.format_exception(error)), flush=True)
            print(cluster.trouble(SYSTEM), flush=True)
            if journey is journeys.ALL[0]:
                break
    print(f"\n{len(wanted) - len(failed) - len(left)} of {len(wanted)} journeys held"
          + ("; not " + ", ".join(failed) if failed else "")
          + ("; not made: " + ", ".join(left) if left else ""), flush=True)
    return 1 if failed else 0
