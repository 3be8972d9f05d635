"""Names that moved to another module: they still work for one minor release, and say where they are now."""

import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Attached = tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]


def with_moved(package: str, attached: Attached, moved: Mapping[str, str], since: str) -> Attached:
    """Adds names that moved to the lazy attributes of a package.

    The new places are text and are imported when a name is asked for: they may lie above the package.

    Args:
        package: The package's `__name__`.
        attached: What `lazy_loader.attach` returned.
        moved: By old name the new one in full, such as "course.dinosaurs.model".
        since: The version that deprecates the old names.

    Returns:
        `__getattr__`, `__dir__` and `__all__`, in which the old names are not listed.
    """
    find, *listed = attached

    def find_moved(name: str) -> Any:
        if name not in moved:
            return find(name)
        message = f"{package}.{name} is deprecated since {since}; use {moved[name]}"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        module, _, attribute = moved[name].rpartition(".")
        return getattr(import_module(module), attribute)

    return find_moved, *listed  # type: ignore[return-value]
