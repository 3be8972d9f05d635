"""The server command: answers over HTTP as TensorFlow Serving does."""
