"""The recurrent cells from scratch in NumPy, and the engine that samples with trained ones."""
