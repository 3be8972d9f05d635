"""What a learner's imports find: the course's modules are ours, and what only shows or tests is nothing."""

import builtins
import importlib
import importlib.util
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# The course's modules; those of the second line import Keras.
HELPERS = ("rnn_utils", "cllm_utils", "utils", "grammar", "qa", "preprocess", "midi", "emo_utils")
KERAS_HELPERS = ("music_utils", "data_utils", "inference_code")
# What draws, plays, shows or tests, and takes its time to be imported.
SILENT = ("matplotlib", "pylab", "seaborn", "IPython", "music21", "pydub", "pygame", "tqdm", "nose", "emoji")
# What tests; and what loads a text and a network when it is imported.
TESTS = ("public_tests", "shakespeare_utils", "test_utils", "outputs", "autograder", "dlai_tools", "grader")
KERAS = ("keras", "tensorflow")
# Keras 2 had modules that Keras 3 has one for.
_LAYERS = ("embeddings", "recurrent", "core", "wrappers", "convolutional", "merge", "normalization")


class Nothing(types.ModuleType):
    """A module, function, object of which everything is this again."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__all__: list[str] = []
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """A decorator leaves its function as it is."""
        if len(args) == 1 and isinstance(args[0], types.FunctionType) and not kwargs:
            return args[0]
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __iter__(self) -> Any:
        return iter(())

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: Any) -> None:
        return None


Import = Callable[..., Any]


def importer(*, keras: bool) -> Import:
    """Returns an `__import__` for a learner's code.

    Args:
        keras: Whether the exercise needs Keras; if not, Keras is nothing too.
    """

    def imported(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> Any:
        top, *rest = name.split(".")
        if level or not name:
            raise ModuleNotFoundError(f"No module named {name!r}")
        if top.endswith(("_unittest", "_unittests", "_tests", "_test")) or top in TESTS or top in SILENT:
            return Nothing(top)
        if not keras and top in (*KERAS, *KERAS_HELPERS):
            return Nothing(top)
        if top in (*HELPERS, *KERAS_HELPERS) and not rest:
            module = _helper(top)
            if all(wanted == "*" or hasattr(module, wanted) for wanted in fromlist or ()):
                return module  # else this project's own `utils` is meant
        return builtins.__import__(_in_keras_3(name), globals, locals, fromlist, 0)

    return imported


def _helper(name: str) -> Any:
    module = f"course.{name}"
    if importlib.util.find_spec(module) is None:
        return Nothing(name)
    return importlib.import_module(module)


def _in_keras_3(name: str) -> str:
    parts = name.split(".")
    if "layers" in parts[:-1] and parts[-1] in _LAYERS:
        return ".".join(parts[:-1])
    return name


def names_for(importing: Import) -> dict[str, Any]:
    """The built-in names of a learner's code: nothing is asked, and nothing ends the process."""

    def leave(*args: Any) -> None:
        raise SystemExit(*args)

    def ask(prompt: object = "") -> str:
        return ""

    return vars(builtins) | {"__import__": importing, "input": ask, "exit": leave, "quit": leave}
