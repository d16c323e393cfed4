"""Why a line came out as it did, in one sentence each."""

from __future__ import annotations

import pandas as pd

from skills.replenishment.led import LAUNCH, PHASE_OUT
from skills.vocabulary import mark

NO_PRODUCT = mark("The SKU is missing from the products file; nothing is ordered.")
NO_SUPPLIER = mark("The SKU's supplier is missing from the suppliers file; nothing is ordered.")
NO_FORECAST = mark("There is stock but no demand forecast; nothing is ordered.")
LEAVING = mark("The SKU is being phased out; nothing is ordered any more.")
AFTER_END = mark("An order would arrive after the end of sale; nothing is ordered any more.")
FIRST_STOCK = mark("First stock of a launch, up to the level at which a unit short loses what a unit left costs.")
LAUNCH_COVERED = mark("Stock and orders on the way cover the first weeks of the launch.")
LAST_BUY = mark(
    "Last buy: all that will be sold until sale ends, up to the level at which a unit short loses what a unit left "
    "costs."
)
LAST_BUY_COVERED = mark("Stock and orders on the way last until sale ends; nothing more is bought.")
CLOSED_FOR_GOOD = mark(
    "The supplier is closed, or closes before another order could follow, with no end within three years; "
    "nothing is ordered. Choose another supplier or decide on a last order by hand."
)
CLOSED_TODAY = mark("The supplier is closed today; the order waits for the day it opens again and loses nothing.")
ENOUGH = mark("Stock and orders on the way last until the next order arrives.")
SHORT = mark("Stock and orders on the way would not last until the next order arrives.")
BEFORE_CLOSURE = mark(
    "The supplier's closure delays the next order; stock and orders on the way would not last until it arrives."
)
BEYOND_FORECAST = mark(
    "Stock and orders on the way would not last until the next order arrives; the forecast ends before that day "
    "and was extended at its last weekly mean."
)
BELOW_THRESHOLD = mark("The need is below the seller's smallest order line; it waits for the next review.")
FILLS_MINIMUM = mark("Others of this supplier are needed now; this SKU fills the order up to the joint minimum.")
MINIMUM_WAITS = mark(
    "The supplier's joint minimum would buy stock beyond the dead-stock limit; the whole order waits until more "
    "is needed."
)
MINIMUM_ABOVE_CAPACITY = mark(
    "The supplier's joint minimum cannot be met within its weekly capacity; nothing is ordered. "
    "Correct the suppliers file."
)
SUPPLIER_BUSY = mark(
    "Open orders take the supplier's capacity until the next order; below the joint minimum nothing is ordered."
)
BUILDS_UP = mark(
    "The weeks before the supplier's closure do not hold what must be made until it reopens; it is made from now on."
)
LIES_TOO_LONG = mark("No more is ordered than is expected to sell within the most cover after the next arrival.")
SHELF_LIFE_ENDS = mark("No more is ordered than is expected to be sold within the shelf life.")
CASH_PATH_WAITS = mark(
    "With this order a week of the next 13 would end below the least cash; more urgent SKUs go first, the rest waits "
    "for the next review."
)
CAPACITY_WAITS = mark("More urgent SKUs take the supplier's weekly capacity; the rest waits for next week.")
CASH_WAITS = mark("More urgent SKUs take this week's cash; the rest waits for next week.")


def explain_shortage(lines: pd.DataFrame) -> pd.Series:
    """The reason of lines that nothing stands against."""
    reason = pd.Series(SHORT, index=lines.index, dtype="str")
    reason = reason.mask(lines["next_closed_days"] > lines["closed_days"], BEFORE_CLOSURE)
    reason = reason.mask(lines["extended_days"] > 0, BEYOND_FORECAST)
    reason = reason.mask(lines["raw_need"] == 0, ENOUGH)
    for led_by, (buys, covered) in _LED.items():
        led = lines["led_by"] == led_by
        reason = reason.mask(led, covered).mask(led & (lines["raw_need"] > 0), buys)
    return reason


_LED = {LAUNCH: (FIRST_STOCK, LAUNCH_COVERED), PHASE_OUT: (LAST_BUY, LAST_BUY_COVERED)}
