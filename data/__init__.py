"""Data sets: the catalogue of the course's files, the bundled files, and one loader module per data set."""
