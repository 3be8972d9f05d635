"""GloVe word vectors: the text format and the cache."""
