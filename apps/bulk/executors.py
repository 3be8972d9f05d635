"""Runs blocks in processes of this machine, or in actors of a Ray cluster."""

import logging
import multiprocessing
import os
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from apps.bulk.blocks import BlockWriter, Counts
from apps.bulk.job import Job
from apps.bulk.rows import Block
from models import cluster
from utils.errors import UserError
from utils.processes import ONE_THREAD, end_with_parent, interrupts_blocked

OnBlockDone = Callable[[Block, Counts], None]

_AHEAD = 2  # blocks that wait for each process, so that none is idle
_SPARE_CPUS = 2  # beside the actors': with fewer Ray Data may wait for ever
_MOST_TASKS = 10_000  # of Ray Data; beyond, a task has several blocks


class WorkerDied(Exception):
    """A worker process was killed: the blocks it had are to be started again."""


def run_processes(job: Job, blocks: Iterable[Block], processes: int, done: OnBlockDone) -> None:
    """Answers blocks with processes of this machine.

    Args:
        job: The job.
        blocks: The blocks, read as they are needed.
        processes: How many processes.
        done: Called in this process for every block whose part is written.

    Raises:
        WorkerDied: A process was killed; parts of blocks that `done` was not called for may be written.
        UserError: A block cannot be answered or written.
        KeyboardInterrupt: Ctrl-C; the processes are ended.
    """
    os.environ.update(ONE_THREAD)  # the processes read it when they import NumPy
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(job,))
    remaining = iter(blocks)
    running: dict[Future[Counts], Block] = {}
    try:
        while True:
            with interrupts_blocked():
                for block in islice(remaining, _AHEAD * processes - len(running)):
                    running[pool.submit(_write, block)] = block
            if not running:
                return
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                done(running.pop(future), future.result())
    except BrokenProcessPool:
        raise WorkerDied from None
    except KeyboardInterrupt:
        for process in multiprocessing.active_children():
            process.terminate()  # parts appear as a whole, so nothing is left half-written
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def run_ray(job: Job, blocks: Iterable[Block], workers: int, address: str | None, done: OnBlockDone) -> None:
    """Answers blocks with Ray Data's actors, which it starts again where one or its machine is lost.

    Args:
        job: The job; its folders must be there on every machine.
        blocks: The blocks.
        workers: How many actors.
        address: A running cluster's; None: a local one is started.
        done: Called in this process with each block that is written, and its counts.

    Raises:
        WorkerDied: Ray gave up; parts of blocks that `done` was not called for may be written.
        UserError: Ray is not installed, nothing listens at the address, or a block cannot be answered or
            written.
    """
    items = [dict(zip(Block._fields, block, strict=True)) for block in blocks]
    if not items:
        return
    with cluster.connected(address, cpus=workers + _SPARE_CPUS):
        from ray.data import ActorPoolStrategy, DataContext, from_items
        from ray.exceptions import RayError

        logging.getLogger("ray.data").setLevel(logging.ERROR)
        context = DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        results = from_items(items, override_num_blocks=min(len(items), _MOST_TASKS)).map_batches(
            _RayWriter,
            fn_constructor_args=(job,),
            batch_size=1,
            compute=ActorPoolStrategy(size=min(workers, len(items))),
            num_cpus=1,
            runtime_env={"env_vars": ONE_THREAD},
        )
        try:
            for row in results.iter_rows():
                if row["failure"]:
                    raise UserError(row["failure"], row["exit_code"])
                done(Block(row["number"], row["rows"], row["offset"]), Counts(row["rows"], row["errors"]))
        except (RayError, ConnectionError) as error:
            raise WorkerDied(str(error).strip().splitlines()[0]) from None


class _RayWriter:
    """The block function as Ray Data calls it: a batch of one block in, its counts out."""

    def __init__(self, job: Job) -> None:
        self._writer = BlockWriter(job)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        block = Block(*(int(batch[field][0]) for field in Block._fields))
        failure, code, counts = "", 0, Counts(0, 0)
        try:
            counts = self._writer.write(block)
        except UserError as error:
            failure, code = str(error), error.exit_code
        answer = {**block._asdict(), "errors": counts.errors, "failure": failure, "exit_code": code}
        return {name: [value] for name, value in answer.items()}


_job: Job | None = None  # of this worker process
_writer: BlockWriter | None = None


def _begin(job: Job) -> None:
    global _job
    end_with_parent()
    _job = job


def _write(block: Block) -> Counts:
    """Runs in a worker process; the network is loaded with the first block, where an error has its line."""
    global _writer
    if _writer is None:
        assert _job is not None
        _writer = BlockWriter(_job)
    return _writer.write(block)
