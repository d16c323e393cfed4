"""The night as a problem in whole numbers: hub stock, limits, charges, and what kept lines have taken of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills.distribution.kernels import Ints
from skills.distribution.policy import DistributionPolicy
from skills.distribution.problem import Problem
from skills.distribution.value import Cartons
from skills.vocabulary import Refusal, mark

KEYS = ["sku", "country", "lane"]
LANE_VOLUME, LANE_WEIGHT = mark("lane volume"), mark("lane weight")
NODE_VOLUME, CASH = mark("received volume"), mark("weekly cash")
LANE_CHARGE, ENTRY = mark("lane charge"), mark("country entry")


class NotANumber(Refusal):
    """A quantity or an amount is missing or infinite."""


@dataclass(frozen=True)
class Limits:
    """What SKUs share, with what one carton of each slot takes of it.

    Attributes:
        names: Per limit: its kind, and the lane or node it is of.
        holds: Per limit [cm³, grams, base minor].
        limit, use: Per slot and kind: the limit's row (−1 = none) and what a carton takes of it.
    """

    names: tuple[tuple[str, str], ...]
    holds: Ints
    limit: Ints
    use: Ints


def refuse_unreal(tables: dict[str, pd.DataFrame]) -> None:
    """Refuse a table whose numbers are not all numbers.

    Raises:
        NotANumber: names the table, the column, the row and what to do.
    """
    for table, frame in tables.items():
        for column in frame.select_dtypes("number").columns:
            wrong = ~np.isfinite(frame[column].to_numpy(dtype="float64", na_value=np.nan))
            if wrong.any():
                row = frame.loc[wrong].iloc[0]
                raise NotANumber(
                    mark(
                        "{table}: {column} of {sku} is {found} in {rows} rows; expected a number. Correct the table."
                    ),
                    table=table,
                    column=str(column),
                    sku=str(row.get("sku", "")),
                    found=str(row[column]),
                    rows=int(wrong.sum()),
                )


def find_pools(frame: pd.DataFrame, hub: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per slot its pool; per pool the cartons and the units that the hub may send.

    Args:
        frame: One row per slot: sku, hub, carton_units.
        hub: One row per (sku, hub): units.
    """
    keys = frame[["sku", "hub"]]
    pools = keys.groupby(["sku", "hub"], sort=True).ngroup().to_numpy()
    first = frame.assign(pool=pools).drop_duplicates("pool").sort_values("pool", kind="stable")
    units = first[["sku", "hub", "carton_units"]].merge(hub, on=["sku", "hub"], how="left")
    held = units["units"].fillna(0).clip(lower=0).astype("int64").to_numpy()
    return pools, held // units["carton_units"].to_numpy(dtype="int64"), held


def list_limits(
    frame: pd.DataFrame,
    departures: pd.DataFrame,
    lanes: pd.DataFrame,
    nodes: pd.DataFrame,
    contribution: pd.DataFrame,
    policy: DistributionPolicy,
) -> Limits:
    """Volume and weight of each lane, volume that each node receives, cash of the week; only those that are set.

    Args:
        frame: One row per slot.
        departures: One row per lane that leaves: capacity_cm3, below 0 for no limit.
        lanes: weekly_capacity_kg may be absent or blank.
        nodes: weekly_capacity_m3 may be absent or blank.
        contribution: weight_kg per row.
    """
    weight = frame[KEYS].merge(contribution[[*KEYS, "weight_kg"]], on=KEYS, how="left")["weight_kg"]
    grams = np.rint((weight * frame["carton_units"] * 1000).to_numpy(dtype="float64")).astype("int64")
    to_node = frame["lane"].map(dict(zip(departures["lane"], departures["to_node"], strict=True)))
    volume = frame["carton_cm3"].to_numpy(dtype="int64")
    cash = {} if policy.weekly_cash_minor is None else {"": policy.weekly_cash_minor}
    capacity = departures[departures["capacity_cm3"] >= 0]
    kinds: list[tuple[str, dict[str, int], pd.Series, Ints]] = [
        (LANE_VOLUME, dict(zip(capacity["lane"], capacity["capacity_cm3"], strict=True)), frame["lane"], volume),
        (LANE_WEIGHT, _read_capacity(lanes, "lane", "weekly_capacity_kg", 1000), frame["lane"], grams),
        (NODE_VOLUME, _read_capacity(nodes, "node", "weekly_capacity_m3", 1_000_000), to_node, volume),
        (CASH, cash, pd.Series("", index=frame.index), _each_carton(frame, "cash")),
    ]
    names: list[tuple[str, str]] = []
    holds: list[int] = []
    columns = []
    for kind, held, subject, _ in kinds:
        known = {name: len(names) + at for at, name in enumerate(sorted(held))}
        columns.append(subject.map(known).fillna(-1).to_numpy(dtype="int64"))
        names += [(kind, name) for name in known]
        holds += [int(held[name]) for name in known]
    return Limits(
        tuple(names),
        np.array(holds, dtype="int64"),
        np.stack(columns, axis=1),
        np.stack([use for *_, use in kinds], axis=1),
    )


def keep_held(
    frame: pd.DataFrame,
    held: pd.DataFrame,
    stale: set[str],
    pools: np.ndarray,
    pool_cartons: np.ndarray,
    limits: Limits,
) -> Ints:
    """Cartons per slot kept from yesterday, by (sku, country, lane), as far as hub stock and limits reach."""
    kept = np.zeros(len(frame), dtype="int64")
    left, room = pool_cartons.copy(), limits.holds.copy()
    wanted = held[held["country"].isin(stale)].groupby(KEYS)["units"].sum()
    rows = frame[KEYS].reset_index().merge(wanted.reset_index(), on=KEYS, how="inner")
    for row, units in zip(rows["index"], rows["units"], strict=True):
        most = min(int(units) // int(frame["carton_units"].iloc[row]), int(left[pools[row]]))
        for limit, use in zip(limits.limit[row], limits.use[row], strict=True):
            if limit >= 0 and use > 0:
                most = min(most, int(room[limit] // use))
        kept[row] = most
        left[pools[row]] -= most
        taken = limits.limit[row] >= 0
        np.subtract.at(room, limits.limit[row][taken], most * limits.use[row][taken])
    return kept


def pose(
    frame: pd.DataFrame,
    cartons: Cartons,
    pools: np.ndarray,
    pool_cartons: np.ndarray,
    kept: Ints,
    limits: Limits,
    departures: pd.DataFrame,
    lanes: pd.DataFrame,
    contribution: pd.DataFrame,
    stale: set[str],
    policy: DistributionPolicy,
) -> Problem:
    """What the search has to decide, once kept lines have had their part.

    Args:
        frame: Every (sku, country, lane) considered; entry_cost_base_minor of the country.
        cartons: Per carton that could leave: its slot and what it is worth [base minor].
        pools: Pool of each slot.
        pool_cartons: Cartons that each pool may send.
        kept: Cartons per slot that are kept from yesterday; they use up pools and limits, and what they need is paid.
        departures: One row per lane that leaves; least_cartons of a shipment, 0 when the column is absent.
        lanes: One row per lane: fixed_minor.
        contribution: One row per (sku, country, lane): lane_factor.
        stale: Countries that get nothing but what is kept.
        policy: Least shipment, threshold.

    Returns:
        The problem, its rows those of the slots, without cartons of stale countries and of lanes that cannot fill
        their least shipment.
    """
    lane = pd.Index(departures["lane"]).get_indexer(frame["lane"])
    countries = sorted(set(frame["country"]))
    country = pd.Index(countries).get_indexer(frame["country"])
    entry = frame["entry_cost_base_minor"] if "entry_cost_base_minor" in frame else pd.Series(0, index=frame.index)
    entry_cost = entry.groupby(frame["country"]).max().reindex(countries).to_numpy(dtype="int64")
    going = np.zeros(len(departures), dtype="int64")
    np.add.at(going, lane, kept)
    entered = np.zeros(len(countries), dtype="int64")
    np.add.at(entered, country, kept)
    amount = np.stack([_each_carton(frame, "landed"), np.ones(len(frame), dtype="int64")], axis=1)
    least_cartons = departures.get("least_cartons", pd.Series(0, index=departures.index)).to_numpy(dtype="int64")
    least = np.stack([np.full(len(departures), policy.minimum_shipment_minor), least_cartons], axis=1)
    np.subtract.at(least, lane, amount * kept[:, None])
    charges = np.concatenate(
        [
            np.where(going > 0, 0, _fixed_charges(departures, lanes, contribution)),
            np.where(entered > 0, 0, entry_cost),
        ]
    )
    gate = np.stack([lane, country + len(departures)], axis=1)
    whole = Problem(
        value=cartons.value,
        begin=np.searchsorted(cartons.slot, np.arange(len(frame) + 1)),
        pool=pools.astype("int64"),
        pool_cartons=pool_cartons.astype("int64"),
        limit=limits.limit,
        use=limits.use,
        limits=limits.holds,
        names=limits.names,
        gate=np.where(charges[gate] > 0, gate, -1) if len(charges) else gate,
        charges=charges,
        shipment=lane,
        amount=amount,
        least=np.maximum(least, 0),
        least_cartons=policy.threshold_cartons,
    )
    return _leave_out_hopeless(whole.after(kept).without(frame["country"].isin(stale).to_numpy(dtype="bool")))


def _leave_out_hopeless(problem: Problem) -> Problem:
    """Without the cartons of lanes that could not fill their least shipment with everything that has value."""
    total = np.zeros_like(problem.least)
    np.add.at(total, problem.shipment, problem.amount * np.diff(problem.begin)[:, None])
    hopeless = np.asarray((total < problem.least).any(axis=1))
    return problem.without(hopeless[problem.shipment])


def _each_carton(frame: pd.DataFrame, name: str) -> Ints:
    each = (frame[name] * frame["carton_units"]).to_numpy(dtype="float64")
    return np.asarray(np.rint(each), dtype="int64")


def _read_capacity(table: pd.DataFrame, key: str, column: str, per_unit: int) -> dict[str, int]:
    if column not in table:
        return {}
    given = table[table[column].notna()]
    whole = np.floor(given[column].to_numpy(dtype="float64") * per_unit).astype("int64")
    return dict(zip(given[key].astype("str"), whole.tolist(), strict=True))


def _fixed_charges(departures: pd.DataFrame, lanes: pd.DataFrame, contribution: pd.DataFrame) -> np.ndarray:
    """What a shipment costs before its first unit [base minor]."""
    factor = contribution.dropna(subset="lane_factor").drop_duplicates("lane").set_index("lane")["lane_factor"]
    fixed = lanes.set_index("lane")["fixed_minor"].fillna(0) * factor.reindex(lanes["lane"]).fillna(0).to_numpy()
    charges = np.rint(fixed.reindex(departures["lane"]).to_numpy(dtype="float64"))
    return np.asarray(charges, dtype="int64")
