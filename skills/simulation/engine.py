"""Seven days of sales at a time, as a compiled loop."""

from __future__ import annotations

from numba import njit

from skills.simulation.world import Bools, Ints


@njit(cache=True)
def sell_week(
    on_hand: Ints,
    waiting: Ints,
    carry: Ints,
    arriving: Ints,
    demand: Ints,
    lost_percent: int,
    sold: Ints,
    out: Bools,
    unit_days: Ints,
) -> None:
    """Sell a week, pair by pair and day by day: arrivals first, then buyers who waited, then the day's own.

    Args:
        on_hand, waiting, carry: Per pair, changed in place: stock, buyers who wait, and hundredths of a buyer.
        arriving, demand: Per (pair, day of the week).
        lost_percent: Share of unmet demand that is lost.
        sold, out, unit_days: Filled in: units sold and whether nothing was left, per (pair, day); stock of the
            evenings, summed per pair.
    """
    for pair in range(len(on_hand)):
        stock, queue, rest = on_hand[pair], waiting[pair], carry[pair]
        lying = 0
        for day in range(arriving.shape[1]):
            stock += arriving[pair, day]
            late = min(queue, stock)
            stock -= late
            queue -= late
            wanted = demand[pair, day]
            now = min(wanted, stock)
            stock -= now
            patient = rest + (wanted - now) * (100 - lost_percent)
            queue += patient // 100
            rest = patient % 100
            sold[pair, day] = now + late
            out[pair, day] = stock == 0
            lying += stock
        on_hand[pair], waiting[pair], carry[pair] = stock, queue, rest
        unit_days[pair] += lying
