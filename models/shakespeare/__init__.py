"""Shakespeare completion: the course's functions, and the API `load`.

>>> from models import shakespeare
>>> len(shakespeare.load().complete("love is ", length=40, temperature=0.7, seed=1))
48
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "course": [
            "generate_output",
            "load_model",
            "on_epoch_end",
            "sample",
        ],
        "networks": ["build_model"],
        "poems": ["PoemModel", "load"],
        "training": ["fine_tune", "train"],
        "windows": ["build_data", "vectorization"],
    },
)
