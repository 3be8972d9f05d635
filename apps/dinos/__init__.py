"""The dinosaur command: makes names, trains, checks gradients."""
