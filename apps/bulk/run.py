"""Answers every row of a file into a folder of parts; a run that was killed can be continued."""

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from apps.bulk import executors
from apps.bulk import job as jobs
from apps.bulk.blocks import Counts, count_rows
from apps.bulk.executors import WorkerDied
from apps.bulk.handlers import handler_class
from apps.bulk.job import Job
from apps.bulk.options import BulkOptions
from apps.bulk.rows import Block, Scan, open_input, require_pyarrow
from utils import cli
from utils.errors import UserError
from utils.files import UNFINISHED, locked, make_folder, regular_file, resolved
from utils.progress import progress

logger = logging.getLogger("cadenza")

_MAX_DEATHS = 5  # consecutive deaths of workers without a finished block


def bulk(
    app: str,
    out: str | Path,
    options: BulkOptions,
    *,
    bundle: str | Path | None = None,
    vectors: str | Path | None = None,
) -> None:
    """Answers the rows of a file into a folder, and prints the folder.

    If the folder holds parts of the same job, only what is missing is answered.

    Args:
        app: A name in `models.apps`.
        out: The folder for the parts and the manifest.
        options: What is answered, by what, and into which parts.
        bundle: The network; None: the pretrained one.
        vectors: Word vectors for Emojify's network.

    Raises:
        UserError: The input or the network cannot be read, the folder is another job's, or the work failed
            (exit code 1).
        KeyboardInterrupt: Ctrl-C; the parts that were written stay.
    """
    source, out = resolved(options.input), resolved(Path(out))
    handler, known = handler_class(app), jobs.read_manifest(out)
    before: dict[str, Any] = known["options"] if known else {}
    seed = before.get("seed") if options.seed is None else options.seed
    if seed is None:
        seed = cli.chosen_seed(None)
    job = Job(
        app=app,
        input=source,
        out=out,
        seed=seed,
        format=options.format or before.get("format", "jsonl"),
        block_rows=options.block_rows or before.get("block_rows", handler.BLOCK_ROWS),
        bundle=None if bundle is None else resolved(Path(bundle)),
        vectors=None if vectors is None else resolved(Path(vectors)),
    )
    if job.format == "parquet":
        require_pyarrow("the format is parquet")
    file, checksums = open_input(source), handler.checksums(job)
    handler(job)  # what is wrong with the network is known before the input is read
    with progress("checking the rows", regular_file(source).st_size) as advance:
        scan = file.scan(job.block_rows, advance)
    manifest = jobs.new_manifest(job, scan.input, checksums)
    with locked(make_folder(out), wait=False) as held:
        if not held:
            raise UserError(f"another run writes in {out}")
        known = jobs.read_manifest(out)
        if known:
            jobs.require_same(known, manifest, out)
        else:
            jobs.write_manifest(out, manifest)
        _remove_unfinished(out)
        tally = _answer(job, scan, options)
        jobs.write_manifest(out, manifest | {"counts": tally.counts()})
    print(out)


class _Tally:
    """Which blocks are written, and how many rows and errors they have."""

    def __init__(self, job: Job, scan: Scan) -> None:
        self.job, self.scan = job, scan
        self.counted = bytearray(len(scan.offsets))
        self.rows = self.errors = 0

    def add(self, block: Block, counts: Counts) -> None:
        """Adds a written block; one that was written again after a worker was lost counts once."""
        if not self.counted[block.number]:
            self.counted[block.number] = 1
            self.rows += counts.rows
            self.errors += counts.errors

    def missing(self) -> Iterator[Block]:
        """The blocks without a part; parts that were not counted yet are counted on the way."""
        for block in self.scan.blocks():
            if self.counted[block.number]:
                continue
            counts = count_rows(self.job.part(block.number), block)
            if counts is None:
                yield block
            else:
                self.add(block, counts)

    def counts(self) -> dict[str, int]:
        """The manifest's counts."""
        return {"rows": self.rows, "errors": self.errors, "parts": sum(self.counted)}


def _answer(job: Job, scan: Scan, options: BulkOptions) -> _Tally:
    """Runs blocks until each has its part."""
    tally, deaths, total = _Tally(job, scan), 0, scan.input.rows
    blocks = len(scan.offsets)
    with progress(f"{job.app} rows", total) as advance:
        started, answered = time.monotonic(), 0

        def done(block: Block, counts: Counts) -> None:
            nonlocal answered
            tally.add(block, counts)
            answered += counts.rows
            advance(tally.rows, f"{answered / (time.monotonic() - started):,.0f} rows/s")

        try:
            while not all(tally.counted):
                before = sum(tally.counted)
                try:
                    if options.workers is None:
                        executors.run_processes(job, tally.missing(), options.processes or 1, done)
                    else:
                        executors.run_ray(job, tally.missing(), options.workers, options.ray, done)
                except WorkerDied as error:
                    deaths = deaths + 1 if sum(tally.counted) == before else 1
                    if deaths == _MAX_DEATHS:
                        raise UserError(
                            f"a worker ended {deaths} times before it had written a part; "
                            f"{blocks - before} of {blocks} parts are missing"
                            + (f": {error}" if str(error) else ""),
                            1,
                        ) from None
                    logger.warning("a worker ended; what it had not written is started again")
        except KeyboardInterrupt:
            logger.info(
                f"{sum(tally.counted)} of {blocks} parts are written; run the same command again to continue"
            )
            raise
    if tally.errors:
        logger.warning(f"{tally.errors} of {total} rows have an error")
    logger.info(f"rows: {total}, parts: {blocks}")
    return tally


def _remove_unfinished(out: Path) -> None:
    """Removes temporary files of killed processes."""
    for path in out.rglob(f"{UNFINISHED}*"):
        with suppress(OSError):
            path.unlink()
