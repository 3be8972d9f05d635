"""Rows and their answers: independent of the blocks, and an error where a row is bad."""

import random
from pathlib import Path

import pytest

from models.apps import APPS
from tests.apps.bulk import bulk_jobs as jobs

COUNTS = {"shakespeare": 70, "dinos": 40, "emojify": 150, "jazz": 8}


@pytest.mark.slow
@pytest.mark.parametrize("app", APPS)
def test_answers_do_not_depend_on_the_blocks(app: str, tmp_path: Path) -> None:
    count = COUNTS[app]
    path = jobs.write_rows(tmp_path / "rows.jsonl", jobs.rows(app, count))
    expected = jobs.run_blocks(app, path, tmp_path / "whole", count)
    assert jobs.run_blocks(app, path, tmp_path / "small", 7) == expected
    assert [answer["id"] for answer in expected] == list(range(count))
    assert not any("error" in answer for answer in expected)
    assert jobs.read_bytes(tmp_path / "small") == jobs.read_bytes(tmp_path / "whole")
    assert jobs.midi_files(tmp_path / "small") == jobs.midi_files(tmp_path / "whole")


@pytest.mark.parametrize("app", APPS)
def test_answers_do_not_depend_on_the_other_rows_and_their_order(app: str, tmp_path: Path) -> None:
    content = jobs.rows(app, COUNTS[app], random.Random(0).sample(range(1 << 40), COUNTS[app]))
    everything = jobs.write_rows(tmp_path / "rows.jsonl", content)
    expected = {answer["id"]: answer for answer in jobs.run_blocks(app, everything, tmp_path / "all", 1000)}
    some = jobs.write_rows(tmp_path / "some.jsonl", content[::-3])
    found = jobs.run_blocks(app, some, tmp_path / "some", 1000)
    assert found == [expected[row["id"]] for row in content[::-3]]


def test_randomness_comes_from_the_seed_and_the_id(tmp_path: Path) -> None:
    path = jobs.write_rows(tmp_path / "rows.jsonl", [{"id": number} for number in range(20)])
    first, other = (jobs.run_blocks("dinos", path, tmp_path / str(seed), 10, seed) for seed in (1, 2))
    assert len({answer["name"] for answer in first}) > 10
    assert sum(a["name"] == b["name"] for a, b in zip(first, other, strict=True)) < 5


BAD: dict[str, list[tuple[dict[str, object], str]]] = {
    "shakespeare": [
        ({"prompt": 5}, "prompt: expected a text, got 5"),
        ({"prompt": "\ud800"}, "prompt: expected Unicode text, got half of a surrogate pair"),
        ({"length": 0}, "length: expected 1 to 100000, got 0"),
        ({"length": True}, "length: expected 1 to 100000, got true"),
        ({"temperature": "hot"}, 'temperature: expected a number above 0, got "hot"'),
        ({"temperature": float("nan")}, "temperature: expected a number above 0, got NaN"),
        ({"temperature": 10**400}, "temperature: expected a number above 0, got 1000"),
        ({"length": 2.5}, "length: expected 1 to 100000, got 2.5"),
        ({"top_k": 0}, "top_k: expected 1 or more, got 0"),
        ({"top_p": 1.5}, "top_p: expected above 0 and at most 1, got 1.5"),
        (
            {"temprature": 1},
            "'temprature' is not a field; expected length, prompt, temperature, top_k",
        ),
    ],
    "dinos": [
        ({"start": "7"}, "start has '7'; the network knows"),
        ({"start": "a" * 50}, "start: expected fewer than 50 characters, got 50"),
    ],
    "emojify": [
        ({}, "text: expected a text, got none"),
        ({"text": " "}, "text: expected words, got none"),
        ({"text": "so sad", "unsure": 2}, "unsure: expected 0 to 1, got 2"),
    ],
    "jazz": [
        ({"chords": "H7 | X"}, "measure 1"),
        ({"chords": "rows.jsonl"}, "measure 1"),
        ({"chords": "C", "midi": "a.mid"}, "expected chords or midi, got both"),
        ({"midi": "none.mid"}, "no such file"),
        ({"chords": "C", "tempo": 5}, "tempo: expected 20 to 400, got 5"),
    ],
}
GOOD: dict[str, dict[str, object]] = {
    "shakespeare": {"length": 3.0},
    "dinos": {},
    "emojify": {"text": "so sad"},
    "jazz": {"chords": "Dm7"},
}


@pytest.mark.parametrize("app", APPS)
def test_a_bad_row_becomes_an_error_and_the_others_are_answered(app: str, tmp_path: Path) -> None:
    fields = [GOOD[app], *(row for row, _ in BAD[app]), GOOD[app]]
    path = jobs.write_rows(tmp_path / "rows.jsonl", [{"id": i} | row for i, row in enumerate(fields)])
    first, *bad, last = jobs.run_blocks(app, path, tmp_path / "out", 100)
    for number, (answer, (_, error)) in enumerate(zip(bad, BAD[app], strict=True), 1):
        assert (list(answer), answer["id"]) == (["id", "error"], number)
        assert error in answer["error"] and "\n" not in answer["error"]
    assert "error" not in first and "error" not in last and last["id"] == len(fields) - 1


def test_the_answers_of_the_apps(tmp_path: Path, tune: Path) -> None:
    def answer(app: str, **fields: object) -> dict[str, object]:
        path = jobs.write_rows(tmp_path / f"{app}.jsonl", [{"id": 12_345} | fields])
        return jobs.run_blocks(app, path, tmp_path / app, 1)[0]

    poem = str(answer("shakespeare", prompt="Shall I ", length=10)["poem"])
    assert poem.startswith("Shall I ") and len(poem) == 18
    assert str(answer("dinos", start="tyr")["name"]).startswith("Tyr")
    found = answer("emojify", text="I love you")
    assert (found["label"], found["value"], found["emoji"], found["known_words"]) == (0, "0", "❤️", 3)
    assert found["answer"] == "❤️"
    assert answer("emojify", text="I love you", unsure=1.0)["answer"] == "not sure"
    solo = answer("jazz", midi=tune.name)
    assert solo["midi"] == "midi/345/12345.mid"
    assert (tmp_path / "jazz" / "midi" / "345" / "12345.mid").read_bytes().startswith(b"MThd")
