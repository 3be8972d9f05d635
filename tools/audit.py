"""python -m tools.audit: looks for known vulnerabilities in the pinned versions of all packages.

pip-audit asks a database on the network. Where it cannot be reached, pip-audit says that nothing is known of
any package and ends well; this command says so in one line and ends with 1.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utils import cli
from utils.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
_OPTIONS = "--no-deps --disable-pip --progress-spinner off --format json".split()


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    cli.Parser(prog="python -m tools.audit", description=__doc__).parse_args(argv)
    line = [sys.executable, "-m", "pip_audit", *_OPTIONS, "--requirement", str(ROOT / "constraints.txt")]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
    print(report(done.stdout, done.stderr))
    return 0


def report(answer: str, errors: str) -> str:
    """What pip-audit found, in a line.

    Args:
        answer: Its JSON.
        errors: What it wrote to standard error.

    Raises:
        UserError: A package is vulnerable, or the database cannot be reached (exit code 1).
    """
    try:
        packages: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (errors.strip() or "no answer").splitlines()[-1]
        raise UserError(f"nothing was audited, the database cannot be reached: {last}", 1) from None
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        raise UserError("nothing was audited, the database cannot be reached: it knows no package", 1)
    vulnerabilities = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in {' or '.join(flaw['fix_versions'])}"
        for package in packages
        for flaw in package.get("vulns", ())
    ]
    if vulnerabilities:
        raise UserError(f"{len(vulnerabilities)} known vulnerabilities: {'; '.join(vulnerabilities)}", 1)
    more = f"; unknown to the database: {', '.join(unknown)}" if unknown else ""
    return f"no known vulnerability in {len(packages) - len(unknown)} packages{more}"


if __name__ == "__main__":
    sys.exit(cli.run(main))
