"""Checks of a learner's own functions: whether each is right, and if not, why.

>>> from course.checks import check
>>> from models.numpy_core import rnn_cell_forward
>>> check(rnn_cell_forward)
rnn_cell_forward  passed
1 of 1
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"cells": ["check"], "report": ["Report"]}
)
