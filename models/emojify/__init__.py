"""Emojify: the right emoji for a sentence, with the course's names and an API of a few lines.

from models import emojify

emojify.load().predict(["I love you", "not feeling happy"])
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "classifier": ["Classifier", "Prediction", "load"],
        "dataset": ["Dataset"],
        "networks": ["Emojify_V2", "pretrained_embedding_layer"],
        "regression": ["convert_to_one_hot", "model", "predict", "sentence_to_avg", "train_v1"],
        "training": ["COURSE", "Settings", "train_v2"],
        "words": ["sentences_to_indices"],
    },
)
