# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""A page of the guide, run as it stands.

A block of `sh` is run by bash, with `set -e`. A block of `text` below it is what it prints; `…` in it stands for
anything. Where `<!-- until -->` stands above the block of `sh`, it is run again until it prints that: what it asks for
takes a moment. `<!-- not run -->` above a block leaves it to the reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from suite.shell import CommandFailed, run, until

FENCE = "```"
COMMENT = re.compile(r"^<!-- (.*) -->$")


@dataclass(frozen=True)
class Block:
    """A fenced block, and the note on the line above it."""

    line: int
    language: str
    note: str
    text: str


@dataclass(frozen=True)
class Step:
    """Commands, and what they print; None: nobody says."""

    line: int
    commands: str
    prints: str | None
    again: bool


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found: list[Block] = []
    lines = page.splitlines()
    index = 0
    while index < len(lines):
        if lines[index].startswith(FENCE):
            end = lines.index(FENCE, index + 1)
            note = COMMENT.match(lines[index - 1]) if index else None
            found.append(Block(index + 1, lines[index][len(FENCE):], note.group(1) if note else "",
                               "\n".join(lines[index + 1:end]) + "\n"))
            index = end
        index += 1
    return found


def steps(page: str) -> list[Step]:
    """The commands of a page with what they print."""
    found: list[Step] = []
    all_blocks = blocks(page)
    for index, block in enumerate(all_blocks):
        if block.language != "sh" or block.note == "not run":
            continue
        after = all_blocks[index + 1] if index + 1 < len(all_blocks) else None
        prints = after.text if after and after.language == "text" else None
        found.append(Step(block.line, block.text, prints, block.note == "until"))
    return found


def saved(page: str) -> dict[str, str]:
    """The files that the page tells the reader to save."""
    return {block.note[len("saved: "):]: block.text for block in blocks(page) if block.note.startswith("saved: ")}


def fits(printed: str, wanted: str) -> bool:
    """Whether the output is what the page says, but for spaces at the ends of lines."""
    pattern = "".join(".*?" if part == "…" else re.escape(part) for part in re.split("(…)", _stripped(wanted)))
    return re.fullmatch(pattern, _stripped(printed), re.DOTALL) is not None


def _stripped(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def part(page: str, begin: str = "", end: str = "") -> str:
    """A page from one heading on and up to another, with all lines where they were; no heading is its begin, or its end."""
    lines = page.splitlines()
    first = lines.index(begin) if begin else 0
    last = lines.index(end) if end else len(lines)
    return "\n".join([*[""] * first, *lines[first:last]])


def follow(path: Path, where: Path, environment: dict[str, str], *, begin: str = "", end: str = "") -> None:
    """Does what a page says, step by step.

    :param where: the directory that the reader is in
    :param begin: the heading to begin at
    :param end: the heading to stop before
    :raises AssertionError: naming the line whose commands failed or printed something else
    """
    page = part(path.read_text(), begin, end)
    for name, text in saved(page).items():
        (where / name).write_text(text)
    for step in steps(page):
        place = f"{path.name}:{step.line}"
        try:
            _do(step, where, environment)
        except CommandFailed as error:
            raise AssertionError(f"{place}: {error}") from error
        except AssertionError as error:
            raise AssertionError(f"{place}: {error}") from error
        print(f"    {place}: as the page says", flush=True)


def _do(step: Step, where: Path, environment: dict[str, str]) -> None:
    last = ""

    def printed() -> bool:
        nonlocal last
        last = run(["bash", "-euo", "pipefail", "-c", step.commands], seconds=420, environment=environment,
                   cwd=where)
        return step.prints is None or fits(last, step.prints)

    if step.again:
        try:
            until(f"it prints\n{step.prints}", printed, seconds=90, pause=1)
        except AssertionError as error:
            raise AssertionError(f"{error}\nlast printed:\n{last}") from error
    elif not printed():
        raise AssertionError(f"printed\n{last}and the page says\n{step.prints}")
