"""Each consignment into its containers: the mix that costs least, checked again, with its list and its pictures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import pandas as pd

from skills.inbound.containers import KINDS, SHARED, WHOLE, Stuffing
from skills.inbound.policy import LoadingPolicy, PalletPolicy
from skills.rates import RateBook
from skills.vocabulary import minor_digits, round_half_even
from tasks import inbound

IN_CONTAINERS = ("sea", "rail", "truck")
"""Modes whose freight goes in containers; air and express take boxes."""

PALLETS = {
    **dict.fromkeys(("US", "CA"), "pallet-US"),
    **dict.fromkeys(("DE", "FR", "IT", "ES", "NL", "GB"), "pallet-EU"),
}
"""The pallet that a country's warehouses take; a small share of a container goes on it."""

SMALL_PERMILLE = 400
"""A share below this part of the smallest container is shown on pallets, as a forwarder hands it over."""

LIST = ("container", "step", "carton", "x_mm", "y_mm", "z_mm", "length_mm", "width_mm", "height_mm", "weight_g",
        "path_free")  # fmt: skip


@dataclass(frozen=True)
class Stuffed:
    """One consignment's load.

    Attributes:
        stuffing: From `inbound.choose_containers`; None for boxes that go by air or express.
        cartons: Its packed cartons.
        rooms: The containers, or the pallets of a small share, as `inbound.read_containers` gives them; empty for
            boxes.
        loading: From `inbound.plan_loading`, of those rooms.
    """

    stuffing: Stuffing | None
    cartons: pd.DataFrame
    rooms: pd.DataFrame
    loading: pd.DataFrame

    def write_list(self) -> bytes:
        """The loading list in order, as CSV; one row per carton. Boxes without a container: one row per type."""
        frame = self.cartons if self.rooms.empty else self.loading[[*LIST]]
        return frame.to_csv(index=False, lineterminator="\n").encode()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.write_list()).hexdigest()


def stuff_consignments(
    packed: pd.DataFrame,
    chosen: pd.DataFrame,
    rates: RateBook,
    base_currency: str,
    policy: LoadingPolicy,
    as_of: date,
) -> dict[str, Stuffed]:
    """Load every consignment; a loading that does not stand is never returned.

    Args:
        packed: From `inbound.sort_boxes`.
        chosen: One row per consignment: lane, mode, amount_base_minor (freight as a share, by its quote).
        rates: Kinds container_*, and container_freight by `lane:kind` where a whole container has a price.

    Raises:
        InvalidLoading: the independent check found a loading that cannot be; a fault of the program.
        UnknownContainer: a carton that no container takes.
    """
    stuffed = {}
    for row in chosen.to_dict("records"):
        cartons = packed[packed["consignment"] == row["consignment"]].reset_index(drop=True)
        if cartons.empty:
            continue
        load = Stuffed(None, cartons, pd.DataFrame(), pd.DataFrame())
        if row["mode"] in IN_CONTAINERS:
            prices = read_container_prices(str(row["lane"]), rates, base_currency, as_of)
            shared = int(row["amount_base_minor"])
            stuffing = inbound.choose_containers(cartons, prices, shared, rates, policy, as_of)
            load = Stuffed(stuffing, cartons, stuffing.containers, stuffing.loading)
            pallet = PALLETS.get(str(row["country"]))
            if stuffing.terms == SHARED and _is_small(stuffing) and pallet:
                built = inbound.plan_pallets(cartons, pallet, rates, policy, PalletPolicy(), as_of)
                load = Stuffed(stuffing, cartons, built.pallets, built.loading)
            inbound.verify_loading(load.loading, cartons, load.rooms, policy.rules)
        stuffed[str(row["consignment"])] = load
    return stuffed


def charge_containers(
    packed: pd.DataFrame,
    chosen: pd.DataFrame,
    rates: RateBook,
    base_currency: str,
    policy: LoadingPolicy,
    as_of: date,
) -> pd.DataFrame:
    """The chosen quotes, with the price of whole containers where that is less than the share that was quoted.

    Args:
        packed, chosen, rates: As `stuff_consignments`; chosen are rows of `freight.choose_mode`.

    Returns:
        The same rows; where whole containers are taken, amount, currency (the base currency), rate, source and its
        dates are theirs.

    Raises:
        UnknownContainer: a carton that no container takes.
    """
    rows = []
    for row in chosen.to_dict("records"):
        prices = read_container_prices(str(row["lane"]), rates, base_currency, as_of)
        cartons = packed[packed["consignment"] == row["consignment"]].reset_index(drop=True)
        dear = bool(prices) and min(prices.values()) < row["amount_base_minor"]
        if dear and row["mode"] in IN_CONTAINERS and len(cartons):
            shared = int(row["amount_base_minor"])
            stuffing = inbound.choose_containers(cartons, prices, shared, rates, policy, as_of)
            if stuffing.terms == WHOLE:
                kinds = [str(kind) for kind in stuffing.containers["kind"]]
                price = sum(prices[kind] for kind in kinds)
                rate = rates.read("container_freight", f"{row['lane']}:{kinds[0]}", as_of)
                row |= {"amount_minor": price, "amount_base_minor": price, "currency": base_currency}
                row |= {"rate": " + ".join(kinds), "source": rate.source, "confidence": rate.confidence}
                row |= {"rate_from": rate.effective_from.isoformat(), "retrieved_on": rate.retrieved_on.isoformat()}
        rows.append(row)
    return pd.DataFrame(rows, columns=chosen.columns)


def _is_small(stuffing: Stuffing) -> bool:
    filled = stuffing.explained.loc[stuffing.explained["container"] != "", "filled_permille"]
    return len(filled) == 1 and int(filled.iloc[0]) < SMALL_PERMILLE


def read_container_prices(lane: str, rates: RateBook, base_currency: str, as_of: date) -> dict[str, int]:
    """Kind → what a whole container costs on the lane [base minor units]; kinds without a price are left out.

    Raises:
        UnusableRate: not in `CCY/container`, or below zero.
        MissingRate: its currency has none on that day.
    """
    prices = {}
    for kind in KINDS:
        rate = rates.find("container_freight", f"{lane}:{kind}", as_of)
        if rate is not None:
            currency, _, per = rate.unit.partition("/")
            if per != "container" or rate.value < 0:
                raise rate.refuse_unit("CCY/container")
            amount = rate.value * rates.convert(currency, base_currency, as_of)
            prices[kind] = round_half_even(amount.scaleb(minor_digits(base_currency)))
    return prices
