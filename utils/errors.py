"""The one exception that a person's mistake raises."""


class UserError(Exception):
    """A mistake in what a person typed or gave: shown as one line, without a traceback.

    Args:
        message: One line that names the file or option, the rule, and what was found.
        exit_code: What the command exits with: 2 for bad usage or input, 1 when the work itself failed.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(" ".join(message.split()))
        self.exit_code = exit_code
