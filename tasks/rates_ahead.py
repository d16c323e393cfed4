"""What the rates that are known to come change for tonight's shipments: what shipping before each change saves.

The export rebate goes by the day a shipment leaves, a rate of the border (duty, import tax, customs fees) by the day
it arrives, one of selling (referral, fulfilment, storage, returns, VAT in the price) by the day of the sale. Nobody
knows an exchange rate ahead: those stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pandas as pd

from skills.rates import RATE_COLUMNS, RateBook
from tasks.lines import number_lines
from tasks.nights import Night
from tasks.planning import quote_night
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]

HORIZON_DAYS = 365
"""Changes later than this are too far to ship for."""

LEAVING = ("rebate",)
BORDER = ("duty", "mpf", "hmf", "import_vat_cost")
SELLING = ("price", "referral", "fulfilment", "returns", "refunds", "storage_week")
_PER_UNIT = dict.fromkeys((*LEAVING, *BORDER, *SELLING), 1) | {"rebate": -1, "price": -1}
"""Columns of a quote and whether more of it costs (1) or brings (−1) money; `price` is net of VAT."""

_KEYS = ["sku", "country", "lane"]


def price_ahead(night: Night, known: Snapshot, body: Body) -> list[Body]:
    """What each known change of rates moves, over the shipment lines of a night's proposal.

    Args:
        known: The night's frozen inputs; its rate book says what was known to come.
        body: The proposal's.

    Returns:
        One row per day on which a rate that a line looks up begins or ends, soonest first: day, kinds, and `lines`,
        one per line that it touches: sku, country, lane, units, ship_by (the last cut-off that escapes the change at
        the border, or of the rebate where the border does not change; "" when it has passed), leaving_minor (what the
        line brings less when it leaves on or after the day), border_minor (what it costs more when it arrives on or
        after the day), selling_minor (what its units earn less when they are sold from that day on, and a week of
        their storage costs more). `kept_minor` is the part of leaving of lines that leave before the day tonight and
        `missed_minor` that of the others; `saved_minor` and `late_minor` are the border's, of lines that arrive
        before the day and of the others. Base minor units, half even; below 0 it gets cheaper.
    """
    book, morning, policy = known.rates, night.as_of, night.seller.policy.distribution

    def quote(rates: RateBook) -> pd.DataFrame:
        return quote_night(night, known, rates).set_index(_KEYS)

    changes: dict[date, set[str]] = defaultdict(set)
    for rate in book:
        ends = [rate.effective_to + timedelta(days=1)] if rate.effective_to else []
        for day in [rate.effective_from, *ends] if rate.kind != "fx" else []:
            if morning < day <= morning + timedelta(days=HORIZON_DAYS):
                changes[day].add(rate.kind)
    found, before = [], quote(book)
    for day, kinds in sorted(changes.items()):
        after = quote(RateBook.from_frame(advance_rates(known.tables["rates"], morning, day)))
        touched = _touch_lines(body, before, after, day, policy.review_days)
        before = after.combine_first(before)
        if touched:
            found.append(
                {
                    "day": day.isoformat(),
                    "kinds": sorted(kinds),
                    "kept_minor": _sum(touched, "leaving_minor", "departs", before=day),
                    "missed_minor": _sum(touched, "leaving_minor", "departs", since=day),
                    "saved_minor": _sum(touched, "border_minor", "arrives", before=day),
                    "late_minor": _sum(touched, "border_minor", "arrives", since=day),
                    "selling_minor": sum(row["selling_minor"] for row in touched),
                    "lines": touched,
                }
            )
    return found


def advance_rates(rates: pd.DataFrame, morning: date, day: date) -> pd.DataFrame:
    """The rate book as if the rates of a later day held already on the morning; exchange rates stay.

    Args:
        rates: The columns of `skills.rates.RATE_COLUMNS`; dates as ISO text.

    Returns:
        Of each kind and key that changes between the two days only what holds on the later one, from the morning on;
        a key whose rate has ended by then has none.
    """
    first, last = morning.isoformat(), day.isoformat()
    frame = rates[list(RATE_COLUMNS)].astype("str")
    moves = (frame["kind"] != "fx") & (
        ((frame["effective_from"] > first) & (frame["effective_from"] <= last))
        | ((frame["effective_to"] != "") & (frame["effective_to"] >= first) & (frame["effective_to"] < last))
    )
    moved = set(zip(frame.loc[moves, "kind"], frame.loc[moves, "key"], strict=True))
    changes = pd.Series([pair in moved for pair in zip(frame["kind"], frame["key"], strict=True)], index=frame.index)
    holds = (frame["effective_from"] <= last) & ((frame["effective_to"] == "") | (frame["effective_to"] >= last))
    newest = frame[holds].groupby(["kind", "key"])["effective_from"].transform("max")
    holds &= frame["effective_from"] == newest.reindex(frame.index)
    later = frame[changes & holds].assign(effective_from=first)
    return pd.concat([frame[~changes], later], ignore_index=True)


def _touch_lines(body: Body, before: pd.DataFrame, after: pd.DataFrame, day: date, review_days: int) -> list[Body]:
    moved = (after.reindex(before.index)[list(_PER_UNIT)] - before[list(_PER_UNIT)]).fillna(0.0)
    changes = dict(zip(moved.index, moved.to_dict("records"), strict=True))
    between = 7 * max(1, -(-review_days // 7))
    touched = []
    for _, decision, line in number_lines(body):
        payload = line["payload"]
        key = (payload["sku"], payload.get("country"), payload.get("lane"))
        change = changes.get(key)
        if change is None:
            continue
        leaving, border, selling = (
            round(sum(change[name] * _PER_UNIT[name] for name in names) * payload["units"])
            for names in (LEAVING, BORDER, SELLING)
        )
        if not leaving and not border and not selling:
            continue
        departs, arrives = date.fromisoformat(decision["deadline"]), date.fromisoformat(decision["arrival_p50"])
        counts = arrives if border or not leaving else departs
        spare = (day - timedelta(days=1) - counts).days // between * between
        touched.append(
            dict(zip(_KEYS, key, strict=True))
            | {
                "units": payload["units"],
                "departs": departs.isoformat(),
                "arrives": arrives.isoformat(),
                "ship_by": (departs + timedelta(days=spare)).isoformat() if counts < day else "",
                "leaving_minor": leaving,
                "border_minor": border,
                "selling_minor": selling,
            }
        )
    weights = ("border_minor", "leaving_minor", "selling_minor")
    return sorted(touched, key=lambda row: (*(-abs(row[name]) for name in weights), row["sku"]))


def _sum(touched: list[Body], amount: str, by: str, before: date = date.max, since: date = date.min) -> int:
    """Of the lines whose day lies so."""
    return sum(row[amount] for row in touched if since.isoformat() <= row[by] < before.isoformat())
