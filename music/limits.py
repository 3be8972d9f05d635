"""What may be asked of the music: tempi, lengths, and readers of its sheets."""

from typing import Literal

SLOWEST, FASTEST = 20, 400  # quarter notes a minute
MOST_MEASURES = 2000  # of a chorus, repeats played out
Reader = Literal["C", "Bb", "Eb", "bass"]  # whom a sheet is for
