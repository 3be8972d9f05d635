"""All writers that are killed: python -m tests.faults_writers WRITER KILLS FOLDER; see tests.faults."""

import os
import random
import sys
import traceback
from pathlib import Path

from tests import faults_files, faults_trainings

WRITERS = {
    "dinos train": faults_trainings.dinos,
    "data fetch": faults_files.data_fetch,
    "cache of vectors": faults_files.glove_cache,
    "jazz train": faults_trainings.jazz,
    "emojify train": faults_trainings.emojify,
    "shakespeare train": faults_trainings.shakespeare_train,
    "shakespeare finetune": faults_trainings.shakespeare_finetune,
    "export: the files": faults_files.export_files,
    "export: the name": faults_files.export_name,
}
CHEAP = ("dinos train", "emojify train", "data fetch", "cache of vectors")

if __name__ == "__main__":
    random.seed()
    try:
        WRITERS[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(1)  # the server of `data fetch` would go on; who ends well ends in tests.faults
