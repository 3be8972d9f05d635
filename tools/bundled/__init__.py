"""What made the files in data/bundled: tunes and sentences, always the same bytes."""
