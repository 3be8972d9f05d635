import subprocess
import sys

from models import numpy_core


def test_every_name_is_there():
    quartet = ("{}_cell_forward", "{}_forward", "{}_cell_backward", "{}_backward")
    wanted = {name.format(kind) for kind in ("rnn", "lstm", "gru") for name in quartet}
    wanted |= {"sigmoid", "softmax", "bidirectional_forward", "bidirectional_backward"}
    assert set(numpy_core.__all__) == wanted
    assert all(callable(getattr(numpy_core, name)) for name in wanted)


def test_importing_it_imports_numpy_and_nothing_heavy(root):
    code = (
        "import sys, models.numpy_core\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'utils.bundle'}\n"
        "sys.exit(bool(heavy & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0
