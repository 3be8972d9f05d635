"""NumPy inference for trained networks: the cells of numpy_core again, in float32, for speed."""
