"""What looks a rate up: the SKUs, lanes and open proposal lines of a seller; and the review of its rate book."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from config.marketplaces import read_marketplaces
from skills.rate_review import list_changes, list_conflicts, list_expiring, list_touched
from skills.rates import Rate
from skills.vocabulary import Country
from tasks.choices import EVERY
from tasks.store.proposals import Proposal, list_waiting
from tasks.store.snapshots import Snapshot

USES = ["what", "name", "kind", "key"]
"""what: sku, lane or line; name: the SKU, the lane, or proposal:decision.line."""
EXPIRY_DAYS = 90
SHOWN = 5

Look = tuple[str, str]
"""Kind and key of one look-up."""
Noted = tuple[Rate, date | None, dict[str, str]]
"""A rate, the day it is about, and what else is said of it."""


def list_uses(known: Snapshot, rates: Iterable[Rate], proposals: Iterable[Proposal] = ()) -> pd.DataFrame:
    """Every look-up that the seller's products, lanes and open lines make.

    Args:
        known: What a night knew: products, lanes.
        rates: Which kinds there are: a kind that is keyed by country is looked up for each country.
        proposals: Whose lines are open.

    Returns:
        One row per (what, name, kind, key), columns USES; sorted.
    """
    looks = _Looks(known, rates)
    rows: set[tuple[str, str, str, str]] = set()
    for sku in looks.products:
        rows |= {("sku", sku, *look) for country in looks.countries for look in looks.of_goods(sku, country)}
    for lane in looks.lanes:
        rows |= {("lane", lane, *look) for look in looks.of_lane(lane)}
    for proposal in proposals:
        for decision in proposal.body["decisions"]:
            for number, line in enumerate(decision["lines"], 1):
                name = f"{proposal.digest[:12]}:{decision['id']}.{number}"
                rows |= {("line", name, *look) for look in looks.of_line(line["payload"])}
    return pd.DataFrame(sorted(rows), columns=USES, dtype="str")


def list_seller_uses(known: Snapshot, rates: Iterable[Rate]) -> pd.DataFrame:
    """As `list_uses`, with the lines of the proposals that wait for a decision now."""
    return list_uses(known, rates, list_waiting(known.seller))


def review_rates(known: Snapshot, as_of: date) -> dict[str, Any]:
    """What the seller's book needs a person for: conflicts, ends, known changes, and what nobody checked.

    Args:
        known: Its `rates`, `products` and `lanes` are read.
        as_of: The morning.

    Returns:
        conflicts, expiring (within EXPIRY_DAYS, nothing follows) and changes (the next one known of each key,
        exchange rates left out), each a list of kind, key, value, unit, day, source, confidence, skus (how many look
        it up) and first_skus; a conflict has other_value, other_unit and other_source too. Only what a SKU or lane
        looks up, soonest first. unverified: rates that hold, are looked up and that nobody checked.
    """
    book = known.rates
    touched = Touched(list_uses(known, book))
    holding = [rate for rate in book if rate.confidence == "unverified" and rate.holds_on(as_of)]
    conflicts: list[Noted] = []
    for first, second in list_conflicts(book):
        day = max(first.effective_from, second.effective_from)
        other = {"other_value": _text(second), "other_unit": second.unit, "other_source": second.source}
        conflicts.append((first, day, other))
    expiring: list[Noted] = [(rate, rate.effective_to, {}) for rate in list_expiring(book, as_of, EXPIRY_DAYS)]
    following: dict[Look, Rate] = {}
    for rate in list_changes(book, as_of):
        if rate.kind == "fx":  # nobody knows an exchange rate ahead
            continue
        following.setdefault((rate.kind, rate.key), rate)
    changes: list[Noted] = [(rate, rate.effective_from, {}) for rate in following.values()]
    return {
        "conflicts": _describe(conflicts, touched),
        "expiring": _describe(expiring, touched),
        "changes": _describe(changes, touched),
        "unverified": sum(any(touched.find([rate]).values()) for rate in holding),
    }


class _Looks:
    """Which rates a product, a lane or a line looks up."""

    def __init__(self, known: Snapshot, rates: Iterable[Rate]) -> None:
        marketplaces = read_marketplaces()
        book = list(rates)
        self._currency = {country: place.currency for country, place in marketplaces.items()}
        self.products = {str(row.sku): row for row in known.products.itertuples(index=False)}
        self.lanes = {str(row.lane): row for row in known.lanes.itertuples(index=False)}
        self.countries = sorted({str(row.country) for row in self.lanes.values()})
        codes = known.hs_codes.itertuples(index=False)
        self._codes = {(str(row.sku), str(row.country)): str(row.hs_code) for row in codes}
        self._of_country: dict[Country, set[str]] = {}
        self._of_goods: dict[Country, set[str]] = {}
        for rate in book:
            country, colon, _ = rate.key.partition(":")
            kinds = self._of_goods if colon else self._of_country
            kinds.setdefault(country, set()).add(rate.kind)
        origins = known.tables["nodes"] if "nodes" in known.tables else pd.DataFrame({"stage": [], "country": []})
        self._origins = sorted(set(origins.loc[origins["stage"] == "hub", "country"].astype("str")))

    def of_goods(self, sku: str, country: Country) -> set[Look]:
        code = self._codes.get((sku, country)) or self._codes.get((sku, EVERY), "")
        looks = {(kind, country) for kind in self._of_country.get(country, ()) if kind != "hub_storage"}
        if code:
            looks |= {(kind, f"{country}:{code}") for kind in self._of_goods.get(country, ())}
        return looks | self._of_currencies(self._currency.get(country, ""), str(self.products[sku].cost_currency))

    def of_lane(self, lane: str) -> set[Look]:
        row = self.lanes[lane]
        country, looks = str(row.country), self._of_currencies(str(row.currency))
        if row.tax_included not in (True, "yes"):
            goods = (look for sku in self.products for look in self.of_goods(sku, country))
            looks |= {look for look in goods if look[0].startswith(("duty", "vat", "import_vat", "mpf", "hmf"))}
        return looks

    def of_line(self, payload: dict[str, Any]) -> set[Look]:
        sku = payload.get("sku", "")
        if sku not in self.products:
            return set()
        if "country" in payload:
            return self.of_goods(sku, payload["country"]) | self._of_currencies(
                str(self.lanes[payload["lane"]].currency) if payload.get("lane") in self.lanes else ""
            )
        code = str(self.products[sku].hs_code)
        kinds = [(kind, origin) for origin in self._origins for kind in self._of_goods.get(origin, ())]
        rebates = {(kind, f"{origin}:{code}") for kind, origin in kinds if kind == "export_rebate" and code}
        return rebates | self._of_currencies(payload.get("cost_currency", ""))

    @staticmethod
    def _of_currencies(*currencies: str) -> set[Look]:
        return {("fx", currency) for currency in currencies if currency}


class Touched:
    """Finds who looks a changed rate up, for many changes of one seller."""

    def __init__(self, uses: pd.DataFrame) -> None:
        self._names: dict[Look, list[tuple[str, str]]] = {}
        for what, name, kind, key in uses[USES].itertuples(index=False):
            self._names.setdefault((kind, key), []).append((what, name))
        self._looks = pd.DataFrame(list(self._names), columns=["kind", "key"], dtype="str")

    def find(self, changed: Iterable[Rate]) -> dict[str, list[str]]:
        """sku, lane and line → the names, in order."""
        touched = list_touched(changed, self._looks)
        pairs = {pair for look in touched.itertuples(index=False, name=None) for pair in self._names[look]}
        return {what: sorted(name for of, name in pairs if of == what) for what in ("sku", "lane", "line")}


def _describe(rates: list[Noted], touched: Touched) -> list[dict[str, Any]]:
    entries = []
    for rate, day, more in rates:
        found = touched.find([rate])
        if not (found["sku"] or found["lane"]):
            continue
        entry = {"kind": rate.kind, "key": rate.key, "value": _text(rate), "unit": rate.unit}
        entry |= {"day": day.isoformat() if day else "", "source": rate.source, "confidence": rate.confidence}
        entries.append({**entry, **more, "skus": len(found["sku"]), "first_skus": found["sku"][:SHOWN]})
    return sorted(entries, key=lambda entry: (entry["day"], entry["kind"], entry["key"]))


def _text(rate: Rate) -> str:
    return format(rate.value, "f")
