"""The jazz networks, their training and improvising."""
