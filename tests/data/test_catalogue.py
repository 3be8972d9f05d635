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
    poem: Entry, site, tmp_path: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert catalogue.locate("poem.txt", tmp_path / "given") is None
    assert site.asked == []
    in_cache = put(empty_cache)
    assert catalogue.locate("poem.txt", tmp_path / "given") == in_cache
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path / "named"))
    assert catalogue.locate("poem.txt") == in_cache
    in_named = put(tmp_path / "named")
    assert catalogue.locate("poem.txt", tmp_path / "given") == in_named
    in_given = put(tmp_path / "given")
    assert catalogue.locate("poem.txt", tmp_path / "given") == in_given
    assert catalogue.locate("poem.txt") == in_named


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
    monkeypatch.chdir(tmp_path / "my däta")
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


def test_fetch_downloads_to_the_first_folder_that_may_have_the_file(
    poem: Entry, site, tmp_path: Path, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        assert catalogue.fetch("poem.txt") == empty_cache / "poem.txt"
    assert [path.name for path in empty_cache.iterdir()] == ["poem.txt"]
    assert len(site.asked) == 1
    assert catalogue.fetch("poem.txt", tmp_path / "given") == tmp_path / "given" / "poem.txt"
    assert len(site.asked) == 2
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path / "given"))
    assert catalogue.fetch("poem.txt") == tmp_path / "given" / "poem.txt"
    assert len(site.asked) == 2


def test_fetch_mends_a_spoilt_file_in_the_cache(poem: Entry, empty_cache: Path) -> None:
    for spoilt in (POEM.replace(b"red", b"bed"), POEM[:9]):
        path = put(empty_cache, spoilt)
        assert catalogue.fetch("poem.txt") == path
        assert path.read_bytes() == POEM


@pytest.mark.parametrize(
    ("content", "data_dir"),
    [(POEM.replace(b"red", b"bed"), "mine"), (b"my own poem", "mine"), (POEM.replace(b"red", b"bed"), None)],
    ids=["changed", "other", "hides the good one"],
)
def test_fetch_does_not_overwrite_a_persons_own_file(
    poem: Entry, site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, data_dir: str | None
) -> None:
    path = put(tmp_path / "mine", content)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CADENZA_DATA", str(path.parent))
    with pytest.raises(UserError, match=r"mine/poem\.txt is not .* of the catalogue; move it away"):
        catalogue.fetch("poem.txt", data_dir)
    assert path.read_bytes() == content
    assert site.asked == []
