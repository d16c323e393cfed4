"""What a carton gains by leaving one market for another, step by step."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from skills.distribution.explain_money import tell_age_fees, tell_weeks
from skills.distribution.page import Page
from skills.distribution.policy import DistributionPolicy
from skills.vocabulary import mark


def tell_move(
    page: Page, slot: dict[str, Any], line: dict[str, Any], sold: float, policy: DistributionPolicy, as_of: date
) -> None:
    """From what lies free and what it is worth there to the gain of the first, the last and the next carton.

    Args:
        sold: Expected sales in the window out of the first carton [units].
    """
    units = int(slot["carton_units"])
    reach = (pd.Timestamp(as_of) + pd.Timedelta(days=round(float(slot["reach_days"])))).date().isoformat()
    page.say(
        mark("Free where it lies, in whole cartons"),
        int(slot["node_cartons"]) * units,
        "units",
        f"{slot['hub']}: {slot['free']} → {slot['node_cartons']} × {units}",
    )
    page.say(mark("Stock of the giving country that stays in any case"), slot["lying"], "units", slot["from_country"])
    page.say(mark("Its own need counts until a shipment of next week could have arrived, and longer"), reach, "date")
    page.say(
        mark("Mean demand per week where it lies, in the next four weeks"), f"{slot['weekly_there']:.2f}", "units"
    )
    page.pay(mark("A unit that saves a lost sale where it lies brings"), slot["there_earns"])
    page.pay(mark("A unit there that is sold anyway saves sending another from the hub"), slot["there_later"])
    page.pay(mark("A week of one unit where it lies costs"), slot["stays_week"])
    page.pay(mark("What this line's first carton would bring where it lies"), slot["lost_first"])
    page.pay(mark("Freight, handling and border of one unit on this lane"), slot["move_cost"], str(slot["lane"]))
    page.pay(mark("A unit that saves a lost sale here brings"), slot["earns"])
    page.pay(mark("A unit here that is sold anyway saves sending another from the hub"), slot["later_value"])
    page.pay(mark("A week of one unit here costs, with capital on what brought it so far"), slot["holding_week"])
    page.say(mark("Chance that the next feasible arrival would come too late"), f"{line['short_percent']:.1f}", "%")
    page.say(mark("Expected sales in the window out of the first carton"), f"{sold:.3f}", "units")
    weeks = tell_weeks(page, slot, policy)
    aged = tell_age_fees(page, slot, weeks)
    page.pay(
        mark("Gain of the first carton: what it brings here less what it would bring where it lies"),
        line["first_carton_value"],
        f"{sold:.3f} × {page.money(slot['contribution'])} × {policy.lost_sale_percent} % + {units} × "
        f"({page.money(slot['later_value'] if weeks < policy.most_weeks_held else 0.0)} − "
        f"{page.money(slot['move_cost'])} − {weeks:.2f} × {page.money(slot['holding_week'])}"
        + (f" − {page.money(aged)}" if aged else "")
        + ") − "
        f"{page.money(slot['lost_first'])}",
    )
    page.pay(mark("Gain of the last carton sent"), line["last_carton_value"])
    page.pay(mark("Gain of the next carton, not sent"), line["next_carton_value"])
    page.pay(mark("What the first carton had to bring here: its worth where it lies and the limits it uses"),
             line["asked_base_minor"])  # fmt: skip
