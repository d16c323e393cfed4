"""Reads a file of order lines and sums units by SKU, country and day, in the peer's own environment.

`aggregate.py FILE` answers as JSON: version, processor and wall seconds, peak memory, groups and units. The CSV is
read with the types told, so that nothing is sniffed, and rows that do not fit are passed over; the Parquet holds
text, which is cast where it can be.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import duckdb

TYPES = {
    "order": "VARCHAR", "ordered_at": "TIMESTAMP", "sku": "VARCHAR", "quantity": "INTEGER", "price": "DOUBLE",
    "customer": "VARCHAR", "country": "VARCHAR",
}  # fmt: skip


def main() -> None:
    path = sys.argv[1]
    rows = (
        f"'{path}'"
        if path.endswith(".parquet")
        else f"read_csv('{path}', header=true, delim=',', quote='\"', columns={TYPES}, ignore_errors=true)"
    )
    began, used = time.perf_counter(), read_cpu_seconds()
    database = duckdb.connect()
    database.execute(
        "create table sold as select sku, country, try_cast(ordered_at as timestamp)::date as day,"
        f" sum(try_cast(quantity as integer)) as units from {rows} group by all"
    )
    wall, cpu = time.perf_counter() - began, read_cpu_seconds() - used
    groups, units = database.execute("select count(*), sum(units) from sold").fetchall()[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    answer = {"version": duckdb.__version__, "cpu": cpu, "wall": wall, "peak_gib": peak, "groups": groups}
    print(json.dumps(answer | {"units": int(units)}))


def read_cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
