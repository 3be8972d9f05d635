"""The temporary folder of a run."""

import pytest

from apps.studio.errors import RequestError
from apps.studio.store import RecentlyUsed, Store
from utils.errors import UserError


def test_files_have_names_that_nobody_chose() -> None:
    store = Store()
    first, second = store.add(b"one", ".wav"), store.add(b"two", ".wav")
    assert first != second and len(first) == 32
    assert store.path(first).read_bytes() == b"one" and store.path(first).suffix == ".wav"
    for unknown in ("", "..", f"../{store.folder.name}/{first}", "0" * 32):
        with pytest.raises(RequestError, match="no such file"):
            store.path(unknown)
    store.close()
    assert not store.folder.exists()
    store.close()


def test_the_oldest_files_make_room() -> None:
    store = Store(max_files=3)
    files = [store.add(b"") for _ in range(5)]
    assert len(list(store.folder.iterdir())) == 3
    assert [number for number in files if _is_kept(store, number)] == files[2:]
    store.close()

    store = Store(max_bytes=100)
    files = [store.add(bytes(40)) for _ in range(4)]
    assert [number for number in files if _is_kept(store, number)] == files[1:]
    store.close()


def test_folders_are_kept_up_to_a_number() -> None:
    store = Store(max_folders=2, max_files=1)
    folders = [store.new_folder() for _ in range(2)]
    store.add(b"")
    store.add(b"")
    assert all(folder.is_dir() for folder in folders)
    with pytest.raises(UserError, match="at most 2 networks"):
        store.new_folder()
    store.close()


def test_only_the_latest_objects_are_kept() -> None:
    shelf = RecentlyUsed[str]("gone", 2, max_weight=10)
    one, two = shelf.add("one", 1), shelf.add("two", 1)
    assert shelf.get(one) == "one"  # now the latest
    three = shelf.add("three", 1, id="3")
    assert shelf.get("3") == "three"
    four = shelf.add("four", 100)
    assert shelf.get(four) == "four"
    for number in (one, two, three):
        with pytest.raises(RequestError, match="gone"):
            shelf.get(number)


def _is_kept(store: Store, number: str) -> bool:
    try:
        return store.path(number).exists()
    except RequestError:
        return False
