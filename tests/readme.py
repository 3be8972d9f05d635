"""The README as a program reads it: sections, their commands, and what stands below a command."""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNNABLE = ("python ", "make", "pip ", "curl ", "docker ")
INLINE = re.compile(r"`((?:python -m|pip|make) [^`]+)`")


@dataclass
class Shown:
    """A command of the README.

    Args:
        section: The heading it stands under.
        line: The command as a person types it.
        output: The lines shown below it.
    """

    section: str
    line: str
    output: list[str] = field(default_factory=list)


def commands(text: str) -> list[Shown]:
    """Every command, in a block of its own or inside a sentence, in the README's order."""
    found: list[Shown] = []
    section, in_block = "", None
    for line in text.splitlines():
        if line.startswith("#"):
            section = line.strip("# ")
        if not line.startswith("    "):
            in_block = None
            found += [Shown(section, match) for match in INLINE.findall(line)]
            continue
        typed = line.strip().removeprefix("$ ")
        if line.startswith("    $ ") or (in_block is None and typed.startswith(RUNNABLE)):
            found.append(Shown(section, typed))
            in_block = found[-1] if line.startswith("    $ ") else None
        elif in_block is not None:
            in_block.output.append(line[4:])
    return found


def links(text: str) -> list[str]:
    """The files that the README shows or points to."""
    return [path for path in re.findall(r"\]\(([^)]+)\)", text) if "://" not in path]
