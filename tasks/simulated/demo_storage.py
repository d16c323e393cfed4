"""How old the demo seller's stock is, and how full its accounts are: generated from its stock by a fixed rule."""

from __future__ import annotations

from collections.abc import Iterator

_SLOW_EVERY = 7
"""Every so-manieth pair of SKU and country holds stock that nobody bought in time."""
_ACCOUNTS = {"US": ("19.6", "61.5"), "DE": ("12.4", "22.8"), "FR": ("11.0", "9.6"), "GB": ("13.1", "14.2"),
             "JP": ("9.7", "8.3"), "CA": ("15.2", "7.9")}  # fmt: skip
"""Country → weeks of utilisation, average volume [m³]."""
_SELLER_DAYS = 1460


def list_stock_health(
    pairs: dict[tuple[str, str], int], weekly: dict[tuple[str, str], float], life_cycles: dict[str, str]
) -> Iterator[dict[str, str]]:
    """One row per (sku, country) with stock, in the columns of Amazon's inventory planning report.

    Args:
        pairs: Units available.
        weekly: Expected units per week.
        life_cycles: Of each SKU; a launch is new to the network, a phase-out holds the oldest stock.
    """
    for place, ((sku, country), units) in enumerate(sorted(pairs.items())):
        cycle, rate = life_cycles[sku], weekly[sku, country]
        bands = _split(units, place, cycle, rate)
        supply = units * 7 / rate if rate else 0.0
        yield {
            "sku": sku,
            "fnsku": f"X00{place:04d}GEN",
            "marketplace": country,
            **{header: str(count) for header, count in bands.items()},
            "short-term-historical-days-of-supply": f"{supply * (70 + place % 7 * 5) / 100:.1f}",
            "long-term-historical-days-of-supply": f"{supply * (60 + place % 5 * 10) / 100:.1f}",
            "units-shipped-t7": str(int(rate + 0.5)),
            "days_in_fba": str(90 + place % 60 if cycle == "launch" else 400 + place % 300),
            "awd_percent": "",
        }


def list_storage_accounts() -> Iterator[dict[str, str]]:
    """One row per country."""
    for country, (weeks, volume) in _ACCOUNTS.items():
        yield {"country": country, "utilisation_weeks": weeks, "average_m3": volume, "seller_days": str(_SELLER_DAYS)}


def _split(units: int, place: int, cycle: str, rate: float) -> dict[str, int]:
    """Units by age; most is younger than 90 days, a phase-out and every seventh pair holds what lies longer."""
    slow = cycle == "phase_out" or place % _SLOW_EVERY == 3
    shares = (30, 25, 15, 5) if slow and cycle == "phase_out" else (25, 15, 5, 0) if slow else (10, 0, 0, 0)
    older = [units * share // 100 for share in shares]
    counts = [units - sum(older), *older, 0]
    headers = ("inv-age-0-to-90-days", "inv-age-91-to-180-days", "inv-age-181-to-270-days", "inv-age-271-to-365-days",
               "inv-age-366-to-455-days", "inv-age-456-plus-days")  # fmt: skip
    return dict(zip(headers, counts, strict=True))
