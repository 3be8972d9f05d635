"""The export command: writes networks that other software serves."""
