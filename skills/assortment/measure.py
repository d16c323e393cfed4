"""What changed, and by how much more than chance: sessions, conversion, buy box, returns, cover, trend, break."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skills.assortment.breaks import Break, find_break
from skills.assortment.facts import Bools, Floats, Panel
from skills.assortment.policy import AssortmentPolicy

RECENT_WEEKS = 4
_TREND_WEEKS = 26
_LEAST_TREND_WEEKS = 8
_QUARTER_WEEKS = 13
_LEAST_OTHERS = 5
_YEAR_WEEKS, _SEASON_Z = 52, 2.6
_YEAR_POOL_UNITS = 20
"""Units of last year at which a product's own season counts as much as the country's other products."""
_MANY_OTHERS = 50
"""Products from which one of them no longer moves their median, and it is taken once for all."""
_LEAST_USUAL_UNITS = 2
_USUAL_SWING = 0.04
"""Squared relative swing of weekly sessions (0.2²) where a country has too few products to say."""


@dataclass(frozen=True)
class Measures:
    """One entry per pair of the panel; NaN where not known.

    Attributes:
        recent_weeks, before_weeks: Weeks with stock and traffic that count.
        known_weeks: Of the last four, those with traffic.
        out_weeks: Of the last four, those with a day without stock.
        sessions, sessions_before: Per 28 days, at the rate of the weeks that count.
        others: Median change of the country's other products, as a factor; 1 where fewer than five are known.
        usual: The change to be expected, as a factor: of the others, and where the product has a season of its own
            also its own in the same weeks a year before, by the weight of its units.
        sessions_z: How many standard errors sessions lie from before × usual.
        conversion, conversion_before: Units per session.
        conversion_z: Of the change, both drawn towards the country's conversion.
        buy_box: Share of the page views that count.
        returned, sold: Units over return_weeks.
        return_raw, return_rate, return_pool: As it was, drawn towards the country's, the country's.
        weekly_units: Mean of the weeks with stock of the last cover_weeks.
        units_recent: Units of the last four weeks.
        cover: Weeks.
        unsold: Weeks with stock and without a sale up to the last one.
        trend: Change a quarter, as a share of the mean week, the country's season taken out.
        breaks: The break of weekly sales, the season taken out, or None; its position is the panel's column.
    """

    recent_weeks: Floats
    before_weeks: Floats
    known_weeks: Floats
    out_weeks: Floats
    sessions: Floats
    sessions_before: Floats
    others: Floats
    usual: Floats
    sessions_z: Floats
    conversion: Floats
    conversion_before: Floats
    conversion_z: Floats
    buy_box: Floats
    returned: Floats
    sold: Floats
    return_raw: Floats
    return_rate: Floats
    return_pool: Floats
    weekly_units: Floats
    units_recent: Floats
    cover: Floats
    unsold: Floats
    trend: Floats
    breaks: list[Break | None]


def measure_panel(panel: Panel, policy: AssortmentPolicy) -> Measures:
    """All measures of all pairs; weeks without stock count for none of them."""
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # means of no week are NaN, and meant so
        return _measure(panel, policy)


def _measure(panel: Panel, policy: AssortmentPolicy) -> Measures:
    counted = ~np.isnan(panel.sessions) & ~panel.out
    recent, before = _window(panel, 0, RECENT_WEEKS), _window(panel, RECENT_WEEKS, policy.before_weeks)
    lately, earlier = counted & recent, counted & before
    sessions = np.where(counted, panel.sessions, np.nan)
    mean_recent, mean_before = (np.nanmean(np.where(kept, sessions, np.nan), axis=1) for kept in (lately, earlier))
    others = _compare_others(panel, mean_recent, mean_before)
    swing = _measure_swing(panel, sessions, lately, earlier, policy)
    counts = lately.sum(axis=1), earlier.sum(axis=1)
    usual, doubt = _expect_change(panel, others, policy)
    expected = mean_before * usual
    spread = np.sqrt(np.maximum(swing, 1 / mean_before) * (1 / counts[0] + 1 / counts[1]) + doubt) * expected
    conversion = _measure_conversion(panel, lately, earlier, policy)
    views = np.where(lately & ~np.isnan(panel.buy_box), panel.page_views, 0)
    held = np.nansum(views * np.nan_to_num(panel.buy_box), axis=1)
    sold = np.nansum(panel.units[:, -policy.return_weeks :], axis=1)
    back, bought = np.nan_to_num(panel.returned), np.where(np.isnan(panel.returned), 0, sold)
    pool = _by_country(panel, lambda mine: float(back[mine].sum()) / max(float(bought[mine].sum()), 1.0))
    selling = np.where(panel.out, np.nan, panel.units)
    adjusted = selling / _measure_season(panel, selling)
    weekly = np.nanmean(selling[:, -policy.cover_weeks :], axis=1)
    return Measures(
        recent_weeks=counts[0].astype(float),
        before_weeks=counts[1].astype(float),
        known_weeks=(~np.isnan(panel.sessions) & recent).sum(axis=1).astype(float),
        out_weeks=(panel.out & recent).sum(axis=1).astype(float),
        sessions=mean_recent * RECENT_WEEKS,
        sessions_before=mean_before * RECENT_WEEKS,
        others=others,
        usual=usual,
        sessions_z=(mean_recent - expected) / spread,
        conversion=conversion[0],
        conversion_before=conversion[1],
        conversion_z=conversion[2],
        buy_box=held / np.nansum(views, axis=1),
        returned=panel.returned,
        sold=sold,
        return_raw=panel.returned / sold,
        return_rate=(panel.returned + policy.pool_units * pool) / (sold + policy.pool_units),
        return_pool=pool,
        weekly_units=weekly,
        units_recent=np.nansum(panel.units[:, -RECENT_WEEKS:], axis=1),
        cover=np.where(weekly > 0, panel.sellable / weekly, np.nan),
        unsold=np.array([_count_unsold(row) for row in selling], dtype=float),
        trend=np.array([_measure_trend(row[-_TREND_WEEKS:]) for row in adjusted]),
        breaks=[_find_break(row[-policy.break_weeks :], len(row), policy) for row in adjusted],
    )


def _window(panel: Panel, skipped: int, weeks: int) -> Bools:
    columns = np.arange(panel.width)
    inside: Bools = (columns >= panel.width - skipped - weeks) & (columns < panel.width - skipped)
    return inside


def _by_country(panel: Panel, measure: Callable[[Bools], float]) -> Floats:
    """One number per country, given to each of its pairs."""
    found = np.full(len(panel.pairs), np.nan)
    for mine in panel.countries:
        found[mine] = measure(mine)
    return found


def _compare_others(panel: Panel, recent: Floats, before: Floats) -> Floats:
    """Median change of the other products of the country, so that a season of them all is nobody's fault."""
    change = np.where(before >= 10, recent / before, np.nan)
    factors = np.ones(len(panel.pairs))
    for mine in panel.countries:
        places = np.flatnonzero(mine & ~np.isnan(change))
        ordered = np.sort(change[places])
        for at in np.flatnonzero(mine):
            rest = ordered
            if at in places:
                rest = np.delete(ordered, int(np.searchsorted(ordered, change[at])))
            if len(rest) >= _LEAST_OTHERS:
                factors[at] = min(max(float(np.median(rest)), 0.25), 4.0)
    return factors


def _expect_change(panel: Panel, others: Floats, policy: AssortmentPolicy) -> tuple[Floats, Floats]:
    """The usual change as a factor, and the square of its relative standard error from last year's few units.

    A product has a season of its own where it moved otherwise than the others a year before, beyond chance.
    """
    selling = np.where(panel.out, np.nan, panel.units)
    recent, before = (
        np.where(_window(panel, _YEAR_WEEKS + skipped, weeks), selling, np.nan)
        for skipped, weeks in ((0, RECENT_WEEKS), (RECENT_WEEKS, policy.before_weeks))
    )
    sold, sold_before = np.nansum(recent, axis=1), np.nansum(before, axis=1)
    own = np.nanmean(recent, axis=1) / np.nanmean(before, axis=1)
    error = np.sqrt(1 / np.maximum(sold, 1) + 1 / np.maximum(sold_before, 1))
    seasonal = (sold_before > 0) & (np.abs(own / others - 1) > _SEASON_Z * error)
    weight = np.where(seasonal, sold_before / (sold_before + _YEAR_POOL_UNITS), 0.0)
    usual = np.clip(np.where(seasonal, weight * own, 0.0) + (1 - weight) * others, 0.1, 10.0)
    doubt = np.where(seasonal, (weight * error) ** 2, 0.0)
    return usual, doubt


def _measure_swing(panel: Panel, sessions: Floats, lately: Bools, earlier: Bools, policy: AssortmentPolicy) -> Floats:
    """Squared relative swing of weekly sessions inside both windows, drawn towards the country's median."""
    squares, freedom = np.zeros(len(sessions)), np.zeros(len(sessions))
    for kept in (lately, earlier):
        values = np.where(kept, sessions, np.nan)
        relative = values / np.nanmean(values, axis=1, keepdims=True) - 1
        squares += np.nansum(relative * relative, axis=1)
        freedom += np.maximum(kept.sum(axis=1) - 1, 0)
    own = np.where(freedom >= 3, squares / freedom, np.nan)

    def pool(mine: Bools) -> float:
        return float(np.nanmedian(own[mine])) if np.count_nonzero(~np.isnan(own[mine])) >= 3 else _USUAL_SWING

    shared = _by_country(panel, pool)
    return (squares + policy.pool_weeks * shared) / np.maximum(freedom + policy.pool_weeks, 1)


def _measure_conversion(
    panel: Panel, lately: Bools, earlier: Bools, policy: AssortmentPolicy
) -> tuple[Floats, Floats, Floats]:
    """Two proportions: as they were, and the z of their difference when both are drawn to the country's.

    Each gets pool_sessions of the country's conversion; the variance is that of a proportion over all of them.
    """
    (units, visits), (units_before, visits_before) = (
        (
            np.nansum(np.where(kept, panel.traffic_units, 0), axis=1),
            np.nansum(np.where(kept, panel.sessions, 0), axis=1),
        )
        for kept in (lately, earlier)
    )
    bought, came = units + units_before, visits + visits_before
    pool = _by_country(panel, lambda mine: float(bought[mine].sum()) / max(float(came[mine].sum()), 1.0))
    extra = policy.pool_sessions
    now, then = (
        (part + extra * pool) / (whole + extra) for part, whole in ((units, visits), (units_before, visits_before))
    )
    both = np.minimum((bought + 2 * extra * pool) / (came + 2 * extra), 0.95)
    spread = np.sqrt(both * (1 - both) * (1 / (visits + extra) + 1 / (visits_before + extra)))
    return units / visits, units_before / visits_before, (now - then) / spread


def _measure_season(panel: Panel, selling: Floats) -> Floats:
    """Per pair and week: what the country's usual other product sold of its mean; 1 where fewer than five can say."""
    usual, weeks = np.nanmean(selling, axis=1), (~np.isnan(selling)).sum(axis=1)
    season = np.ones_like(selling)
    for mine in panel.countries:
        throughout = weeks * 10 >= 9 * weeks[mine].max()
        told = np.flatnonzero(mine & throughout & (usual >= _LEAST_USUAL_UNITS))
        shares = selling[told] / usual[told, None]
        for rows in [np.flatnonzero(mine)] if len(told) > _MANY_OTHERS else np.flatnonzero(mine)[:, None]:
            rest = shares if len(rows) > 1 else shares[told != rows[0]]
            if len(rest) >= _LEAST_OTHERS:
                season[rows] = np.clip(np.nan_to_num(np.nanmedian(rest, axis=0), nan=1.0), 0.2, 5.0)
    return season


def _count_unsold(units: Floats) -> int:
    """Weeks with stock since the last sale."""
    known = units[~np.isnan(units)]
    sales = np.flatnonzero(known > 0)
    return len(known) - 1 - int(sales[-1]) if len(sales) else len(known)


def _measure_trend(units: Floats) -> float:
    """Theil–Sen slope of the weeks with stock, over a quarter, as a share of their mean."""
    weeks = np.flatnonzero(~np.isnan(units))
    if len(weeks) < _LEAST_TREND_WEEKS or not units[weeks].sum() > 0:
        return float("nan")
    first, last = np.triu_indices(len(weeks), 1)
    slopes = (units[weeks[last]] - units[weeks[first]]) / (weeks[last] - weeks[first])
    return float(np.median(slopes)) * _QUARTER_WEEKS / float(np.mean(units[weeks]))


def _find_break(units: Floats, width: int, policy: AssortmentPolicy) -> Break | None:
    weeks = np.flatnonzero(~np.isnan(units))
    found = find_break(units[weeks], policy)
    if found is None:
        return None
    column = weeks[found.at] + width - len(units)
    return Break(int(column), found.before, found.after, found.chance)
