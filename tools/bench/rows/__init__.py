"""The benchmark rows, one module per app."""
