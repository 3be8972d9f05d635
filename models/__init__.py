"""The networks: numpy_core holds the cells from scratch, and each app has one module of its own."""
