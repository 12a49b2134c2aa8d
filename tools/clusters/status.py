# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Tells a status to people."""

from __future__ import annotations


def text(facts: dict) -> str:
    """A line for each process, and where the kubeconfig is."""
    if facts["kubeconfig"] is None:
        return "there is no cluster"
    return "\n".join([*map(_line, facts["processes"]), f"KUBECONFIG={facts['kubeconfig']}"])


def _line(process: dict) -> str:
    more = f"process {process['pid']}" if process.get("pid") else ""
    if "starts" in process:
        more = f"started {process['starts']} times" if process["starts"] > 1 else "started once"
    return f"{process['name']:<24} {'runs' if process['running'] else 'DOES NOT RUN':<14} {more}".rstrip()
