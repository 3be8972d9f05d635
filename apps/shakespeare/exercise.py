"""No verb: the course's exercise. Fine-tunes for an epoch, asks for a beginning, and completes the poem."""

import logging
from pathlib import Path

import keras

from apps.shakespeare import texts
from apps.shakespeare.complete import draw, read_prompt
from models import shakespeare
from models.shakespeare.course import loaded_model
from models.shakespeare.options import NetworkOptions, WriteOptions
from utils import plots

logger = logging.getLogger("cadenza")


def exercise(
    network_options: NetworkOptions,
    writing: WriteOptions,
    *,
    out: Path,
    finetune: bool = True,
    corpus: Path | None = None,
    data_dir: Path | None = None,
    epochs: int = 1,
    batch_size: int = 128,
    save: Path | None = None,
    seed: int = 0,
    engine: str = "numpy",
    show: bool = False,
) -> None:
    """Fine-tunes a network, asks for a beginning and prints the poem.

    Args:
        network_options: Which network.
        writing: How the poem is written.
        out: The folder of the pictures, and of the network where `save` names none.
        finetune: Whether there is any training.
        corpus: See `apps.shakespeare.texts.read`.
        data_dir: See `apps.shakespeare.texts.read`.
        epochs: How often every window of the text is read.
        batch_size: Windows in a batch.
        save: The folder of the fine-tuned network; None: `fine_tuned` in `out`.
        seed: The seed of the training and of the poem.
        engine: What computes the network.
        show: Whether the probabilities along the poem are drawn.

    Raises:
        UserError: A file cannot be read or written, or the loss is not finite.
        KeyboardInterrupt: Ctrl-C; the finished epochs are saved.
    """
    keras.utils.set_random_seed(seed)
    model = shakespeare.load_model(network_options.bundle)
    if finetune:
        network = loaded_model().bundle
        text = texts.read(corpus, data_dir, network.architecture["window"] + 1)
        folder, loss = save or out / "fine_tuned", out / "loss.png"
        logger.info(f"fine-tuning on {text.name}, {len(text)} characters")
        # The sample of an epoch is a notice.
        samples = [keras.callbacks.LambdaCallback(on_epoch_end=shakespeare.on_epoch_end)]
        tuned = shakespeare.fine_tune(
            network,
            text.indices,
            folder,
            model=model,
            epochs=epochs,
            batch_size=batch_size,
            seed=seed,
            training={"texts": [text.name]},
            callbacks=samples if logger.isEnabledFor(logging.INFO) else [],
        )
        plots.loss_curve(loss, {"training": tuned.training["history"]["loss"]}, f"Fine-tuned on {text.name}")
        logger.info(f"the fine-tuned network: {folder}; its loss: {loss}")
    prompt = read_prompt()
    state = network_options.state
    shakespeare.generate_output(prompt, state=state, engine=engine, options=writing, seed=seed)
    if show:
        poems = loaded_model(state=state, engine=engine)
        draw(out / "poem.png", poems, prompt, writing, seed)
