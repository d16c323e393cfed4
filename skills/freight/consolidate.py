"""Consignments that share an entry: what it saves in fees per entry, and what waiting for the last one costs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from skills.freight.policy import FreightPolicy
from skills.vocabulary import check_columns

CONSIGNMENTS = ("consignment", "country", "mode", "departs_on", "value_minor", "wait_day_minor")
Rows = list[dict[str, Any]]
GROUPS = ["consignment", "country", "mode", "group", "leaves_on", "alone_minor", "together_minor", "saving_minor"]


@dataclass(frozen=True, slots=True)
class EntryFees:
    """What an entry of one country and mode is charged whatever is in it, in base minor units.

    Attributes:
        fixed_minor: Brokerage, bond and the like.
        share: Of the customs value, within the two bounds (the US processing fee).
        least_minor, most_minor: Those bounds; 0 and 0 where there is no such fee.
    """

    fixed_minor: int
    share: Fraction = Fraction(0)
    least_minor: int = 0
    most_minor: int = 0

    def charge(self, value_minor: int) -> int:
        """The fees of an entry with that customs value."""
        return self.fixed_minor + min(max(round(value_minor * self.share), self.least_minor), self.most_minor)


def consolidate_entries(
    consignments: pd.DataFrame, fees: dict[tuple[str, str], EntryFees], policy: FreightPolicy
) -> pd.DataFrame:
    """The cheapest way to put consignments of one country and mode into common entries; exact, by day of departure.

    Args:
        consignments: One row per consignment: country, mode, departs_on, value_minor (customs value), wait_day_minor
            (what a day of waiting costs) [base minor units].
        fees: (country, mode) → fees per entry; where none are known nothing is joined.
        policy: most_wait_days bounds the wait.

    Returns:
        One row per consignment, in order: group (the consignment that leads it), leaves_on (with the last of its
        group), and of the whole group alone_minor, together_minor (fees and waiting) and saving_minor.

    Raises:
        MissingColumns: of the consignments.
    """
    check_columns("consignments", consignments.columns, CONSIGNMENTS)
    rows: dict[str, list[object]] = {}
    for (country, mode), part in consignments.groupby(["country", "mode"], sort=True):
        frame = part.sort_values(["departs_on", "consignment"], kind="stable")
        ordered: Rows = [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]
        fee = fees.get((str(country), str(mode)))
        for members in _split(ordered, fee, policy) if fee else [[row] for row in ordered]:
            alone = sum(fee.charge(int(row["value_minor"])) for row in members) if fee else 0
            together = _cost(members, fee) if fee else 0
            for row in members:
                rows[str(row["consignment"])] = [
                    row["consignment"], country, mode, members[0]["consignment"], members[-1]["departs_on"],
                    alone, together, alone - together,
                ]  # fmt: skip
    return pd.DataFrame([rows[str(name)] for name in consignments["consignment"]], columns=GROUPS)


def _split(ordered: Rows, fee: EntryFees, policy: FreightPolicy) -> list[Rows]:
    """Least cost over every way to cut the ordered consignments into runs."""
    best: list[tuple[int, int]] = [(0, 0)]
    for end in range(1, len(ordered) + 1):
        options = []
        for start in range(end):
            members = ordered[start:end]
            wait = (members[-1]["departs_on"] - members[0]["departs_on"]).days
            if wait <= policy.most_wait_days:
                options.append((best[start][0] + _cost(members, fee), start))
        best.append(min(options))
    groups, end = [], len(ordered)
    while end:
        start = best[end][1]
        groups.append(ordered[start:end])
        end = start
    return groups[::-1]


def _cost(members: Rows, fee: EntryFees) -> int:
    last = members[-1]["departs_on"]
    waiting = sum(int(row["wait_day_minor"]) * (last - row["departs_on"]).days for row in members)
    return int(fee.charge(sum(int(row["value_minor"]) for row in members)) + waiting)
