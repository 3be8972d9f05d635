"""A function with a mistake: our own version with words of its source replaced.

So a known mistake is a line ("instead of this, that"). When our version is rewritten, an edit that no longer
fits is an error.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any


def edited(
    function: Callable[..., Any], edits: Iterable[tuple[str, str]], beside: Iterable[str] = ()
) -> Callable[..., Any]:
    """Returns a function with words of its source replaced.

    Args:
        function: A function of a module.
        edits: What its source (but for its docstring) has exactly once, and what stands there instead.
        beside: Functions of its module that it calls, whose sources may be edited too.

    Raises:
        ValueError: The sources have it not at all, or more than once.

    Example:
        >>> from models.numpy_core import softmax
        >>> edited(softmax, [("x.max(axis=0)", "x.max()")])([1.0, 1.0]).tolist()
        [0.5, 0.5]
    """
    namespace = dict(function.__globals__)
    source = "\n\n".join(_source(part) for part in (function, *(namespace[name] for name in beside)))
    for old, new in edits:
        if source.count(old) != 1:
            raise ValueError(
                f"{function.__name__}: expected {old!r} once in its source, got {source.count(old)}"
            )
        source = source.replace(old, new)
    exec(_compiled(source, function.__name__), namespace)
    version: Callable[..., Any] = namespace[function.__name__]
    version.__source__ = source  # type: ignore[attr-defined]  # to be edited again
    return version


@lru_cache(maxsize=1000)
def _compiled(source: str, name: str) -> Any:
    return compile(source, f"<{name} with a mistake>", "exec")


@lru_cache(maxsize=100)
def _source(function: Callable[..., Any]) -> str:
    """The source without its docstring, which may quote it."""
    if hasattr(function, "__source__"):
        return str(function.__source__)
    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    if not isinstance(definition, ast.FunctionDef) or ast.get_docstring(definition) is None:
        return source
    lines, docstring = source.splitlines(keepends=True), definition.body[0]
    return "".join(lines[: docstring.lineno - 1] + lines[docstring.end_lineno :])
