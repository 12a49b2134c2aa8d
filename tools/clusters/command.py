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
from collections.abc import Callable, Iterator
from pathlib import Path

from parts.errors import FetchError

from clusters import needs, status
from clusters.errors import ClusterError
from clusters.existing import Existing
from clusters.kind import Kind
from clusters.layout import DEFAULT_ROOT, Layout
from clusters.onenode import OneNode
from clusters.programs import Programs
from clusters.provider import Provider
from clusters.steps import Steps

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
  tools/cluster up --provider kind        the same verbs for a cluster of kind, or with kubeconfig for any other

It changes this machine only when asked to, and all of it can be taken back: files below --dir, the bridge portcullis0
with 10.213.0.0/16, control groups named portcullis-cluster, and the kernel settings that every kubelet changes.

exit codes: 0 done (status: all runs), 1 something failed or does not run, 2 wrong usage, 3 this machine lacks
something, 130 interrupted
"""
PROVIDER = "one-node: this machine, as root (default); kind: with Docker; kubeconfig: a cluster that exists"
LOCK = "\0portcullis-cluster"
LOCK_SECONDS = 1800


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _parser().parse_args(arguments)
    try:
        return VERBS[options.verb](options, _provider(options))
    except (ClusterError, FetchError) as error:
        print(f"cluster: error: {error}", file=sys.stderr)
        return error.code
    except PermissionError as error:
        print(f"cluster: error: {error.filename}: {error.strerror}: run it as root", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("\ncluster: interrupted: run it again and it goes on, or tools/cluster down", file=sys.stderr)
        return 130


def _provider(options: argparse.Namespace) -> Provider:
    root, steps, programs = options.dir.expanduser().absolute(), Steps(options.quiet), Programs(options.quiet)
    if options.provider == "kind":
        return Kind(root, steps)
    if options.provider == "kubeconfig":
        return Existing(options.kubeconfig, programs)
    return OneNode(Layout(root), programs, steps)


def _up(options: argparse.Namespace, provider: Provider) -> int:
    started = time.monotonic()
    with _alone():
        kubeconfig = provider.up()
    seconds = round(time.monotonic() - started, 1)
    Steps(options.quiet).note(f"up after {seconds} s")
    if options.json:
        print(json.dumps({"provider": options.provider, "kubeconfig": str(kubeconfig), "seconds": seconds}, indent=2))
    else:
        print(f"export KUBECONFIG={shlex.quote(str(kubeconfig))}")
    return 0


def _load(options: argparse.Namespace, provider: Provider) -> int:
    for tar in options.tars:
        with Steps(options.quiet).step(f"loading {tar}"):
            names = provider.load(tar.absolute())
        for name in names:
            print(name)
    return 0


def _status(options: argparse.Namespace, provider: Provider) -> int:
    facts = provider.status()
    print(json.dumps(facts, indent=2) if options.json else status.text(facts))
    return 0 if facts["running"] else 1


def _enter(options: argparse.Namespace, provider: Provider) -> int:
    command = provider.enter(options.command)
    os.execvp(command[0], command)


def _prepare(options: argparse.Namespace, _provider: Provider) -> int:
    needs.prepare(Steps(options.quiet).note, options.packages)
    return 0


def _changing(verb: Callable[[Provider], None]) -> Callable[[argparse.Namespace, Provider], int]:
    def run(_options: argparse.Namespace, provider: Provider) -> int:
        with _alone():
            verb(provider)
        return 0

    return run


VERBS = {
    "up": _up,
    "down": _changing(lambda provider: provider.down()),
    "load": _load,
    "status": _status,
    "restart-node": _changing(lambda provider: provider.restart_node()),
    "stop-apiserver": _changing(lambda provider: provider.stop_apiserver()),
    "start-apiserver": _changing(lambda provider: provider.start_apiserver()),
    "enter": _enter,
    "prepare": _prepare,
}


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Lets one command at a time change the cluster. The kernel frees the name when its holder ends in any way."""
    with socket.socket(socket.AF_UNIX) as held:
        deadline = time.monotonic() + LOCK_SECONDS
        waiting = False
        while True:
            try:
                held.bind(LOCK)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise ClusterError("another tools/cluster has been at work for half an hour") from None
            if not waiting:
                print("cluster: waiting for another tools/cluster to finish", file=sys.stderr)
                waiting = True
            time.sleep(0.2)
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tools/cluster",
        description="A Kubernetes cluster for tests: on this machine, with no container engine and no registry.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--dir", type=Path, default=DEFAULT_ROOT, help="where all its files are; default %(default)s")
    common.add_argument("--provider", choices=("one-node", "kind", "kubeconfig"), default="one-node", help=PROVIDER)
    common.add_argument(
        "--kubeconfig", type=Path, help="of the existing cluster; default KUBECONFIG of the environment"
    )
    common.add_argument("--quiet", action="store_true", help="errors only")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=text, parents=[common])

    prepare = verb("prepare", "install the Debian packages that are missing")
    prepare.add_argument("packages", metavar="PACKAGE", nargs="*", help="install these too, if they are missing")
    up = verb("up", "make the cluster, or what of it is missing; prints the export of KUBECONFIG")
    up.add_argument("--json", action="store_true", help="tell the kubeconfig and the seconds as JSON")
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
