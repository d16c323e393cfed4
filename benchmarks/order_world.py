"""Order lines of a large seller, made by rule from a seed, as CSV and as Parquet of the same text.

Sales lie at random seconds of 730 days from 2024-01-01, on the clock of their marketplace; an order has 1.4 lines
on average and one customer, a customer 2.1 orders. A line's SKU is drawn by a power law (place = SKUs × u³), its
country by fixed shares, its units are geometric with p = 0.7, one line in two thousand a bulk order of 40 to 400; a
price belongs to its SKU. 2 % of all lines are cancellations: of a random sale's customer, SKU and price, of 1 up to
its units, up to 30 days later, the order number with a C before it. One line in a thousand is bad: its quantity is
a word, its price missing, its country unknown or its day no day, each as likely.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

LABELS = (
    "Amazon.com", "Amazon.de", "Amazon.co.uk", "Amazon.co.jp", "Amazon.fr", "Amazon.ca", "Amazon.it", "Amazon.es",
    "Amazon.com.au", "Amazon.nl",
)  # fmt: skip
SHARES = (0.34, 0.16, 0.13, 0.1, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02)
DAYS = 730
FIRST_SECOND = int(np.datetime64("2024-01-01", "s").astype(np.int64))
AS_OF = "2025-12-01"
CANCELLED, BULK, BAD = 0.02, 0.0005, 0.001


def write_orders(
    folder: Path, lines: int, names: list[str], seed: int, countries: int = 10, units_a_line: int = 1
) -> None:
    """Write orders.csv and orders.parquet.

    Args:
        folder: Where.
        lines: How many, cancellations included.
        names: The SKUs.
        seed: Of everything.
        countries: How many of LABELS; with as many lines each SKU is sold in each of them at least once.
        units_a_line: Units of every line but bulk orders are multiplied by this.
    """
    skus, shares = len(names), np.array(SHARES[:countries])
    draw = np.random.Generator(np.random.PCG64(seed))
    cancelled = int(lines * CANCELLED)
    sales = lines - cancelled
    orders = int(sales / 1.4)
    second = np.sort(draw.integers(0, DAYS * 86_400, orders))
    buyer = draw.integers(0, int(orders / 2.1), orders)
    order = np.sort(draw.integers(0, orders, sales))
    sku = (skus * draw.random(sales) ** 3).astype(np.int64)
    country = draw.choice(countries, sales, p=shares / shares.sum())
    once = draw.permutation(sales)[: skus * countries]
    sku[once], country[once] = np.divmod(np.arange(len(once)), countries)
    units = draw.geometric(0.7, sales) * units_a_line
    bulk = draw.random(sales) < BULK
    units[bulk] = draw.integers(40, 401, int(bulk.sum()))
    undone = draw.integers(0, sales, cancelled)
    at = np.concatenate([second[order], second[order[undone]] + draw.integers(0, 30 * 86_400, cancelled)])
    source = np.concatenate([np.arange(sales), undone])
    taken = np.concatenate([units, -draw.integers(1, units[undone] + 1)])
    line = np.argsort(at, kind="stable")
    source, taken, at = source[line], taken[line], at[line]
    number = pc.cast(pa.array(10_000_000_000 + order[source] * 7919 % 9_999_999_967), pa.string())
    prefix = pa.array(np.where(taken < 0, "C302-", "302-"))
    price = (draw.integers(500, 8_000, skus) / 100)[sku[source]]
    bad = np.where(draw.random(lines) < BAD, draw.integers(0, 4, lines), -1)
    columns = {
        "order": pc.binary_join_element_wise(prefix, number, ""),
        "ordered_at": pc.strftime(pa.array(FIRST_SECOND + at, pa.timestamp("s")), "%Y-%m-%d %H:%M:%S"),
        "sku": pa.array(names).take(pa.array(sku[source])),
        "quantity": pc.cast(pa.array(taken), pa.string()),
        "price": pc.cast(pa.array(price), pa.string()),
        "customer": pc.binary_join_element_wise(
            "B", pc.cast(pa.array(1_000_000 + buyer[order[source]]), pa.string()), ""
        ),
        "country": pa.array(LABELS).take(pa.array(country[source])),
    }
    for kind, (name, text) in enumerate(
        (("quantity", "two"), ("price", ""), ("country", "Atlantis"), ("ordered_at", "31.31.2025"))
    ):
        columns[name] = pc.if_else(pa.array(bad == kind), text, columns[name])
    table = pa.table(columns)
    pa.csv.write_csv(table, folder / "orders.csv", pa.csv.WriteOptions(quoting_style="none", quoting_header="none"))
    pq.write_table(table, folder / "orders.parquet")


def name_skus(skus: int) -> list[str]:
    """The SKUs' names."""
    return [f"HN-{chr(65 + at % 26)}{chr(65 + at // 26 % 26)}{at:06d}" for at in range(skus)]
