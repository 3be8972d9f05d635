"""The habits of utils.cli in real processes: closed streams, pipes, full disks, odd terminals, Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest


def as_a_program(root: Path, body: str, shell: str = "{}") -> "subprocess.CompletedProcess[bytes]":
    """Runs a main of this body as a command, inside a line of shell if one is given."""
    imports = "import logging, sys; from utils.cli import run; from utils.progress import progress"
    code = f"{imports}\ndef main(argv):\n {body}\n return 0\nsys.exit(run(main))"
    line = shell.format(f'"{sys.executable}" -c "$CODE"')
    environment = {**os.environ, "CODE": code}
    return subprocess.run(["bash", "-c", line], cwd=root, env=environment, capture_output=True, timeout=60)


def test_a_reader_that_leaves_early_ends_the_command_in_silence(root: Path) -> None:
    shell = "{} | head -1; exit ${{PIPESTATUS[0]}}"
    done = as_a_program(root, "[print('x' * 100) for _ in range(5000)]", shell)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"x" * 100 + b"\n", b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_behind_standard_output_is_one_line(root: Path, unbuffered: str) -> None:
    done = as_a_program(root, "print('x')", f"PYTHONUNBUFFERED={unbuffered} {{}} > /dev/full")
    assert done.returncode == 1
    assert done.stderr == b"error: cannot write to standard output: no space left on device\n"


@pytest.mark.parametrize("body", ["print('x')", "sys.stdout.write('x')"])
def test_a_closed_standard_output_is_no_mistake(body: str, root: Path) -> None:
    done = as_a_program(root, body, "{} >&-")
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_closed_standard_error_is_no_mistake(root: Path) -> None:
    body = "logging.getLogger('cadenza').info('n')\n with progress('p', 1): print('x')"
    done = as_a_program(root, body, "{} 2>&-")
    assert (done.returncode, done.stdout) == (0, b"x\n")


def test_the_number_of_a_closed_stream_is_not_given_to_a_file(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "data"
    body = f"file = open({str(path)!r}, 'wb'); import os; os.write(2, b'a line of a library'); file.close()"
    done = as_a_program(root, body, "{} <&- >&- 2>&-")
    assert (done.returncode, path.read_bytes()) == (0, b"")


def test_a_path_that_is_no_text_is_printed_as_its_bytes(root: Path) -> None:
    done = as_a_program(root, "import os; print(os.fsdecode(b'a\\xff'))")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"a\xff\n", b"")


@pytest.mark.parametrize(
    ("encoding", "printed"),
    [("utf-8", "é ⚾\n".encode()), ("ascii", b"\\xe9 \\u26be\n"), ("latin-1", b"\xe9 \\u26be\n")],
)
def test_what_the_terminal_cannot_show_is_escaped(root: Path, encoding: str, printed: bytes) -> None:
    done = as_a_program(root, "print('\\xe9 \\u26be')", f"PYTHONIOENCODING={encoding} {{}}")
    assert (done.returncode, done.stdout, done.stderr) == (0, printed, b"")


def test_ctrl_c_from_the_keyboard(root: Path) -> None:
    body = "import time; print('on', flush=True); time.sleep(60)"
    code = f"import sys\nfrom utils.cli import run\ndef main(argv):\n    {body}\nsys.exit(run(main))"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "stopped\n")
