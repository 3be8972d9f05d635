"""NumPy inference for trained networks: the cells of numpy_core in float32, for speed."""
