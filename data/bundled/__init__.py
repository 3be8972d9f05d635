"""Files that ship with the project and were written by it, and the scripts that made them."""
