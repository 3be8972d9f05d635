"""The dinosaur names model: the course functions, the network and its training."""
