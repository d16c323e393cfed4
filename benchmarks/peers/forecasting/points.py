"""AutoETS(season_length=1) of statsforecast on rows of units: `points.py UNITS.npy` prints CPU-seconds as JSON."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import statsforecast
from statsforecast.models import AutoETS


def main(path: str) -> None:
    """Thirteen weeks ahead of every row, compiled and warm, on one thread."""
    units = np.load(path)
    model = AutoETS(season_length=1)
    for row in units[:20]:
        model.forecast(row, h=13)
    started = time.process_time()
    for row in units:
        model.forecast(row, h=13)
    print(json.dumps({"cpu_seconds": time.process_time() - started, "version": statsforecast.__version__}))


if __name__ == "__main__":
    main(sys.argv[1])
