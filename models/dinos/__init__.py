"""The dinosaur names model.

The character model's functions (`clip`, `optimize`, ...; by the course's contracts in `course.dinosaurs`)
and the trained network:

    from models import dinos
    dinos.load().names(10, start="tyr", temperature=0.7, seed=1)
"""

import lazy_loader

from utils.deprecation import with_moved

_attached = lazy_loader.attach(
    __name__,
    submodules=["course", "network", "training"],
    submod_attrs={
        "course": [
            "clip",
            "get_initial_loss",
            "initialize_parameters",
            "optimize",
            "rnn_backward",
            "rnn_forward",
            "smooth",
            "update_parameters",
        ],
        "network": ["NameGenerator", "load"],
        "training": ["train"],
    },
)
_moved = {name: f"course.dinosaurs.{name}" for name in ("model", "print_sample", "sample")}
__getattr__, __dir__, __all__ = with_moved(__name__, _attached, _moved, "2.0")
