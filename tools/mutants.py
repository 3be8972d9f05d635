"""python -m tools.mutants: changes the code in small ways, one at a time, and counts what the tests notice.

The mutants are mutmut's; pyproject.toml names the files, the tests and the options. Each package gives a
random sample, the same for the same seed and the same code.
"""

import argparse
import os
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

PACKAGES = (
    "models.numpy_core",
    "models.engine",
    "music",
    "utils.sampling",
    "data.solos",
    "utils.bundle",
    "data.download",
)
FIRST = "models.numpy_core.activations.*"  # mutmut writes the mutants of all files when it runs the first
AT_IMPORT = (  # functions that build a module's constants, before mutmut chooses the mutant
    "music.tones.x__plucked__",
    "music.percussion.x__partials__",
    "music.percussion.x__tom__",
)
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
ALIVE = {"survived", "no tests", "not checked", "suspicious"}


def mutmut(*arguments: str) -> str:
    """Runs mutmut on one core, without the course's files, and returns what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "CADENZA_DATA"}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(Path(sys.executable).parent / "mutmut"), *arguments]
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        lines = [line for line in re.split("[\r\n]", done.stdout) if line and line[0] not in SPINNER]
        sys.exit("\n".join([*lines[-60:], f"mutmut {arguments[0]} ended with {done.returncode}"]))
    return done.stdout


def outcomes() -> dict[str, str]:
    """Every mutant's name and outcome: "killed", "timeout", "survived", "no tests", "not checked"."""
    lines = (line.strip().rpartition(": ") for line in mutmut("results", "--all", "true").splitlines())
    return {name: outcome for name, _, outcome in lines}


def package_of(mutant: str) -> str:
    """The package that a mutant changes."""
    return next(package for package in PACKAGES if mutant.startswith(f"{package}."))


def sample(mutants: list[str], size: int | None, seed: int) -> list[str]:
    """Up to `size` mutants of each package, or all for None, in random order."""
    groups = [[name for name in sorted(mutants) if package_of(name) == package] for package in PACKAGES]
    chosen = [random.Random(seed).sample(group, min(size or len(group), len(group))) for group in groups]
    return [name for group in chosen for name in group]


def row(name: str, mutants: int, tried: int, alive: int) -> str:
    """A line of the table."""
    killed = tried - alive
    return f"| {name} | {mutants:,} | {tried} | {killed} | {alive} | {killed / tried:.1%} |"


def main() -> int:
    """Runs the sample and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("--sample", default="60", help='mutants of each package, or "all" (default: 60)')
    parser.add_argument("--seed", type=int, default=16, help="of the sample (default: 16)")
    parser.add_argument("--package", choices=PACKAGES, action="append", help="only this one; may be repeated")
    options = parser.parse_args()
    size = None if options.sample == "all" else int(options.sample)

    mutmut("run", "--max-children", "1", FIRST)
    packages = options.package or PACKAGES
    mutants = [name for name in outcomes() if package_of(name) in packages and not name.startswith(AT_IMPORT)]
    tried = sample(mutants, size, options.seed)
    mutmut("run", "--max-children", "1", *tried)
    outcome_of = outcomes()
    alive = [name for name in tried if outcome_of[name] in ALIVE]
    for name in alive:
        print(mutmut("show", name))

    counts = [Counter(map(package_of, names)) for names in (mutants, tried, alive)]
    print(f"seed {options.seed}, sample {options.sample}\n")
    print("| package | mutants | tried | killed | alive | killed |\n|---|---|---|---|---|---|")
    for package in counts[1]:
        print(row(package, *(count[package] for count in counts)))
    print(row("all", len(mutants), len(tried), len(alive)))
    return int(len(alive) > 0.1 * len(tried))


if __name__ == "__main__":
    sys.exit(main())
