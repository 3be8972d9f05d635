"""The benchmark command: every speed as a ratio against the plain way."""
