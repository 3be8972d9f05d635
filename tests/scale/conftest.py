"""The proofs for more than one machine take minutes: `make test-scale` runs them, `make test` does not."""

import os

collect_ignore_glob = [] if "CADENZA_SCALE" in os.environ else ["test_*.py"]
