"""Solos: MIDI files and lead sheets read into measures, chords and tokens."""
