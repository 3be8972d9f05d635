"""The command that checks learners' functions."""
