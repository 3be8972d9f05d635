"""The tunes: for each a script, and the MIDI file and the chart that `data.bundled.compose` makes of it."""
