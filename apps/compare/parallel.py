"""Trains the networks of a comparison side by side, by Ray Tune."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from models import cluster
from models.comparison.tasks import Task
from models.comparison.training import Trial, train
from utils.errors import UserError
from utils.progress import progress

RETRIES = 3  # of a training whose process was lost


def train_runs(task: Task, seeds: Sequence[int], workers: int, address: str | None = None) -> Iterator[Trial]:
    """Trains every kind with every seed, and yields the runs in sequential order: seed, then kind.

    With more than one worker the runs have no timings, because they share the cores.

    Args:
        task: The task.
        seeds: For the initial weights and the order of the examples.
        workers: How many networks are trained at once.
        address: HOST:PORT of a Ray cluster; None: this machine.

    Raises:
        KeyboardInterrupt: After Ctrl-C, and after the runs that were finished.
        UserError: Ray is not installed or not there, or a training failed (exit code 1); after the others.
    """
    jobs = [
        (number, kind, n_a, seed)
        for number, (seed, kind, n_a) in enumerate(
            (seed, kind, n_a) for seed in seeds for kind, n_a in task.units.items()
        )
    ]
    with cluster.connected(address, workers) as ray, progress("networks", len(jobs)) as advance:
        cluster.resources_per_worker(ray, 1)
        results: dict[int, dict[str, Any]] = {}
        problem = _tune(task, jobs, workers, results, lambda: advance(len(results)))
    errors = [result["error"] for _, result in sorted(results.items()) if "error" in result]
    for _, result in sorted(results.items()):
        if "run" in result:
            run = Trial(**result["run"])
            yield run if workers == 1 else _untimed(run)
    if errors:
        raise UserError(*errors[0])
    if problem is not None:
        raise problem
    if len(results) < len(jobs):
        raise UserError(
            f"{len(jobs) - len(results)} of {len(jobs)} trainings were lost, each {RETRIES + 1} times", 1
        )


def _tune(task: Task, jobs: Sequence[Any], workers: int, found: dict[int, Any], advance: Any) -> Any:
    """Fills in the results; returns the KeyboardInterrupt that ended it, if one did."""
    from ray import tune

    class Collect(tune.Callback):  # type: ignore[misc,unused-ignore]
        def on_trial_result(self, iteration: int, trials: Any, trial: Any, result: Any, **info: Any) -> None:
            found[result["number"]] = result
            advance()

    trainable = tune.with_resources(tune.with_parameters(_train, task=task), {"cpu": 1})
    with tempfile.TemporaryDirectory() as folder:
        tuner = tune.Tuner(
            trainable,
            param_space={"job": tune.grid_search(list(jobs))},
            tune_config=tune.TuneConfig(max_concurrent_trials=workers),
            run_config=tune.RunConfig(
                storage_path=folder,
                verbose=0,
                callbacks=[Collect()],
                failure_config=tune.FailureConfig(max_failures=RETRIES),
            ),
        )
        try:
            tuner.fit()
        except KeyboardInterrupt as error:
            return error
    return None


def _train(config: dict[str, Any], task: Task) -> None:
    """What Ray runs in a worker."""
    from ray import tune

    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):  # read when TensorFlow first computes
        os.environ[name] = "1"
    number, kind, n_a, seed = config["job"]
    result: dict[str, Any] = {"number": number}
    try:
        result["run"] = asdict(train(kind, n_a, seed=seed, **task.settings))
    except UserError as error:
        result["error"] = (str(error), error.exit_code)
    tune.report(result)


def _untimed(run: Trial) -> Trial:
    history = {name: values for name, values in run.history.items() if name != "seconds"}
    return replace(run, history=history, characters_per_second=None)
