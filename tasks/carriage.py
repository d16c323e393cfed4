"""How consignments are carried: every lane weighed with freight and border, one taken, loads of one lane joined."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tasks import consignments, costs, freight, stuffing
from tasks.consignments import Pool, Ready
from tasks.landing import state_lanes
from tasks.nights import Night
from tasks.store.snapshots import Snapshot


@dataclass(frozen=True)
class Carriage:
    """Consignments on their lanes.

    Attributes:
        ready: What goes, each consignment on its lane.
        modes: One row per (consignment, lane) that it could take, from `freight.choose_mode`.
        taken: The row of modes of each consignment's own lane, charged as it is booked.
    """

    ready: Ready
    modes: pd.DataFrame
    taken: pd.DataFrame


def choose_lanes(night: Night, known: Snapshot, pool: Pool, ready: Ready, contribution: pd.DataFrame) -> Carriage:
    """Put every consignment on its lane: a proposal's stays where the night put it, an order's takes the least.

    What an order sends on one lane is joined and weighed again, so that breaks, minimums and fees are paid once.
    """
    modes = _weigh(night, known, pool, ready, contribution)
    if pool.proposal is None:
        ready = consignments.join_lanes(ready, modes, known.lanes)
        modes = _weigh(night, known, pool, ready, contribution)
    ready, taken = consignments.keep_quoted(ready, modes)
    policy, base = night.seller.policy.loading, night.seller.base_currency
    taken = stuffing.charge_containers(ready.boxes, taken, known.rates, base, policy, night.as_of)
    return Carriage(ready, modes, taken)


def _weigh(night: Night, known: Snapshot, pool: Pool, ready: Ready, contribution: pd.DataFrame) -> pd.DataFrame:
    policy, base, morning = night.seller.policy.freight, night.seller.base_currency, night.as_of
    ways = consignments.list_candidates(ready, known.lanes, pool)
    lanes = state_lanes(known, night.seller)
    quotes = freight.quote_freight(ways, lanes, known.rate_cards, known.rates, base, policy, morning)
    border = costs.quote_shipments(consignments.list_ways(ready, ways), known, contribution, night)
    needs = consignments.list_needs(ready.lines, contribution)
    return freight.choose_mode(consignments.add_border(quotes, border), needs, policy, morning)
