"""The bulk command: a file of rows in, a folder of parts out, whatever is killed in between."""
