"""The one exception that a person's mistake raises."""

LONGEST = 1000  # characters of a message: what a file holds may be quoted in it, and may be long
# A file's words must not steer the terminal that shows them.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}


def escape_control_characters(text: str) -> str:
    """A text whose control characters, but for tabs and line ends, are shown by their numbers."""
    return text.translate(_CONTROLS)


class UserError(Exception):
    """A mistake in what a person typed or gave: shown as one line, without a traceback.

    Args:
        message: One line that names the file or option, the rule, and what was found.
        exit_code: What the command exits with: 2 for bad usage or input, 1 when the work itself failed.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(_shortened(escape_control_characters(" ".join(message.split()))))
        self.exit_code = exit_code


def _shortened(line: str) -> str:
    """The line without its middle if it is too long: what it names stands at its ends."""
    half = (LONGEST - 5) // 2
    return line if len(line) <= LONGEST else f"{line[:half]} ... {line[-half:]}"
