"""A supplier's share beside the others': empirical Bayes, with what the others alone say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from skills.sourcing.policy import SourcingPolicy

Pairs = np.ndarray[Any, np.dtype[np.float64]]
"""One row per delivery: how many, of how many."""

_WEIGHT_LIMITS = (2.0, 60.0)
"""Least and most deliveries at which a supplier counts as much as the others, whatever their spread says."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A supplier's share drawn towards the others'.

    Attributes:
        own: Its own share, NaN without a delivery.
        others: The others' share; NaN where there are none.
        weight: Of its own share.
        value: weight × own + (1 − weight) × others.
    """

    own: float
    others: float
    weight: float
    value: float


def shrink_share(name: str, found: dict[str, Pairs], policy: SourcingPolicy) -> Shrunk:
    """A supplier's share of (count, of how many) per delivery, drawn towards the share of all others."""
    own = found.get(name, np.empty((0, 2)))
    others = [pairs for key, pairs in sorted(found.items()) if key != name and len(pairs)]
    share = float(own[:, 0].sum() / own[:, 1].sum()) if len(own) else math.nan
    if not others:
        return Shrunk(share, math.nan, 1.0, share)
    pooled = np.concatenate(others)
    centre = float(pooled[:, 0].sum() / pooled[:, 1].sum())
    if not len(own):
        return Shrunk(share, centre, 0.0, centre)
    weight = len(own) / (len(own) + _count_pool(others, centre, policy))
    return Shrunk(share, centre, weight, weight * share + (1 - weight) * centre)


def _count_pool(others: list[Pairs], centre: float, policy: SourcingPolicy) -> float:
    """Deliveries at which a supplier counts as much as the others: spread within ÷ spread between suppliers."""
    shares = [pairs[:, 0] / pairs[:, 1] for pairs in others]
    freedom = sum(len(one) - 1 for one in shares)
    if len(shares) < 3 or freedom < 3:
        return float(policy.pool_deliveries)
    within = math.fsum(float((value - one.mean()) ** 2) for one in shares for value in one) / freedom
    between = math.fsum((float(one.mean()) - centre) ** 2 - within / len(one) for one in shares) / len(shares)
    if within <= 0 or between <= 0:
        return float(policy.pool_deliveries) if within <= 0 else _WEIGHT_LIMITS[1]
    return min(max(within / between, _WEIGHT_LIMITS[0]), _WEIGHT_LIMITS[1])
