"""What may be asked of the music: tempi, and readers of its sheets."""

from typing import Literal

SLOWEST, FASTEST = 20, 400  # quarter notes a minute
Reader = Literal["C", "Bb", "Eb", "bass"]  # whom a sheet is for
