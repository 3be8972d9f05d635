"""The dinosaur names model.

The course's functions (`clip`, `sample`, `optimize`, `model`, ...) and the trained network:

    from models import dinos
    dinos.load().names(10, start="tyr", temperature=0.7, seed=1)
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["course", "network", "training"],
    submod_attrs={
        "course": [
            "clip",
            "get_initial_loss",
            "initialize_parameters",
            "model",
            "optimize",
            "print_sample",
            "rnn_backward",
            "rnn_forward",
            "sample",
            "smooth",
            "update_parameters",
        ],
        "network": ["NameGenerator", "load"],
        "training": ["train"],
    },
)
