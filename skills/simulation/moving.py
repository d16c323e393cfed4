"""What is under way: supplier orders to the hub, and shipments from the hub to countries."""

from __future__ import annotations

import numpy as np

from skills.simulation.paths import NO_LIMIT, Path, usual_days_to_hub
from skills.simulation.world import Arrivals, Decision, Facts, Ints

Lot = tuple[Ints, ...]


class Orders:
    """Open orders of one run, by SKU and week of order; the last column is what was ordered before the test."""

    def __init__(self, facts: Facts, path: Path, opening: Arrivals) -> None:
        self._facts, self._path = facts, path
        self._usual = usual_days_to_hub(facts)
        self._left = path.capacity.copy()
        self._due: dict[int, list[tuple[int, Ints, Ints]]] = {}
        self._opening_day = np.zeros(len(facts.skus), dtype=np.int64)
        np.maximum.at(self._opening_day, opening.place, opening.day)
        self.open = np.zeros((len(facts.skus), facts.weeks + 1), dtype=np.int64)
        for day in np.unique(opening.day):
            at = opening.day == day
            self._expect(int(day), facts.weeks, opening.place[at], opening.units[at])

    def place(self, week: int, decision: Decision) -> None:
        """Order today: produced within the supplier's sampled capacity, in one part or two."""
        units = decision.order_units
        if not len(units):
            return
        if len(decision.order_days):
            for days in np.unique(decision.order_days[units > 0]):
                skus = np.flatnonzero((decision.order_days == days) & (units > 0))
                self._expect(7 * week + int(days), week, skus, units[skus])
            return
        for supplier in np.unique(self._facts.sku_supplier[units > 0]):
            skus = np.flatnonzero((self._facts.sku_supplier == supplier) & (units > 0))
            # the SKU that is made last is another one each week
            skus = np.roll(skus, -(week * 7919 % len(skus)))
            day = 7 * week + int(self._path.made[supplier, week])
            first = -(-units[skus] * self._path.split[supplier, week] // 100)
            self._produce(int(supplier), day, week, skus, first)
            self._produce(int(supplier), day + self._path.second_days, week, skus, units[skus] - first)

    def take(self, today: int) -> Ints:
        """Per (SKU, day of this week): units that reach the hub."""
        arriving = np.zeros((len(self._facts.skus), 7), dtype=np.int64)
        for day in range(7):
            for column, skus, units in self._due.pop(today + day, []):
                np.add.at(arriving, (skus, np.full(len(skus), day)), units)
                np.subtract.at(self.open, (skus, np.full(len(skus), column)), units)
        return arriving

    def seen(self, today: int) -> tuple[Ints, Ints, Ints, Ints]:
        """SKU, units, promised day and day of every open order; what is overdue is promised for tomorrow."""
        skus, columns = np.nonzero(self.open)
        suppliers = self._facts.sku_supplier[skus]
        weeks = np.minimum(columns, self._facts.weeks - 1)
        promised = 7 * columns + self._usual[suppliers, weeks]
        promised = np.where(columns == self._facts.weeks, self._opening_day[skus], promised)
        ordered = np.where(columns == self._facts.weeks, -1, 7 * columns).astype(np.int64)
        return skus.astype(np.int64), self.open[skus, columns], np.maximum(promised, today + 1), ordered

    def _produce(self, supplier: int, day: int, week: int, skus: Ints, units: Ints) -> None:
        ready, rest = day // 7, units.copy()
        while rest.sum():
            last = ready >= self._left.shape[1]
            room = NO_LIMIT if last else self._left[supplier, ready]
            taken = np.clip(room - (np.cumsum(rest) - rest), 0, rest)
            if not last:
                self._left[supplier, ready] -= taken.sum()
            self._expect(max(day, 7 * ready), week, skus[taken > 0], taken[taken > 0])
            rest, ready = rest - taken, ready + 1

    def _expect(self, day: int, column: int, skus: Ints, units: Ints) -> None:
        np.add.at(self.open, (skus, np.full(len(skus), column)), units)
        self._due.setdefault(day, []).append((column, skus, units))


class Shipments:
    """Shipments of one run on their way to a country."""

    def __init__(self, facts: Facts, path: Path, opening: Arrivals) -> None:
        self._facts, self._path = facts, path
        self._due: dict[int, list[Lot]] = {}
        self.unit_days = np.zeros(len(facts.pair_sku), dtype=np.int64)
        lanes = facts.usual_lane[opening.place]
        self._expect(0, opening.place, lanes, opening.units, opening.day, opening.day)

    def send(self, week: int, decision: Decision) -> None:
        """Leave the hub today, reach the shelf by the sampled path."""
        pair, lane = decision.ship_pair, decision.ship_lane
        today = 7 * week
        arrival = today + (decision.ship_days if len(decision.ship_days) else self._path.transit[lane, week])
        eta = today + self._facts.lane_depart[lane] + self._facts.lane_days[lane, 1]
        self._expect(today, pair, lane, decision.ship_units, arrival, eta)

    def take(self, today: int) -> Ints:
        """Per (pair, day of this week): units that reach the shelf."""
        arriving = np.zeros((len(self._facts.pair_sku), 7), dtype=np.int64)
        for day in range(7):
            for pair, _, units, _ in self._due.pop(today + day, []):
                np.add.at(arriving, (pair, np.full(len(pair), day)), units)
        return arriving

    def seen(self, today: int) -> tuple[Ints, Ints, Ints, Ints]:
        """Pair, lane, units and usual arrival of everything on its way; what is overdue is expected tomorrow."""
        lots = [lot for day in sorted(self._due) for lot in self._due[day]]
        if not lots:
            none = np.zeros(0, dtype=np.int64)
            return none, none, none, none
        pair, lane, units, eta = (np.concatenate([lot[column] for lot in lots]) for column in range(4))
        return pair, lane, units, np.maximum(eta, today + 1)

    def left(self) -> Ints:
        """Per pair: units still on their way."""
        total = np.zeros(len(self._facts.pair_sku), dtype=np.int64)
        for lots in self._due.values():
            for pair, _, units, _ in lots:
                np.add.at(total, pair, units)
        return total

    def _expect(self, today: int, pair: Ints, lane: Ints, units: Ints, arrival: Ints, eta: Ints) -> None:
        np.add.at(self.unit_days, pair, units * (np.minimum(arrival, self._facts.days) - today))
        for day in np.unique(arrival):
            at = arrival == day
            self._due.setdefault(int(day), []).append((pair[at], lane[at], units[at], eta[at]))
