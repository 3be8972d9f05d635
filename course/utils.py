"""The dinosaur exercise's helpers under the name that most editions give the module: `utils`."""

from course.cllm_utils import *  # noqa: F403
from course.cllm_utils import __all__ as __all__
