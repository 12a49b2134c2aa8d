# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The command: which images, progress, and one line for each that was made."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from image.recipes import Recipe, Recipes
from image.stamp import Stamp
from parts.cache import Cache
from parts.command import default_cache, this_platform
from parts.errors import FetchError
from parts.progress import Progress, elapsed, megabytes

EPILOG = """\
examples:
  tools/images                       makes what has changed
  tools/images --only proxy e2e-app  only these
  ctr -n k8s.io images import images/target/operator.tar
  docker load -i images/target/operator.tar

Needs a Debian or Ubuntu (apt-get, dpkg-deb, and the keyring of package debian-archive-keyring), Maven, a JDK 25 and Go; no
root, no container engine, no image registry. PORTCULLIS_DEBIAN_MIRROR names another mirror than http://deb.debian.org, MVN
another Maven. Made again from the same sources an image has the same digests, but for the layer with the AOT cache.

exit codes: 0 all there, 2 wrong usage, 3 something is missing or does not build, 130 interrupted
"""
NAMES = ["operator", "ext-authz", "proxy", "e2e-app"]
HOME = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Runs the command; returns its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _parser().parse_args(arguments)
    progress = Progress(options.quiet, command="images")
    try:
        platform = this_platform()
        if not platform.startswith("linux-"):
            raise FetchError(f"images are for Linux, and are made on it: this is {platform}")
        cache = Cache(options.dir.expanduser().absolute(), platform)
        recipes = Recipes(HOME, options.target.absolute(), cache, platform.removeprefix("linux-"), progress)
        made = [_make(recipe, options) for recipe in recipes.all() if recipe.name in (options.only or NAMES)]
    except FetchError as error:
        print(f"images: error: {error}", file=sys.stderr)
        return FetchError.code
    except KeyboardInterrupt:
        print("\nimages: interrupted: run it again", file=sys.stderr)
        return 130
    if options.json:
        print(json.dumps({"images": made}, indent=2))
    return 0


def _make(recipe: Recipe, options: argparse.Namespace) -> dict:
    file = options.target.absolute() / f"{recipe.name}.tar"
    started = time.monotonic()
    stamp = Stamp(file, recipe.inputs())
    current = file.is_file() and stamp.valid() and not options.force
    if not current:
        recipe.make().write(file)
        stamp.write()
    how = "unchanged" if current else f"made in {elapsed(time.monotonic() - started)}"
    if not options.quiet and not options.json:
        print(f"{recipe.name:<10} {megabytes(file.stat().st_size):>9} {how:<20} {file}", flush=True)
    return {"name": recipe.name, "file": str(file), "bytes": file.stat().st_size, "made": not current}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tools/images",
        description="Makes the container images as tar files, with no container engine and no image registry.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", metavar="IMAGE", nargs="+", choices=NAMES, help=f"of {', '.join(NAMES)}; default all")
    parser.add_argument("--target", type=Path, default=HOME / "images/target", help="where to; default %(default)s")
    parser.add_argument("--dir", type=Path, default=default_cache(), help="the cache of tools/fetch; default %(default)s")
    parser.add_argument("--force", action="store_true", help="make them even when nothing has changed")
    parser.add_argument("--json", action="store_true", help="tell the outcome as JSON")
    parser.add_argument("--quiet", action="store_true", help="errors only")
    return parser
