"""The API of each view: a router and its request models."""
