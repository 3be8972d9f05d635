"""The jazz networks, their training, and improvising with them.

>>> from models import jazz
>>> len(jazz.load().improvise(seed=7).melody)  # measures
64
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "improvisation": ["Improvisation"],
        "improviser": ["Improviser", "load"],
        "networks": [
            "SharedLayers",
            "djmodel",
            "music_inference_model",
            "predict_and_sample",
            "sequence_model",
            "shared_layers",
        ],
        "options": ["ImproviseOptions", "PerformOptions", "SaveOptions", "TrainOptions"],
        "training": [
            "adam",
            "factors_crossentropy",
            "masked_crossentropy",
            "summed_crossentropy",
            "train",
            "train_lines",
        ],
        "weights": ["PRETRAINED"],
    },
)
