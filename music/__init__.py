"""Music: MIDI files, intervals, harmony, the grammar of solos, sound and pictures."""
