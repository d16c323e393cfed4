"""The clock of the benchmarks that measure a whole process."""

from __future__ import annotations

import resource


def read_cpu_seconds() -> float:
    """CPU-seconds of this process so far, all threads, in the system as well."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def read_peak_gib() -> float:
    """The most memory that this process has held [GiB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
