"""python -m tests.mutants: changes the code in small ways, one at a time, and counts the changes that a test notices.

The mutants are mutmut's; pyproject.toml names the files, the tests and the options. By default each package gives
a random sample, the same for the same seed and the same code.
"""

import argparse
import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

PACKAGES = (
    "models.numpy_core",
    "models.engine",
    "utils.music",
    "utils.sampling",
    "data.solos",
    "utils.bundle",
    "data.download",
)
SMALLEST = "models.numpy_core.activations.*"  # mutmut writes all mutants before it runs the first ones
ALIVE = {"survived", "no tests", "not checked", "suspicious"}


def mutmut(*arguments: str, show: bool = False) -> str:
    """Runs mutmut on one core, without the course's files, and returns what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "CADENZA_DATA"}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    program = Path(sys.executable).parent / "mutmut"
    done = subprocess.run(
        [program, *arguments], env=environment, stdout=None if show else subprocess.PIPE, text=True, check=True
    )
    return done.stdout or ""


def outcomes() -> dict[str, str]:
    """Every mutant's name and outcome: "killed", "survived", "timeout", "no tests", "not checked"."""
    lines = (line.strip().rpartition(": ") for line in mutmut("results", "--all", "true").splitlines())
    return {name: outcome for name, _, outcome in lines if name}


def package_of(name: str) -> str:
    """The package, of `PACKAGES`, that a mutant belongs to."""
    return next(package for package in PACKAGES if name.startswith(f"{package}."))


def sample(names: list[str], size: int | None, seed: int) -> list[str]:
    """Up to `size` mutants of each package, all for None."""
    groups = defaultdict(list)
    for name in sorted(names):
        groups[package_of(name)].append(name)
    if size is None:
        return sorted(names)
    return [
        name
        for package, group in groups.items()
        for name in random.Random(f"{seed} {package}").sample(group, min(size, len(group)))
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--sample", default="60", help='mutants of each package, or "all" (default: 60)')
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--package", choices=PACKAGES, action="append", help="only this one; may be repeated")
    parser.add_argument("--at-least", type=float, default=90.0, metavar="PERCENT", help="exit 1 below this share")
    options = parser.parse_args()
    size = None if options.sample == "all" else int(options.sample)

    mutmut("run", "--max-children", "1", SMALLEST)
    names = [name for name in outcomes() if package_of(name) in (options.package or PACKAGES)]
    chosen = sample(names, size, options.seed)
    mutmut("run", "--max-children", "1", *chosen, show=True)
    found = outcomes()

    alive = [name for name in chosen if found[name] in ALIVE]
    for name in alive:
        print(mutmut("show", name))
    total, survivors = Counter(map(package_of, chosen)), Counter(map(package_of, alive))
    available = Counter(map(package_of, names))
    print(f"seed {options.seed}, sample {options.sample}\n")
    print("| package | mutants | in the sample | killed | share |\n|---|---|---|---|---|")
    for package in total:
        killed = total[package] - survivors[package]
        share = killed / total[package]
        print(f"| {package} | {available[package]} | {total[package]} | {killed} | {share:.1%} |")
    killed = len(chosen) - len(alive)
    print(f"| all | {len(names)} | {len(chosen)} | {killed} | {killed / len(chosen):.1%} |")
    return int(100 * killed < options.at_least * len(chosen))


if __name__ == "__main__":
    sys.exit(main())
