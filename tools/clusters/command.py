# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The command: a verb in, a cluster up or down, one clear line when something is missing."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from clusters import images, needs
from clusters.errors import ClusterError
from clusters.layout import DEFAULT_ROOT, Layout
from clusters.onenode import PARTS, OneNode
from clusters.status import Status
from clusters.steps import Steps
from parts.cache import Cache
from parts.command import default_cache, this_platform
from parts.errors import FetchError
from parts.fetcher import Fetcher
from parts.lockfile import PARTS_LOCK, read
from parts.progress import Progress

EPILOG = """\
examples:
  sudo tools/cluster prepare              installs the Debian packages that are missing
  eval "$(sudo tools/cluster up)"         makes the cluster, and sets KUBECONFIG
  tools/cluster load images/target/*.tar  imports images; pods use them with imagePullPolicy Never or IfNotPresent
  tools/cluster status
  tools/cluster enter -- iptables-save    runs a command inside the node
  tools/cluster restart-node              cuts the node's power, so to speak, and lets it start again
  tools/cluster stop-apiserver; tools/cluster start-apiserver
  tools/cluster down                      takes everything away again

It changes this machine only when asked to, and all of it can be taken back: files below --dir, the bridge portcullis0 with
10.213.0.0/16, control groups named portcullis-cluster, and the kernel settings that every kubelet changes.

exit codes: 0 done (status: all runs), 1 something failed or does not run, 2 wrong usage, 3 this machine lacks something,
130 interrupted
"""
LOCK = "\0portcullis-cluster"
LOCK_SECONDS = 1800


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _parser().parse_args(arguments)
    try:
        return VERBS[options.verb](options)
    except (ClusterError, FetchError) as error:
        print(f"cluster: error: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("\ncluster: interrupted: run it again and it goes on, or tools/cluster down", file=sys.stderr)
        return 130


def _up(options: argparse.Namespace) -> int:
    started = time.monotonic()
    with _alone():
        cluster = OneNode(_layout(options), _programs(options, fetch=True), Steps(options.quiet))
        cluster.up()
    seconds = round(time.monotonic() - started, 1)
    cluster.steps.note(f"up after {seconds} s")
    if options.json:
        programs = {name: str(path) for name, path in cluster.programs.items()}
        facts = {"kubeconfig": str(cluster.layout.kubeconfig), "programs": programs}
        print(json.dumps({**facts, "steps": cluster.steps.seconds, "seconds": seconds}, indent=2))
    else:
        print(f"export KUBECONFIG={shlex.quote(str(cluster.layout.kubeconfig))}")
    return 0


def _down(options: argparse.Namespace) -> int:
    layout = _layout(options)
    with _alone():
        if layout.marker.exists():
            _cluster(options).down()
        else:
            Steps(options.quiet).note(f"no cluster in {layout.root}")
    return 0


def _load(options: argparse.Namespace) -> int:
    cluster = _cluster(options)
    for tar in options.tars:
        with cluster.steps.step(f"loading {tar}"):
            names = images.load(cluster.layout, tar.absolute())
        for name in names:
            print(name)
    return 0


def _status(options: argparse.Namespace) -> int:
    status = Status(_layout(options))
    print(json.dumps(status.facts(), indent=2) if options.json else status.text())
    return 0 if status.all_runs() else 1


def _restart_node(options: argparse.Namespace) -> int:
    with _alone():
        _cluster(options, run=True).restart_node()
    return 0


def _stop_apiserver(options: argparse.Namespace) -> int:
    with _alone():
        cluster = _cluster(options)
        with cluster.steps.step("kube-apiserver stops"):
            cluster.control.stop("kube-apiserver")
    return 0


def _start_apiserver(options: argparse.Namespace) -> int:
    with _alone():
        cluster = _cluster(options, run=True)
        with cluster.steps.step("kube-apiserver starts"):
            cluster.control.start("kube-apiserver")
    return 0


def _enter(options: argparse.Namespace) -> int:
    command = [*_cluster(options).node.enter(), *options.command]
    os.execvp(command[0], command)


def _prepare(options: argparse.Namespace) -> int:
    needs.prepare(Steps(options.quiet).note)
    return 0


VERBS = {
    "up": _up,
    "down": _down,
    "load": _load,
    "status": _status,
    "restart-node": _restart_node,
    "stop-apiserver": _stop_apiserver,
    "start-apiserver": _start_apiserver,
    "enter": _enter,
    "prepare": _prepare,
}


def _layout(options: argparse.Namespace) -> Layout:
    return Layout(options.dir.expanduser().absolute())


def _cluster(options: argparse.Namespace, run: bool = False) -> OneNode:
    """The cluster that is there; to run something of it, its programs must be in the cache."""
    needs.check()
    layout = _layout(options)
    if not layout.marker.exists():
        raise ClusterError(f"there is no cluster in {layout.root}: make one with tools/cluster up")
    return OneNode(layout, _programs(options, fetch=False) if run else {}, Steps(options.quiet))


def _programs(options: argparse.Namespace, fetch: bool) -> dict[str, Path]:
    """Where the parts are. They are fetched only on the way up."""
    needs.check()
    cache = Cache(default_cache().expanduser().absolute(), this_platform())
    lock = read(PARTS_LOCK)
    fetcher = Fetcher(lock, cache, Progress(options.quiet))
    programs = {}
    for name in PARTS:
        outcome = fetcher.fetch(lock.part(name)) if fetch else fetcher.cached(lock.part(name))
        if outcome is None:
            raise FetchError(f"{name} is not in {cache.root}: get it with tools/fetch {name}")
        programs[name] = outcome.path
    cache.tidy_go()
    return programs


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Lets one command at a time change the cluster. The kernel frees the name when its holder ends, however it ends."""
    with socket.socket(socket.AF_UNIX) as held:
        deadline = time.monotonic() + LOCK_SECONDS
        waiting = False
        while True:
            try:
                held.bind(LOCK)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise ClusterError("another tools/cluster has been at work for half an hour: see what it does") from None
            if not waiting:
                print("cluster: waiting for another tools/cluster to finish", file=sys.stderr)
                waiting = True
            time.sleep(0.2)
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tools/cluster",
        description="A Kubernetes cluster of one node on this machine, without a container engine and without a registry.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--dir", type=Path, default=DEFAULT_ROOT, help="where all its files are; default %(default)s")
    common.add_argument("--quiet", action="store_true", help="errors only")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=text, parents=[common])

    verb("prepare", "install the Debian packages that are missing").set_defaults()
    up = verb("up", "make the cluster, or what of it is missing; prints the export of KUBECONFIG")
    up.add_argument("--json", action="store_true", help="tell the kubeconfig, the programs and the seconds as JSON")
    verb("down", "end every process and take away everything")
    load = verb("load", "import image tars into containerd")
    load.add_argument("tars", metavar="IMAGE.tar", nargs="+", type=Path)
    status = verb("status", "tell what runs")
    status.add_argument("--json", action="store_true", help="tell it as JSON")
    verb("restart-node", "end the node with all its pods at once, and start it again")
    verb("stop-apiserver", "end the API server, to see what goes on without it")
    verb("start-apiserver", "start it again")
    enter = verb("enter", "run a command inside the node: enter -- COMMAND…")
    enter.add_argument("command", nargs="+")
    return parser
