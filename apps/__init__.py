"""The commands, one module each: they parse flags, call the other rooms, print, and return an exit code."""
