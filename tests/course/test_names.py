"""The 65 names of the exercises' documents and helper modules, by module."""

import importlib

import pytest

EXERCISES = {
    "rnn": """rnn_cell_forward rnn_forward lstm_cell_forward lstm_forward
        rnn_cell_backward rnn_backward lstm_cell_backward lstm_backward""",
    "dinosaurs": "clip sample optimize model",
    "jazz": "djmodel music_inference_model predict_and_sample",
    "emojify": "sentence_to_avg model sentences_to_indices pretrained_embedding_layer Emojify_V2",
}
HELPERS = {
    "rnn_utils": "softmax sigmoid initialize_adam update_parameters_with_adam",
    "cllm_utils": """softmax smooth print_sample get_sample get_initial_loss initialize_parameters
        rnn_step_forward rnn_step_backward update_parameters rnn_forward rnn_backward""",
    "shakespeare_utils": "build_data vectorization sample on_epoch_end generate_output",
    "music_utils": "data_processing next_value_processing sequence_to_matrix one_hot",
    "data_utils": "load_music_utils generate_music",
    "grammar": "parse_melody unparse_grammar",
    "qa": "prune_grammar prune_notes clean_up_notes",
    "preprocess": "get_musical_data get_corpus_data",
    "inference_code": "inference_model",
    "midi": "mid2wav note_to_freq ticks_to_ms",
    "emo_utils": """softmax read_csv convert_to_one_hot label_to_emoji read_glove_vecs print_predictions
        plot_confusion_matrix predict""",
}
ALL = {module: names.split() for module, names in (EXERCISES | HELPERS).items()}


def test_there_are_sixty_five() -> None:
    assert sum(map(len, ALL.values())) == 65


@pytest.mark.parametrize("module", list(ALL))
def test_a_star_import_brings_the_names_of_the_module(module: str) -> None:
    found = importlib.import_module(f"course.{module}")
    assert set(ALL[module]) <= set(found.__all__)
    assert all(callable(getattr(found, name)) for name in ALL[module])
