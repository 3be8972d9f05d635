"""The networks: a package for each app, the cells from scratch (numpy_core), inference in NumPy (engine)."""
