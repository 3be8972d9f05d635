"""Next-symbol models: both ways against running the whole text."""

import numpy as np
import pytest

from models.engine.engine import Engine
from models.shakespeare.predictors import CarriedModel, WindowModel
from tests.models.shakespeare.poems import network

ENGINE = Engine.from_bundle(network())
TEXT = np.random.default_rng(1).integers(0, 38, 200)
PROMPTS = [TEXT[:10].tolist(), TEXT[:3].tolist(), TEXT[:10].tolist(), TEXT[50:60].tolist()]
MODELS = {
    "carried": lambda: CarriedModel(ENGINE),
    "window": lambda: WindowModel(ENGINE, 7),
}


@pytest.mark.parametrize("name", MODELS)
def test_each_poem_is_predicted_as_by_itself(name: str) -> None:
    model, texts = MODELS[name](), [list(prompt) for prompt in PROMPTS]
    p, state = model.begin(PROMPTS)
    for chosen in TEXT[100:].reshape(25, 4):
        for text, row, symbol in zip(texts, p, chosen.tolist(), strict=True):
            read = ([-1] * 7 + text)[-7:] if "window" in name else text
            assert np.allclose(row, ENGINE.run(np.array(read))[0], atol=1e-5)
            text.append(symbol)
        p, state = model.step(chosen, state)


@pytest.mark.parametrize("name", MODELS)
def test_poems_can_be_begun_side_by_side_in_turns(name: str) -> None:
    """A state belongs to its poem: one model serves several."""
    model = MODELS[name]()
    p, state = model.begin([[1, 2, 3]])
    model.step(np.array([4]), model.begin([[5, 6]])[1])
    again, _ = model.begin([[1, 2, 3]])
    assert np.array_equal(p, again)
    after, _ = model.step(np.array([4]), state)
    whole, _ = model.begin([[1, 2, 3, 4]])
    assert np.allclose(after, whole, atol=1e-6)


def test_a_long_prompt_is_read_from_its_end() -> None:
    long = np.resize(TEXT, 5000).tolist()
    p, _ = CarriedModel(ENGINE).begin([long] * 3)
    assert np.allclose(p, ENGINE.run(np.array(long[-2000:])), atol=1e-5)
