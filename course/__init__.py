"""The course's helper modules by its own names and contracts: change the import line, and the cells run.

| the course's import | here |
|---|---|
| `from rnn_utils import *` | `from course.rnn_utils import *` |
| `from utils import *` or `cllm_utils` | `from course.utils import *` or `course.cllm_utils` |
| `from shakespeare_utils import *` | `from course.shakespeare_utils import *` |
| `music_utils`, `data_utils`, `grammar`, `qa`, `preprocess`, `midi`, `inference_code` | `course.NAME` |
| `from emo_utils import *` | `from course.emo_utils import *` |

What the exercises ask for is in `course.rnn`, `course.dinosaurs`, `course.jazz` and `course.emojify`. The
functions are thin: the work is done in models, music and data, and what differs between the editions of 2018
and 2021 is decided here (docs/editions.md).
"""
