"""Prints each cell's analytic gradients beside numerical ones."""

import numpy as np

from models.numpy_core.gradcheck import check_cell
from models.numpy_core.shapes import GATES

TOLERANCE = 1e-7  # relative error


def gradcheck(seed: int) -> int:
    """Prints a table for one step of each kind of cell on random numbers.

    Returns:
        0, or 1 if a relative error is too large.
    """
    generator, worst = np.random.default_rng(seed), 0.0
    print("Largest entry of each gradient, and the relative error of the whole array.\n")
    for kind in GATES:
        print(f"{kind.upper():<9}{'shape':>8}{'analytic':>17}{'numerical':>17}{'relative error':>17}")
        for check in check_cell(kind, generator):
            shape = "x".join(map(str, check.shape))
            print(
                f"d{check.name:<8}{shape:>8}{check.analytic:>17.10f}{check.numerical:>17.10f}"
                f"{check.relative_error:>17.1e}"
            )
            worst = max(worst, check.relative_error)
        print()
    good = worst < TOLERANCE
    print(f"Worst relative error {worst:.1e}: {'below' if good else 'NOT below'} {TOLERANCE:.0e}.")
    return 0 if good else 1
