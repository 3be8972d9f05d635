"""The studio: the networks in a browser, served from this machine."""
