"""Stock by age, and what becomes of it month by month when the oldest is counted as sold first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from skills.storage.rules import FeeRules, Step

BANDS: dict[str, tuple[int, int]] = {
    "age_0_90": (0, 90),
    "age_91_180": (91, 180),
    "age_181_270": (181, 270),
    "age_271_365": (271, 365),
    "age_366_455": (366, 455),
    "age_456": (456, 545),
}
"""Columns of the stock's age → days from and to; the last has no end and is taken for as long as others."""

PARTS = 3
"""Each band is taken as so many cohorts of equal size, at the middle of each part."""

ASSESSED_ON = 15
"""Day of the month on which ages are looked at (sellercentral.amazon.com, aged inventory surcharge)."""


@dataclass(frozen=True)
class Cohorts:
    """Units of each row by age, oldest first.

    Attributes:
        units: (row, cohort) whole units.
        ages: Days per cohort on as_of, falling.
    """

    units: np.ndarray
    ages: np.ndarray


@dataclass(frozen=True)
class Months:
    """What happens between one assessment and the next; all arrays are (row, month) [units, base minor].

    Attributes:
        days: Days from as_of to each assessment.
        sold: Units sold until it, since the one before.
        left: Units left then.
        aged: Units of those that the aged surcharge is charged on.
        surcharge: What it charges.
    """

    days: np.ndarray
    sold: np.ndarray
    left: np.ndarray
    aged: np.ndarray
    surcharge: np.ndarray


def split_ages(health: pd.DataFrame) -> Cohorts:
    """Cohorts of the stock's age bands; what does not divide evenly lies in the older part."""
    units, ages = [], []
    for name, (low, high) in reversed(BANDS.items()):
        held = health[name].fillna(0).to_numpy(dtype="int64")
        width = (high - low + 1) // PARTS
        for part in reversed(range(PARTS)):
            units.append(held // PARTS + (held % PARTS >= PARTS - part))
            ages.append(low + part * width + width // 2)
    return Cohorts(np.column_stack(units), np.array(ages, dtype="int64"))


def list_assessments(as_of: date, months: int) -> list[date]:
    """The next days on which ages are looked at, the first one after as_of."""
    first = as_of + timedelta(days=1)
    year, month = (first.year, first.month) if first.day <= ASSESSED_ON else _next(first.year, first.month)
    days = []
    for _ in range(months):
        days.append(date(year, month, ASSESSED_ON))
        year, month = _next(year, month)
    return days


def _next(year: int, month: int) -> tuple[int, int]:
    return (year + month // 12, month % 12 + 1)


def follow(
    cohorts: Cohorts,
    demand: np.ndarray,
    cm3: np.ndarray,
    steps: list[list[Step]],
    exempt: np.ndarray,
    days: np.ndarray,
) -> Months:
    """Sell the oldest first along a path of demand, and charge what is left at each assessment by its age.

    Args:
        cohorts: Units by age on as_of.
        demand: (row, month) units wanted from as_of to each assessment, rising.
        cm3: Volume of a unit per row; where it is NaN, so is the surcharge of what is aged.
        steps: Per month the steps of the aged surcharge then.
        exempt: (row, month, cohort) True where the row's units of that cohort are not charged then.
        days: Days from as_of to each assessment.
    """
    rows, months = demand.shape
    older = np.zeros((rows, cohorts.units.shape[1]))
    for cohort in range(1, cohorts.units.shape[1]):
        older[:, cohort] = older[:, cohort - 1] + cohorts.units[:, cohort - 1]
    total = older[:, -1] + cohorts.units[:, -1]
    left = np.maximum(total[:, None] - demand, 0.0)
    sold = np.diff(np.minimum(demand, total[:, None]), axis=1, prepend=0.0)
    aged, surcharge = np.zeros((rows, months)), np.zeros((rows, months))
    for month in range(months):
        per_cm3, per_unit = _charge_by_age(cohorts.ages + days[month], steps[month])
        for cohort in range(cohorts.units.shape[1]):
            if per_cm3[cohort] == 0.0 and per_unit[cohort] == 0.0:
                continue
            units = np.clip(cohorts.units[:, cohort] - (demand[:, month] - older[:, cohort]).clip(min=0.0), 0.0, None)
            units = np.where(exempt[:, month, cohort], 0.0, units)
            aged[:, month] += units
            surcharge[:, month] += units * np.maximum(cm3 * per_cm3[cohort], per_unit[cohort])
    return Months(days, sold, left, aged, surcharge)


def find_exempt(
    categories: pd.Series, rules: FeeRules, country: str, assessments: list[date], ages: np.ndarray, days: np.ndarray
) -> np.ndarray:
    """(row, month, cohort) True where the row's category, or every one, is exempt from the surcharge at that age."""
    names = categories.fillna("").str.lower()
    exempt = np.zeros((len(categories), len(days), len(ages)), dtype=bool)
    for month, day in enumerate(assessments):
        then = ages + days[month]
        for rule in rules.exemptions("aged", country, day):
            listed = (names.isin(rule.categories) | (not rule.categories)).to_numpy(dtype=bool)
            exempt[:, month] |= listed[:, None] & ((then >= rule.low) & (then < rule.high))[None]
    return exempt


def _charge_by_age(ages: np.ndarray, steps: list[Step]) -> tuple[np.ndarray, np.ndarray]:
    per_cm3, per_unit = np.zeros(len(ages)), np.zeros(len(ages))
    for step in steps:
        inside = (ages >= step.low) & (ages < step.high)
        per_cm3 += np.where(inside, step.per_cm3, 0.0)
        per_unit += np.where(inside, step.per_unit, 0.0)
    return per_cm3, per_unit
