"""Solos: MIDI files and lead sheets read into measures, chords and tokens; chord charts."""

from data.solos.charts import Chart, read_chart

__all__ = ["Chart", "read_chart"]
