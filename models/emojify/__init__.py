"""The Emojify classifiers: networks, words and training."""
