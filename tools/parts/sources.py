# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What every kind of source promises: a program in the work directory, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fetched:
    """A program in the work directory, and how many bytes came over the network for it."""

    program: Path
    transferred: int


class SourceFailed(Exception):
    """This source cannot give the part now; the next one is tried. The message says why and, where it can, the remedy."""
