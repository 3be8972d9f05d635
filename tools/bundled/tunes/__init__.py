"""The tunes, each a script; `tools.bundled.compose` makes a MIDI file and a chart of it."""
