"""The commands, one module each: they parse flags, call the other rooms, print, and return an exit code.

`python -m apps` lists them. What a command does behind its flags is in the modules that begin with its name,
and of `serve` in serving*; they are imported when there is work, so that --help answers at once.
"""
