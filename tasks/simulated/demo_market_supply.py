"""What the demo's seller knows of suppliers: quotes for new products, and how past orders were delivered.

Quotes are a fixed table. Deliveries follow from one row per supplier: an order every five weeks or so, of one or two
of its products, promised after its usual days; late in so many of a hundred, by half to one and a half of its usual
delay; failures of inspection around its rate; prices that rise by its drift.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from tasks.simulated.demo_demand import AS_OF, FACTS, SEED, read_facts

_FIRST_ORDER = date(2024, 3, 4)
_DAYS_BETWEEN = 36


def write_quotes() -> bytes:
    """The seller's own sheet of quotes, with Chinese headers."""
    return (FACTS / "market_quotes.csv").read_text(encoding="utf-8").encode("utf-8-sig")


def write_deliveries() -> bytes:
    """A row per delivered purchase order and SKU, of the months before the morning and two weeks after."""
    stream = np.random.Generator(np.random.PCG64(SEED + 90))
    lines = ["purchase_order,sku,supplier,ordered_on,promised_on,delivered_on,units,failed_units,unit_cost,currency"]
    for number, row in enumerate(read_facts("market_suppliers")):
        products = [each for each in read_facts("products") if each["supplier"] == row["factory"]]
        for order in range(int(row["orders"])):
            draws = [int(draw) for draw in stream.integers(0, 100, 8)]
            back = (int(row["orders"]) - order) * _DAYS_BETWEEN + draws[0] % 15
            ordered = AS_OF + timedelta(days=14 - back)
            promised = ordered + timedelta(days=int(row["promised_days"]) + draws[1] % 5)
            late = (
                int(row["late_days"]) * (50 + draws[2]) // 100
                if draws[3] < int(row["late_percent"])
                else -(draws[2] % 3)
            )
            delivered = promised + timedelta(days=late)
            if ordered < _FIRST_ORDER or delivered > AS_OF + timedelta(days=14):
                continue
            for line in range(1 + draws[4] % 2 if products else 1):
                product = products[(order + 3 * line) % len(products)] if products else {}
                cost = float(product.get("unit_cost", "30.00")) if product else 30.0
                years = (ordered - AS_OF).days / 365.0
                paid = (
                    cost * (1.0 + float(row["drift_percent_year"]) / 100.0 * years) * (995 + draws[5] % 11) / 1000.0
                )
                units = (4 + draws[6] % 8) * 60
                failed = units * int(row["failed_per_mille"]) * (40 + draws[7] * 12 // 10) // 100_000
                sku = product.get("sku", f"TRIAL-{number:02d}")
                lines.append(
                    f"PO-{ordered.year}-{number + 1}{order:02d},{sku},{row['factory']},{ordered},{promised},"
                    f"{delivered},{units},{failed},{int(paid * 100 + 0.5) / 100:.2f},CNY"
                )
    return ("\n".join(lines) + "\n").encode()
