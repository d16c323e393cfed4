"""Which containers a consignment takes: whole ones, or a share of one, and what the other mixes would cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import prod

import pandas as pd

from skills.inbound.explain import explain_loading
from skills.inbound.facts import SIDES, UnknownContainer, check_cartons, read_containers
from skills.inbound.plan import plan_loading
from skills.inbound.policy import LoadingPolicy
from skills.rates import RateBook
from skills.vocabulary import mark, name_rows

KINDS = ("20GP", "40GP", "40HQ")
SHARED = mark("a share of a container, charged by volume or weight")
WHOLE = mark("whole containers")
TOO_LARGE = mark(
    "Cartons that no container takes: {cartons}. The largest is a {kind}. Correct size and weight in the product or "
    "carton file, or ship them another way."
)
ALTERNATIVES = ("containers", "amount_minor", "filled_permille", "chosen")


@dataclass(frozen=True)
class Stuffing:
    """A consignment in its containers.

    Attributes:
        containers: One row per container, as `read_containers` gives them.
        loading: From `plan_loading`; every carton is in it.
        explained: From `explain_loading`.
        terms: Whether it goes in whole containers or in a share of one (a sentence).
        alternatives: One row per mix that takes everything, cheapest first: containers (text), amount_minor [base
            currency; missing where no price is known], filled_permille [‰ of their volume], chosen.
        at_least: Containers of the largest kind below which volume and payload do not go.
    """

    containers: pd.DataFrame
    loading: pd.DataFrame
    explained: pd.DataFrame
    terms: str
    alternatives: pd.DataFrame
    at_least: int


def choose_containers(
    cartons: pd.DataFrame,
    prices: Mapping[str, int],
    shared_minor: int | None,
    rates: RateBook,
    policy: LoadingPolicy,
    as_of: date,
) -> Stuffing:
    """The cheapest way that takes every carton; without prices the fewest containers, then the smallest.

    Tried are, for each kind, as many as it takes of that kind alone, and one less with a smaller one for the rest.

    Args:
        cartons: As `plan_loading` takes them, of one consignment.
        prices: Kind → what one whole container costs [base minor units]; kinds without a price are no choice where
            another has one.
        shared_minor: What the consignment costs as a share (by volume, weight or parcel) [base minor units]; None
            where it cannot go so. A share lies in the smallest mix, as the forwarder would load it.
        rates: Kinds container_*.

    Raises:
        UnknownContainer: a carton is larger or heavier than every container takes.
        IncompleteCarton, MissingRate, MissingColumns: as `plan_loading` and `read_containers`.
    """
    checked = check_cartons(cartons)
    rooms = {str(row["kind"]): row for row in read_containers(list(KINDS), rates, as_of).to_dict("records")}
    inner = {kind: prod(int(room[side]) for side in SIDES) for kind, room in rooms.items()}
    volume = int((checked[[*SIDES]].prod(axis=1) * checked["count"]).sum())
    weight = int((checked["weight_g"] * checked["count"]).sum())
    least = {kind: max(1, -(-volume // inner[kind]), -(-weight // int(rooms[kind]["payload_g"]))) for kind in KINDS}
    found: dict[tuple[str, ...], pd.DataFrame] = {}
    largest = read_containers(list(KINDS[-1:]), rates, as_of)
    one_each = [cartons.iloc[[place]].assign(count=1) for place in range(len(cartons))]
    too_large = [str(one["carton"].iloc[0]) for one in one_each if plan_loading(one, largest, policy).empty]
    if too_large:
        raise UnknownContainer(TOO_LARGE, cartons=name_rows(too_large), kind=KINDS[-1])
    for kind in KINDS:
        count = _fill(kind, least[kind], cartons, rates, policy, as_of, found)
        for smaller in KINDS[: KINDS.index(kind)] if count > 1 else ():
            _try((*[kind] * (count - 1), smaller), cartons, rates, policy, as_of, found)
    mixes = sorted(found, key=lambda mix: (len(mix), sum(inner[kind] for kind in mix), mix))
    priced = [mix for mix in mixes if all(kind in prices for kind in mix)]
    cheapest = min(priced, key=lambda mix: (sum(prices[kind] for kind in mix), mixes.index(mix)), default=None)
    whole = cheapest is not None and (shared_minor is None or sum(prices[kind] for kind in cheapest) <= shared_minor)
    chosen = cheapest if whole and cheapest is not None else mixes[0]
    rows = [
        (
            _name(mix),
            sum(prices[kind] for kind in mix) if mix in priced else pd.NA,
            1000 * volume // sum(inner[kind] for kind in mix),
            mix == chosen and (whole or shared_minor is None),
        )
        for mix in mixes
    ]
    if shared_minor is not None:
        rows.append((SHARED, shared_minor, 1000 * volume // sum(inner[kind] for kind in mixes[0]), not whole))
    alternatives = pd.DataFrame(rows, columns=[*ALTERNATIVES]).astype({"amount_minor": "Int64"})
    containers = read_containers(list(chosen), rates, as_of)
    return Stuffing(
        containers,
        found[chosen],
        explain_loading(found[chosen], cartons, containers),
        SHARED if shared_minor is not None and not whole else WHOLE,
        alternatives.sort_values(["amount_minor", "containers"], kind="stable", ignore_index=True),
        least[KINDS[-1]],
    )


def _fill(
    kind: str,
    least: int,
    cartons: pd.DataFrame,
    rates: RateBook,
    policy: LoadingPolicy,
    as_of: date,
    found: dict[tuple[str, ...], pd.DataFrame],
) -> int:
    """How many of one kind take everything; 0 where a carton fits into none."""
    for count in _counts(least, int(cartons["count"].sum())):
        loaded = _try((kind,) * count, cartons, rates, policy, as_of, found)
        if loaded == int(cartons["count"].sum()):
            return count
        if loaded == 0:
            break
    return 0


def _counts(least: int, most: int) -> Iterator[int]:
    """From the bound upwards, first by one, then by a tenth, up to one container for each carton."""
    count = least
    while count < most:
        yield count
        count += max(1, count // 10)
    yield max(least, most)


def _try(
    mix: tuple[str, ...],
    cartons: pd.DataFrame,
    rates: RateBook,
    policy: LoadingPolicy,
    as_of: date,
    found: dict[tuple[str, ...], pd.DataFrame],
) -> int:
    """Loads the mix and keeps what is used of it where it takes everything; returns how many cartons it takes."""
    loading = plan_loading(cartons, read_containers(list(mix), rates, as_of), policy)
    if len(loading) == int(cartons["count"].sum()):
        found.setdefault(mix[: loading["container"].nunique()], loading)
    return len(loading)


def _name(mix: tuple[str, ...]) -> str:
    return " + ".join(f"{mix.count(kind)} × {kind}" for kind in KINDS if kind in mix)
