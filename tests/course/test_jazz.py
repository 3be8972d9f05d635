"""The jazz exercise by the course's contracts, and its cells as a learner types them."""

import wave
from pathlib import Path

import keras
import numpy as np
import pytest
from music21 import chord, note, stream

from course import data_utils, inference_code, jazz, midi, music_utils, preprocess, qa, streams
from course.grammar import parse_melody, unparse_grammar
from data.solos import reading
from models.jazz.networks import shared_layers
from music import grammar, harmony
from utils.errors import UserError

CELLS_2018 = """
import numpy as np
from course.music_utils import *
from course.data_utils import *
from keras.layers import Dense, Input, LSTM, Reshape, Lambda, RepeatVector
from course.keras2 import Adam, Model
from keras.utils import to_categorical

X, Y, n_values, indices_values = load_music_utils()
print("shape of X:", X.shape)
n_a = 64
reshapor = Reshape((1, n_values))
LSTM_cell = LSTM(n_a, return_state=True)
densor = Dense(n_values, activation="softmax")

def djmodel(Tx, n_a, n_values):
    X = Input(shape=(Tx, n_values))
    a0, c0 = Input(shape=(n_a,), name="a0"), Input(shape=(n_a,), name="c0")
    a, c, outputs = a0, c0, []
    for t in range(Tx):
        x = Lambda(lambda z, t=t: z[:, t, :])(X)
        x = reshapor(x)
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        out = densor(a)
        outputs.append(out)
    return Model(inputs=[X, a0, c0], outputs=outputs)

model = djmodel(Tx=30, n_a=64, n_values=n_values)
opt = Adam(lr=0.01, beta_1=0.9, beta_2=0.999, decay=0.01)
model.compile(optimizer=opt, loss="categorical_crossentropy", metrics=["accuracy"])
m = 60
a0 = np.zeros((m, n_a))
c0 = np.zeros((m, n_a))
history = model.fit([X, a0, c0], list(Y), epochs=epochs, verbose=0)

def music_inference_model(LSTM_cell, densor, n_values=n_values, n_a=64, Ty=100):
    x0 = Input(shape=(1, n_values))
    a0, c0 = Input(shape=(n_a,), name="a0"), Input(shape=(n_a,), name="c0")
    a, c, x, outputs = a0, c0, x0, []
    for t in range(Ty):
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        out = densor(a)
        outputs.append(out)
        x = Lambda(one_hot)(out)
    return Model(inputs=[x0, a0, c0], outputs=outputs)

inference_model = music_inference_model(LSTM_cell, densor, n_values=n_values, n_a=64, Ty=Ty)
x_initializer = np.zeros((1, 1, n_values))
a_initializer = np.zeros((1, n_a))
c_initializer = np.zeros((1, n_a))

def predict_and_sample(inference_model, x_initializer=x_initializer, a_initializer=a_initializer,
                       c_initializer=c_initializer):
    pred = inference_model.predict([x_initializer, a_initializer, c_initializer], verbose=0)
    indices = np.argmax(pred, axis=-1)
    results = to_categorical(indices, num_classes=x_initializer.shape[2])
    return results, indices

results, indices = predict_and_sample(inference_model, x_initializer, a_initializer, c_initializer)
out_stream = generate_music(inference_model)
"""

CELLS_2021 = """
import numpy as np
from course.music_utils import *
from course.data_utils import *
from keras.layers import Dense, Input, LSTM, Reshape, RepeatVector
from course.keras2 import Adam, Model
from keras.utils import to_categorical

X, Y, n_values, indices_values, chords = load_music_utils(path)
n_a = 64
reshaper = Reshape((1, n_values))
LSTM_cell = LSTM(n_a, return_state=True)
densor = Dense(n_values, activation="softmax")

def djmodel(Tx, LSTM_cell, densor, reshaper):
    n_values = densor.units
    n_a = LSTM_cell.units
    X = Input(shape=(Tx, n_values))
    a0, c0 = Input(shape=(n_a,), name="a0"), Input(shape=(n_a,), name="c0")
    a, c, outputs = a0, c0, []
    for t in range(Tx):
        x = reshaper(X[:, t, :])
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        outputs.append(densor(a))
    return Model(inputs=[X, a0, c0], outputs=outputs)

model = djmodel(Tx=30, LSTM_cell=LSTM_cell, densor=densor, reshaper=reshaper)
opt = Adam(learning_rate=0.01, beta_1=0.9, beta_2=0.999, decay=0.01)
model.compile(optimizer=opt, loss="categorical_crossentropy", metrics=["accuracy"])
m = 60
a0 = np.zeros((m, n_a))
c0 = np.zeros((m, n_a))
history = model.fit([X, a0, c0], list(Y), epochs=epochs, verbose=0)

def music_inference_model(LSTM_cell, densor, Ty=100):
    n_values, n_a = densor.units, LSTM_cell.units
    x0 = Input(shape=(1, n_values))
    a0, c0 = Input(shape=(n_a,), name="a0"), Input(shape=(n_a,), name="c0")
    a, c, x, outputs = a0, c0, x0, []
    for t in range(Ty):
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        out = densor(a)
        outputs.append(out)
        x = one_hot(out)
    return Model(inputs=[x0, a0, c0], outputs=outputs)

inference_model = music_inference_model(LSTM_cell, densor, Ty=Ty)
x_initializer = np.zeros((1, 1, n_values))
a_initializer = np.zeros((1, n_a))
c_initializer = np.zeros((1, n_a))

def predict_and_sample(inference_model, x_initializer, a_initializer, c_initializer):
    n_values = x_initializer.shape[2]
    pred = inference_model.predict([x_initializer, a_initializer, c_initializer], verbose=0)
    indices = np.argmax(pred, axis=-1)
    results = to_categorical(indices, num_classes=n_values)
    return results, indices

results, indices = predict_and_sample(inference_model, x_initializer, a_initializer, c_initializer)
out_stream = generate_music(inference_model, indices_values, chords)
"""


@pytest.fixture(scope="module")
def network():
    """Untrained layers for the bundled tune, and a network of four steps of them."""
    solo = reading.read_solo(reading.BUNDLED)
    shared = shared_layers(len(solo.vocabulary))
    return shared, jazz.music_inference_model(shared.LSTM_cell, shared.densor, Ty=4)


@pytest.fixture
def bundled(monkeypatch):
    """The course's file is not on this machine."""
    monkeypatch.setenv("CADENZA_DATA", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "/nowhere")


def typed(cells, epochs, Ty, path=None):
    keras.utils.set_random_seed(0)
    names = {"epochs": epochs, "Ty": Ty, "path": path}
    exec(cells, names)
    return names


@pytest.mark.slow
@pytest.mark.parametrize(("cells", "path"), [(CELLS_2018, None), (CELLS_2021, reading.BUNDLED)])
def test_the_cells_run_as_typed(cells, path, bundled, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    found = typed(cells, 1, 3, path)
    losses = found["history"].history
    assert losses["loss"][0] == pytest.approx(29 * np.log(found["n_values"]), abs=3)
    assert any(name.endswith("accuracy") for name in losses)
    assert found["results"].shape[0] == found["indices"].shape[0] == 3
    _, ours = jazz.predict_and_sample(jazz.music_inference_model(found["LSTM_cell"], found["densor"], 3))
    assert np.ravel(found["indices"]).tolist() == ours[:, 0].tolist()
    assert "Your generated music is saved in" in capsys.readouterr().out
    assert (tmp_path / "output" / "my_music.midi").read_bytes().startswith(b"MThd")


@pytest.mark.slow
@pytest.mark.course_data("original_metheny.mid")
def test_the_courses_training_ends_where_it_was_published(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = typed(CELLS_2021, 100, 50, "data/original_metheny.mid")
    losses = found["history"].history["loss"]
    assert found["n_values"] == 78
    assert losses[0] == pytest.approx(126, abs=1)
    assert 5.5 < losses[-1] < 6.6


def test_djmodel_takes_the_arguments_of_both_editions(network):
    shared, _ = network
    old, positional = jazz.djmodel(Tx=2, n_a=5, n_values=7), jazz.djmodel(2, 5, 7)
    assert [model.count_params() for model in (old, positional)] == [4 * 5 * (5 + 7 + 1) + 6 * 7] * 2
    assert old.get_layer("lstm_1").units == 5 and old.get_layer("dense").units == 7
    new = jazz.djmodel(2, shared.LSTM_cell, shared.densor, reshaper=shared.reshaper)
    assert new.get_layer("lstm_1") is shared.LSTM_cell
    for arguments in ({"n_a": 5}, {"LSTM_cell": shared.LSTM_cell}, {"LSTM_cell": 5, "densor": shared.densor}):
        with pytest.raises(TypeError, match="djmodel: expected Tx, n_a, n_values or"):
            jazz.djmodel(2, **arguments)


def test_music_inference_model_takes_the_arguments_of_both_editions(network):
    shared, _ = network
    layers, n_values = (shared.LSTM_cell, shared.densor), shared.n_values
    assert len(jazz.music_inference_model(*layers, n_values=n_values, n_a=64, Ty=3).outputs) == 3
    assert len(jazz.music_inference_model(*layers, n_values, 64, 3).outputs) == 3
    assert len(jazz.music_inference_model(*layers, 3).outputs) == 3
    with pytest.raises(ValueError, match="n_a: expected the layer's 64, got 32"):
        jazz.music_inference_model(*layers, n_values, 32, 3)


def test_the_initial_states_are_zeros_unless_given(network):
    shared, model = network
    results, indices = jazz.predict_and_sample(model)
    zeros = (np.zeros((1, 1, shared.n_values)), np.zeros((1, 64)), np.zeros((1, 64)))
    np.testing.assert_array_equal(jazz.predict_and_sample(model, *zeros)[1], indices)
    assert (results.shape, indices.shape) == ((4, shared.n_values), (4, 1))


def test_inference_model_feeds_back_probabilities(network):
    shared, _ = network
    model = inference_code.inference_model(shared.LSTM_cell, shared.densor, shared.n_values, 64, Ty=2)
    first, second = model([np.zeros((1, 1, shared.n_values)), np.zeros((1, 64)), np.zeros((1, 64))])
    a, _, c = shared.LSTM_cell(np.zeros((1, 1, shared.n_values)), initial_state=[np.zeros((1, 64))] * 2)
    a, _, _ = shared.LSTM_cell(np.asarray(first)[:, None], initial_state=[a, c])
    np.testing.assert_allclose(np.asarray(second), np.asarray(shared.densor(a)), atol=1e-6)


def test_load_music_utils_has_the_chords_where_a_file_is_named(bundled):
    X, Y, n_values, indices_values = music_utils.load_music_utils()
    *rest, chords = music_utils.load_music_utils(reading.BUNDLED)
    assert (X.shape, Y.shape) == ((60, 30, n_values), (30, 60, n_values))
    np.testing.assert_array_equal(rest[0], X)
    assert rest[3] == indices_values and len(indices_values) == n_values
    solo = reading.read_solo(reading.BUNDLED)
    assert [[tuple(pitch.midi for pitch in found.pitches) for found in chords[i]] for i in range(3)] == [
        [found.pitches for found in measure] for measure in solo.chords[:3]
    ]
    assert [float(found.offset) for found in chords[2]] == [found.onset for found in solo.chords[2]]


@pytest.mark.course_data("original_metheny.mid")
def test_the_courses_file_by_the_path_of_its_cells():
    chords, grammars = preprocess.get_musical_data("data/original_metheny.mid")
    corpus, values, values_indices, indices_values = preprocess.get_corpus_data(grammars)
    assert (len(chords), len(grammars), len(corpus), len(values)) == (18, 18, 193, 78)
    assert values == sorted(values) and [indices_values[values_indices[value]] for value in values] == values
    assert chords[0][0].pitches[0].nameWithOctave == "E-4"  # spelled by itself


def test_a_file_that_is_nowhere_is_named():
    with pytest.raises(UserError, match="no_such.mid"):
        preprocess.get_musical_data("data/no_such.mid")


def test_parse_melody_of_streams_is_the_grammar_of_notes():
    solo = reading.read_solo(reading.BUNDLED)
    for notes, chords, tokens in zip(solo.notes[:4], solo.chords, solo.tokens, strict=False):
        voice = streams.voice_of(notes)
        voice.insert(0.0, note.Rest())
        assert parse_melody(voice, [streams.chord_of(found) for found in chords]) == " ".join(tokens)


C_MAJOR = [chord.Chord(["C4", "E4", "G4"])]


def played(tokens, chords=C_MAJOR, seed=0):
    voice = unparse_grammar(tokens, chords, generator=np.random.default_rng(seed))
    return [(float(found.offset), found.pitch.midi, float(found.quarterLength)) for found in voice.notes]


def test_every_note_stands_after_its_own_duration():
    assert [(onset, length) for onset, _, length in played("C,0.50 C,0.25,<M3,m-3> C,1.00,<P4,m-2>")] == [
        (0.5, 0.5),
        (0.75, 0.25),
        (1.75, 1.0),
    ]


def test_a_tone_without_a_window_is_of_its_kind_and_not_below_octave_4():
    low = [chord.Chord(["C2", "E2", "G2"])]
    for seed in range(20):
        assert played("C,0.25", low, seed)[0][1] in (60, 64, 67)
        assert played("S,0.25", low, seed)[0][1] % 12 in harmony.scale_classes((36, 40, 43))
        assert 60 <= played("A,0.25", low, seed)[0][1] <= 72


def test_a_window_holds_the_next_tone_another_than_the_one_before():
    for seed in range(20):
        first, second = (pitch for _, pitch, _ in played("C,0.25 C,0.25,<P5,d-5>", C_MAJOR, seed))
        assert second % 12 in (0, 4, 7) and second != first and -6 <= second - first <= 7
    # From E or G nothing of the chord lies within a semitone: the note itself is the one candidate.
    assert {
        second - first
        for seed in range(9)
        for (_, first, _), (_, second, _) in [played("C,0.25 C,0.25,<m2,m-2>", C_MAJOR, seed)]
    } == {0}
    # No scale tone at all within the window: a whole step.
    moves = {
        second - first
        for seed in range(9)
        for (_, first, _), (_, second, _) in [played("C,0.25 S,0.25,<A1,A1>", C_MAJOR, seed)]
    }
    assert moves <= {-2, 1, 2} and moves & {-2, 2}


def test_the_repairs_keep_the_courses_defects():
    voice = streams.voice_of([])
    for onset, name in enumerate(["C4", "C4", "C4", "D4", "D4", "D4"]):
        voice.insert(float(onset), note.Note(name))
    kept = [found.nameWithOctave for found in qa.prune_notes(voice)]
    assert kept == ["C4", "C4", "D4", "D4"]  # ours leave one of each
    first, second, third = note.Note("C4"), note.Note("D4"), note.Note("E4")
    voice = stream.Voice()
    for onset, found in ((0.0, first), (0.0, second), (1.0, third)):
        voice.insert(onset, found)
    third.quarterLength = 0
    assert qa.clean_up_notes(voice) == [first, third]
    assert third.quarterLength == 0.25


def test_prune_grammar_is_the_projects_on_a_text():
    tokens = ["C,0.333", "S,0.250,<m2,P-4>", "A,0.667,<P4,m-2>"]
    ours = grammar.prune_grammar(tokens, np.random.default_rng(4))
    assert qa.prune_grammar(" ".join(tokens), generator=np.random.default_rng(4)) == " ".join(ours)


def sounds(found):
    return [
        (float(element.offset), tuple(pitch.midi for pitch in element.pitches))
        for element in found.recurse().notes
    ]


@pytest.mark.slow
def test_generate_music_has_both_signatures(network, bundled, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _, model = network
    *_, indices_tones, chords = music_utils.load_music_utils(reading.BUNDLED)
    old = data_utils.generate_music(model, T_y=4, generator=np.random.default_rng(1))
    said = capsys.readouterr().out
    new = data_utils.generate_music(model, indices_tones, chords, 0.5, generator=np.random.default_rng(1))
    assert capsys.readouterr().out == said and sounds(old) == sounds(new)
    assert said.count("and after pruning") == len(chords) // 3 - 1


def test_generate_music_plays_the_same_tones_over_a_third_of_the_measures(
    network, bundled, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    _, model = network
    *_, indices_tones, chords = music_utils.load_music_utils(reading.BUNDLED)
    chords = {number: chords[number] for number in range(9)}
    music = data_utils.generate_music(model, indices_tones, chords, generator=np.random.default_rng(1))
    said = capsys.readouterr().out
    assert said.count("Generated ") == 2 and "Your generated music is saved in" in said
    tones = [onset for onset, pitches in sounds(music) if len(pitches) == 1]
    durations = [float(token.split(",")[1]) for token in predicted(model, indices_tones)]
    assert min(tones) == 0.25  # the added C,0.25, after its own duration
    assert max(tones) < 4 + sum(durations) + 4 * 0.25 + 1
    assert (tmp_path / "output" / "my_music.midi").stat().st_size > 100
    with pytest.raises(UserError, match="inference_model: expected 1 values, got "):
        data_utils.generate_music(model, {0: "C,0.250"}, chords)


def predicted(model, indices_tones):
    return [indices_tones[int(index)] for index in jazz.predict_and_sample(model)[1][:, 0]]


def test_next_value_processing_draws_until_a_measure_can_begin_with_it():
    drawn = iter(["R,0.250", "S,0.250,<m2,P-4>", "S,0.500"])

    def draw(model, x, indices_values, temperature):
        return next(drawn)

    assert music_utils.next_value_processing(None, "C,0.25,<m2,P-4>", None, draw, {}, [], 0.0) == "S,0.500"
    assert music_utils.next_value_processing(None, "R,0.250", None, draw, {}, [], 1.0) == "R,0.250"
    given = ["C,0.750 C,0.250,<m2,P-4>"]
    bad = music_utils.next_value_processing(None, "R,1", None, lambda *_: "R,1", {}, given, 0, max_tries=3)
    assert bad == "C,0.750"


def test_the_rendering_has_the_right_pitch_and_length(tmp_path: Path):
    voice = stream.Stream()
    voice.insert(1.0, note.Note("A4", quarterLength=2.0))
    voice.write("midi", tmp_path / "a.mid")
    path = midi.mid2wav(tmp_path / "a.mid", output=tmp_path / "out" / "a.wav")
    with wave.open(str(path)) as file:
        rate, count = file.getframerate(), file.getnframes()
        samples = np.frombuffer(file.readframes(count), np.int16)[::2]
    assert count / rate == pytest.approx(3 * 60 / 130, abs=0.01)
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() * rate / count == pytest.approx(440, abs=2)
    assert not samples[: int(0.45 * rate)].any()
    assert midi.ticks_to_ms(1024, 120, 1024) == 500
    assert midi.note_to_freq(69, 500) == 500


def test_the_helpers_of_numbers():
    assert music_utils.sequence_to_matrix(["b"], {"a": 0, "b": 1}).tolist() == [[[0.0, 1.0]]]
    X, Y, n_values = music_utils.data_processing(list("abcab" * 9), {"c": 0, "b": 1, "a": 2}, m=4, Tx=6)
    assert (X.shape, Y.shape, n_values) == ((4, 6, 3), (6, 4, 3), 3)
    assert not X[:, 0].any() and not Y[5].any()
    np.testing.assert_array_equal(X[:, 1:].swapaxes(0, 1), Y[:5])
