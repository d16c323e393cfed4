"""Kill the flow's process, the worker and the server of a running `make up`: the last part of `make soak`."""

from __future__ import annotations

import os
import sys

from figures import record_figure
from soak_prefect import run

FIGURES = (
    "soak.prefect_kills",
    "soak.prefect_duplicates",
    "soak.prefect_losses",
    "soak.prefect_unknown_readable",
)
ON_DEMAND = True
"""`make bench` leaves this group out."""

KILLS = int(os.environ.get("FARSAIL_SOAK_PREFECT_KILLS", "21"))


def main() -> int:
    """Kill, restart, examine; says what did not hold."""
    found = run(KILLS, seed=1)
    record_figure("soak.prefect_kills", found["kills"], "kills of flow, worker or server", target=">= 20")
    record_figure("soak.prefect_duplicates", found["duplicates"], "acts done twice", target="== 0")
    record_figure("soak.prefect_losses", found["losses"], "instructions lost", target="== 0")
    record_figure("soak.prefect_unknown_readable", found["unknown_readable"], "unknown outcomes", target="== 0")
    return 1 if found["duplicates"] or found["losses"] or found["unknown_readable"] else 0


if __name__ == "__main__":
    sys.exit(main())
