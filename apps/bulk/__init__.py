"""Answers a file of rows into a folder of parts."""
