"""Networks that were trained in the studio: kept, renamed, deleted, found again."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from apps.studio.errors import RequestError
from apps.studio.networks import LABEL, Networks
from models.apps import APPS

BUNDLE = APPS["dinos"].pretrained


def titles(networks: Networks) -> list[str]:
    return [network["title"] for network in networks.titles()["dinos"]]


def test_a_trained_network_is_kept_and_found_again(tmp_path: Path) -> None:
    networks = Networks(tmp_path / "kept")
    first = networks.add("dinos", "Mine", BUNDLE)
    second = networks.add("dinos", "Mine", BUNDLE)
    assert titles(networks) == ["Bundled", "Mine", "Mine (2)"]
    networks.rename("dinos", second.id, "Yours")
    networks.delete("dinos", first.id)
    again = Networks(tmp_path / "kept")
    assert titles(again) == ["Bundled", "Yours"]
    assert again.get("dinos", second.id).describe() == {
        "id": second.id,
        "title": "Yours",
        "own": True,
        "kept": True,
    }
    assert again.get("dinos", second.id).model.names(2, seed=1) == APPS["dinos"].load().names(2, seed=1)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [second.id]


def test_two_networks_never_have_one_title(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    one, two = networks.add("dinos", "One", BUNDLE), networks.add("dinos", "Two", BUNDLE)
    for title in ("One", "Bundled"):
        with pytest.raises(RequestError, match=f"there is a network called '{title}'"):
            networks.rename("dinos", two.id, title)
    networks.rename("dinos", one.id, "One")
    networks.add("jazz", "One", BUNDLE)
    assert titles(networks) == ["Bundled", "One", "Two"]


def test_bundled_networks_stay(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    for act in (
        lambda: networks.delete("dinos", "pretrained"),
        lambda: networks.rename("dinos", "glove", "x"),
    ):
        with pytest.raises(RequestError):
            act()
    assert titles(networks) == ["Bundled"]


def test_a_folder_that_cannot_be_written_leaves_the_network_for_this_run(tmp_path: Path, caplog: Any) -> None:
    (tmp_path / "file").write_text("")
    network = Networks(tmp_path / "file").add("dinos", "Mine", BUNDLE)
    assert not network.describe()["kept"] and network.model.names(1, seed=1)
    assert "a network is not kept" in caplog.text


@pytest.mark.parametrize(
    "label", ["", "[]", '{"app": "dinos"}', '{"app": "../x", "title": "x"}', "{" * 70_000]
)
def test_what_is_no_network_is_left_alone(tmp_path: Path, label: str) -> None:
    for folder in (tmp_path / "0123456789abcdef", tmp_path / "notes"):
        folder.mkdir()
        (folder / LABEL).write_text(label)
    assert titles(Networks(tmp_path)) == ["Bundled"]
    assert len(list(tmp_path.iterdir())) == 2


def test_names_in_requests_are_no_paths(client: TestClient) -> None:
    for path in ("dinos/pretrained", "dinos/..%2F..%2Fx", "nothing/x", "..%2Fdinos/x"):
        answer = client.delete(f"/api/networks/{path}")
        assert answer.status_code in (403, 404, 405) and list(answer.json()) == ["error"]
    answer = client.post("/api/networks/dinos/pretrained", json={"title": " \n "})
    assert answer.json() == {"error": "title: expected a letter or more, got none"}
