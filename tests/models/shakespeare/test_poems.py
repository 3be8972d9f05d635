"""The Python API: completing poems, one and many, as strings and as streams."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import shakespeare
from models.shakespeare.poems import PoemModel
from tests.models.shakespeare.poems import VOCABULARY, network
from utils import bundle as bundles
from utils.errors import UserError

MODEL = PoemModel(network(scale=1.5))


def test_a_network_is_loaded_by_its_path(tmp_path: Path) -> None:
    bundles.save(network("window"), tmp_path)
    assert shakespeare.load(str(tmp_path)).state == "window"
    assert shakespeare.load(tmp_path, state="carried").state == "carried"
    with pytest.raises(UserError, match=f"no bundle at {tmp_path}"):
        shakespeare.load(tmp_path / "nowhere")


def test_the_pretrained_network_is_the_default() -> None:
    poem = shakespeare.load().complete("love is ", length=300, temperature=0.7, seed=1)
    assert poem.startswith("love is ") and len(poem) == 308
    assert poem.count(" the ") + poem.count(" of ") >= 2


def test_other_states_are_refused() -> None:
    with pytest.raises(ValueError, match="expected one of carried, window, got 'solid'"):
        PoemModel(network(), state="solid")


def test_a_poem_is_the_prompt_as_given_and_what_follows() -> None:
    for prompt in ("Love is FOREVER", "love is forever ", "  love", "love\nis", "\n\nlove", ""):
        poem = MODEL.complete(prompt, length=30, seed=1)
        assert poem.startswith(prompt) and len(poem) == len(prompt) + 30
        assert set(poem[len(prompt) :]) <= set(VOCABULARY.symbols)


def test_prompts_are_folded_and_spaces_matter() -> None:
    def after(prompt: str) -> str:
        return MODEL.complete(prompt, length=60, seed=1)[len(prompt) :]

    assert after("NA\u00cfVE") == after("naive")
    assert after("love\U0001f496 is") == after("love is")
    assert after("love is forever ") != after("love is forever")


@pytest.mark.parametrize(
    ("prompt", "notice"),
    [
        ("love \U0001f496 is", "the beginning: 1 character left out (1 different: '\U0001f496')"),
        ("\u7231\u60c5", "the beginning: 2 characters left out (2 different: '\u7231' '\u60c5')"),
        ("", "the beginning is empty: the network begins by itself"),
    ],
)
def test_one_notice_where_characters_were_dropped(
    prompt: str, notice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    MODEL.complete_all([prompt] * 3, length=2, seed=1)
    assert capsys.readouterr() == ("", f"note: {notice}\n")


def test_seeds_repeat_poems() -> None:
    poems = [MODEL.complete("love", length=50, seed=seed) for seed in (1, 1, 2)]
    assert poems[0] == poems[1] != poems[2]
    drawn = [MODEL.complete("love", length=50, seed=np.random.default_rng(3)) for _ in range(2)]
    assert drawn[0] == drawn[1]
    generator = np.random.default_rng(3)
    assert MODEL.complete("love", length=50, seed=generator) == drawn[0]
    assert MODEL.complete("love", length=50, seed=generator) != drawn[0]
    assert MODEL.complete("love", length=50) != MODEL.complete("love", length=50)


def test_a_stream_is_the_poem_character_by_character() -> None:
    stream = MODEL.stream("o ", length=600, seed=1)
    first = next(stream)
    assert first + "".join(stream) == MODEL.complete("o ", length=600, seed=1)[2:]


@pytest.mark.parametrize("state", ["carried", "window"])
def test_poems_side_by_side_do_not_depend_on_each_other(state: str) -> None:
    model = PoemModel(network(scale=1.5), state=state)
    poems = model.complete_all(["love ", "o", "love "], length=40, seed=1)
    assert poems[0] == model.complete("love ", length=40, seed=1)
    assert poems[0] != poems[2]
    assert model.complete_all(["x", "o", "love "], length=40, seed=1)[1:] == poems[1:]


def test_a_poem_stops_after_so_many_lines_with_a_letter() -> None:
    whole = MODEL.complete("love", length=3000, seed=1)
    three = MODEL.complete("love", length=3000, lines=3, seed=1)
    assert whole.startswith(three + "\n")
    assert len([line for line in three.splitlines() if line.strip()]) == 3
    each = MODEL.complete_all(["love", "o\n"], length=3000, lines=2, seed=1)
    assert [len([line for line in poem.splitlines() if line.strip()]) for poem in each] == [2, 3]
    assert each[0] == MODEL.complete("love", length=3000, lines=2, seed=1)


def test_sampling_options_reach_the_choice() -> None:
    plain = MODEL.complete("love", length=200, seed=1)
    for option in ({"temperature": 0.5}, {"top_k": 3}, {"top_p": 0.3}):
        assert MODEL.complete("love", length=200, seed=1, **option) != plain
    assert len({MODEL.complete("love", length=200, top_k=1, seed=seed) for seed in range(3)}) == 1
    steps = list(MODEL.steps(["love"], length=200, top_p=0.5, seed=1))
    for step in steps:
        rank = np.argsort(-step.probabilities[0])
        before = rank[: list(rank).index(VOCABULARY.index[step.symbols[0]])]
        assert step.probabilities[0][before].sum() < 0.5


def test_a_step_tells_what_its_character_was_drawn_from() -> None:
    plain = next(iter(MODEL.steps(["love"], seed=1)))
    np.testing.assert_array_equal(plain.chances, plain.probabilities)
    step = next(iter(MODEL.steps(["love", "o"], temperature=0.5, top_k=3, seed=1)))
    for poem in range(2):
        squares = np.sort(step.probabilities[poem].astype(float) ** 2)[::-1][:3]
        likeliest = step.likeliest(5, poem)
        np.testing.assert_allclose([chance for _, chance in likeliest], squares / squares.sum())
        assert likeliest[0][0] == step.probabilities[poem].argmax()


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ({"length": 0}, "length: expected 1 to 1000000, got 0"),
        ({"lines": -1}, "lines: expected 1 or more, got -1"),
        ({"temperature": 0.0}, "temperature: expected a number above 0, got 0.0"),
        ({"top_k": 0}, "top_k: expected 1 or more, got 0"),
        ({"top_p": 1.5}, "top_p: expected above 0 and at most 1, got 1.5"),
    ],
)
def test_bad_options_are_refused_before_anything_is_written(option: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        MODEL.stream("love", **option)
    with pytest.raises(ValueError, match="prompts: expected 1 or more, got 0"):
        MODEL.complete_all([])


def test_evaluation_takes_text() -> None:
    metrics = PoemModel(network(scale=0.0)).evaluate("So long lives this, " * 10)
    assert (metrics["window_nats"], metrics["carried_nats"], metrics["characters"]) == (3.6376, 3.6376, 200)
