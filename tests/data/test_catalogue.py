from pathlib import Path

import pytest

from data import catalogue
from data.entries import Entry
from utils.errors import UserError

pytestmark = pytest.mark.usefixtures("empty_cache")

POEM = b"Roses are red, and so on.\n" * 40


@pytest.fixture
def poem(site, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """The only entry of the catalogue, on a server of our own."""
    entry = site.entry(POEM)
    monkeypatch.setattr(catalogue, "ENTRIES", (entry,))
    return entry


def put(folder: Path, content: bytes = POEM, name: str = "poem.txt") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def test_entry_by_its_name_and_by_its_files_name() -> None:
    assert catalogue.entry("dinos.txt").bytes == 19_909
    assert catalogue.entry("glove.6B.50d.txt") is catalogue.entry("glove.6B.50d")


def test_entry_of_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"no 'dino\.txt'; it has dinos\.txt, .*glove\.6B\.50d") as caught:
        catalogue.entry("dino.txt")
    assert caught.value.exit_code == 2


def test_locate_looks_in_the_folder_then_the_variable_then_the_cache(
    poem: Entry, tmp_path: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert catalogue.locate("poem.txt", tmp_path / "given") is None
    in_cache = put(empty_cache)
    assert catalogue.locate("poem.txt", tmp_path / "given") == in_cache
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path / "named"))
    assert catalogue.locate("poem.txt") == in_cache
    in_named = put(tmp_path / "named")
    assert catalogue.locate("poem.txt", tmp_path / "given") == in_named
    in_given = put(tmp_path / "given")
    assert catalogue.locate("poem.txt", tmp_path / "given") == in_given
    assert catalogue.locate("poem.txt") == in_named


def test_locate_never_asks_the_network(poem: Entry, site) -> None:
    assert catalogue.locate("poem.txt") is None
    with pytest.raises(UserError):
        catalogue.require("poem.txt")
    assert site.asked == []


def test_locate_passes_over_files_of_another_size_and_folders(
    poem: Entry, tmp_path: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "given", POEM[:-1])
    (tmp_path / "named" / "poem.txt").mkdir(parents=True)
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path / "named"))
    good = put(empty_cache)
    assert catalogue.locate("poem.txt", tmp_path / "given") == good


def test_locate_takes_a_relative_variable_from_the_working_folder(
    poem: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "my däta")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CADENZA_DATA", "my däta")
    assert catalogue.locate("poem.txt") == Path("my däta/poem.txt")


def test_an_empty_variable_is_as_good_as_none(
    poem: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CADENZA_DATA", "")
    assert catalogue.locate("poem.txt") is None


@pytest.mark.parametrize("name", ["x" * 5000, "/dev/null/poem", "\udcff"])
def test_locate_survives_folders_that_cannot_be(poem: Entry, name: str) -> None:
    assert catalogue.locate("poem.txt", Path(name)) is None


def test_locate_finds_the_member_of_an_archive(
    poem: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Entry("vectors", "https://a.b/v.zip", 9, "0" * 64, "none", "Text.", "deep/v.txt", len(POEM))
    monkeypatch.setattr(catalogue, "ENTRIES", (entry,))
    path = put(tmp_path, name="v.txt")
    assert catalogue.locate("vectors", tmp_path) == path


def test_require_says_where_it_looked_and_how_to_get_it(
    poem: Entry, tmp_path: Path, empty_cache: Path
) -> None:
    with pytest.raises(UserError) as caught:
        catalogue.require("poem.txt", tmp_path)
    assert str(caught.value) == (
        f"poem.txt is not here (looked in {tmp_path}, {empty_cache}); "
        "get it with: python -m data fetch poem.txt"
    )
    assert caught.value.exit_code == 2


def test_require_names_a_file_of_the_wrong_size(poem: Entry, tmp_path: Path) -> None:
    path = put(tmp_path, POEM[:7])
    with pytest.raises(UserError, match=f"{path} has 7 bytes, expected {len(POEM)}; get it with"):
        catalogue.require("poem.txt", tmp_path)
    assert catalogue.require("poem.txt", put(tmp_path).parent) == path


def test_list_shows_every_entry_and_where_it_is(poem: Entry, tmp_path: Path) -> None:
    assert catalogue.list() == ((poem, None),)
    path = put(tmp_path)
    assert catalogue.list(tmp_path) == ((poem, path),)


def test_the_cache_without_a_home_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    import pooch

    def homeless(project: str) -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(pooch, "os_cache", homeless)
    assert catalogue.cache() is None
    monkeypatch.setattr(pooch, "os_cache", lambda project: Path("~/.cache") / project)
    assert catalogue.cache() is None


def test_without_a_home_fetch_asks_for_a_folder(
    poem: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site
) -> None:
    monkeypatch.setattr(catalogue, "cache", lambda: None)
    with pytest.raises(UserError, match="give data_dir"):
        catalogue.fetch("poem.txt")
    assert site.asked == []
    assert catalogue.fetch("poem.txt", tmp_path).read_bytes() == POEM


def test_fetch_puts_the_file_into_the_cache(poem: Entry, empty_cache: Path, capsys) -> None:
    path = catalogue.fetch("poem.txt")
    assert path == empty_cache / "poem.txt"
    assert path.read_bytes() == POEM
    assert [path.name for path in empty_cache.iterdir()] == ["poem.txt"]
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "note: fetching poem.txt, 1.0 kB: A poem for a test.\n"


def test_fetch_does_not_download_twice(poem: Entry, site, capsys) -> None:
    first = catalogue.fetch("poem.txt")
    capsys.readouterr()
    assert catalogue.fetch("poem.txt") == first
    assert len(site.asked) == 1
    assert capsys.readouterr().err == f"note: poem.txt is already at {first}\n"


def test_fetch_is_content_with_the_file_in_the_variables_folder(
    poem: Entry, site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "named")
    monkeypatch.setenv("CADENZA_DATA", str(path.parent))
    assert catalogue.fetch("poem.txt") == path
    assert site.asked == []


def test_fetch_with_a_folder_wants_the_file_in_that_folder(
    poem: Entry, tmp_path: Path, empty_cache: Path
) -> None:
    put(empty_cache)
    assert catalogue.fetch("poem.txt", tmp_path / "given") == tmp_path / "given" / "poem.txt"


def test_fetch_mends_a_spoilt_file_in_the_cache(poem: Entry, empty_cache: Path) -> None:
    for spoilt in (POEM.replace(b"red", b"bed"), POEM[:9]):
        path = put(empty_cache, spoilt)
        assert catalogue.fetch("poem.txt") == path
        assert path.read_bytes() == POEM


@pytest.mark.parametrize("content", [POEM.replace(b"red", b"bed"), b"my own poem"])
def test_fetch_does_not_overwrite_a_persons_own_file(
    poem: Entry, site, tmp_path: Path, content: bytes
) -> None:
    path = put(tmp_path / "mine", content)
    with pytest.raises(UserError, match="move it away") as caught:
        catalogue.fetch("poem.txt", path.parent)
    assert caught.value.exit_code == 2
    assert path.read_bytes() == content
    assert site.asked == []


def test_fetch_names_a_spoilt_file_that_would_hide_the_good_one(
    poem: Entry, site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "named", POEM.replace(b"red", b"bed"))
    monkeypatch.setenv("CADENZA_DATA", str(path.parent))
    with pytest.raises(UserError, match=f"{path} is not the poem.txt of the catalogue; move it away"):
        catalogue.fetch("poem.txt")
    assert site.asked == []
