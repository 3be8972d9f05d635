"""Shakespeare completion: the network, its examples, and `load`; the exercise is `course.shakespeare_utils`.

>>> from models import shakespeare
>>> len(shakespeare.load().complete("love is ", length=40, temperature=0.7, seed=1))
48
"""

import lazy_loader

from utils.deprecation import with_moved

_attached = lazy_loader.attach(
    __name__,
    submod_attrs={
        "networks": ["build_model"],
        "poems": ["PoemModel", "load"],
        "training": ["fine_tune", "train"],
        "windows": ["build_data", "vectorization"],
    },
)
_names = ("generate_output", "load_model", "on_epoch_end", "sample")
_moved = {name: f"course.shakespeare_utils.{name}" for name in _names}
__getattr__, __dir__, __all__ = with_moved(__name__, _attached, _moved, "2.0")
