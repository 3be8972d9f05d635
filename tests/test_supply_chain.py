"""What is installed: the lock files beside the versions and the requirements, and what audits them."""

import json
import re
from pathlib import Path

import pytest

from tools import audit
from utils.errors import UserError

PIN = re.compile(r"^([\w.\-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", re.MULTILINE)
LOCKS = ("", "-dev", "-audit")
BY_THEMSELVES = {"pip", "setuptools", "wheel"}  # what a fresh environment may bring


def key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path: Path) -> dict[str, str]:
    return {key(name): version for name, version in PIN.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize("part", LOCKS)
def test_a_lock_has_the_tested_versions_and_checksums_for_each(root: Path, part: str) -> None:
    """To mend it: make lock."""
    constraints, text = pins(root / "constraints.txt"), (root / f"requirements{part}.lock").read_text("utf-8")
    entries = re.split(r"\n(?=\w)", text.partition("\n")[2])
    for entry in entries:
        ((name, version),) = PIN.findall(entry)
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), name
        elsewhere = key(name) in BY_THEMSELVES or "sys_platform == " in entry  # another platform's
        assert elsewhere or constraints.get(key(name)) == version, name
    assert len(entries) > 20


@pytest.mark.parametrize("part", LOCKS)
def test_a_lock_has_every_requirement(root: Path, part: str) -> None:
    asked, files = set[str](), [root / f"requirements{part}.txt"]
    while files:
        for line in files.pop().read_text("utf-8").splitlines():
            if line.startswith("-r "):
                files.append(root / line.removeprefix("-r "))
            elif line and not line.startswith("#"):
                asked.add(key(re.split(r"[\[<>=!~; ]", line)[0]))
    assert asked <= pins(root / f"requirements{part}.lock").keys()


def test_the_container_and_the_workflow_install_by_checksum(root: Path) -> None:
    docker = (root / "Dockerfile").read_text("utf-8")
    assert "pip install --no-cache-dir --require-hashes --requirement requirements.lock" in docker
    packages = {path.parent.name for path in root.glob("*/__init__.py")} - {"tests", "tools", "notebooks"}
    assert packages <= {line.split()[1] for line in docker.splitlines() if line.startswith("COPY ")}
    workflow = (root / ".github" / "workflows" / "test.yml").read_text("utf-8")
    uses = re.findall(r"uses: *(\S+)", workflow)
    assert uses and all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in uses)
    assert re.findall(r"run: (.*)", workflow) == ["make LOCKED=1 test", "make LOCKED=1 audit"]
    assert "--require-hashes" in (root / "Makefile").read_text("utf-8")


def answer(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": [{"version": "1"} | package for package in packages]})


GOOD, UNKNOWN = {"name": "a", "vulns": []}, {"name": "b", "skip_reason": "not found"}
FLAW = {"name": "c", "vulns": [{"id": "X-1", "fix_versions": ["2", "3"]}]}


def test_an_audit_says_what_it_found_in_a_line() -> None:
    assert audit.report(answer(GOOD, GOOD), "") == "no known vulnerability in 2 packages"
    assert audit.report(answer(GOOD, UNKNOWN), "").endswith("in 1 packages; unknown to the database: b")
    with pytest.raises(UserError, match="1 known vulnerabilities: c 1: X-1, mended in 2 or 3") as caught:
        audit.report(answer(GOOD, FLAW), "")
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("found", "errors"),
    [("", "Traceback\nConnectionError: no name"), ("", ""), (answer(UNKNOWN, UNKNOWN), "")],
)
def test_an_audit_that_reaches_no_database_is_not_green(found: str, errors: str) -> None:
    """pip-audit calls packages that it cannot ask about unknown, and ends well."""
    with pytest.raises(UserError, match="^nothing was audited, the database cannot be reached: ") as caught:
        audit.report(found, errors)
    assert caught.value.exit_code == 1 and "\n" not in str(caught.value)
