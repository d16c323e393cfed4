"""What a unit and a carton of a shipment line are worth, step by step."""

from __future__ import annotations

from typing import Any

from skills.distribution.ages import PREFIX
from skills.distribution.page import Page, Sources, percent
from skills.distribution.policy import DistributionPolicy
from skills.vocabulary import mark


def tell_contribution(page: Page, quote: dict[str, Any], handling: str, book: Sources) -> None:
    """From the price that the buyer pays to the contribution of one unit, each step with its rate.

    Args:
        handling: What handling is called where the unit leaves.
    """
    country, lane, hs_code = str(quote["country"]), str(quote["lane"]), str(quote["hs_code"])
    size = f"{quote['weight_kg']:g} kg, {quote['cm3']:g} cm³"
    for unit, value, note in book.list_exchanges(country, str(quote["lane_currency"])):
        page.say(mark("Rate of exchange"), value, unit, note)
    page.say(mark("Units sold in the country since the history begins"), int(quote["sold_units"]), "units")
    if quote["customs_basis"]:
        page.pay(mark("Customs value"), quote["customs_value"], str(quote["customs_basis"]))
    page.pay(mark("Price as the buyer pays it"), quote["gross_price"], str(quote["price_basis"]))
    steps: list[tuple[str, str, float, str]] = [
        ("−", mark("Value added tax in the price"), quote["vat"], book.name("vat", country)),
        ("−", mark("Referral fee"), quote["referral"], book.name("referral_fee", country)),
        (
            "−",
            mark("Fulfilment fee"),
            quote["fulfilment"],
            f"{book.name('fulfilment_base', country)}; {size}; {book.name('fulfilment_per_kg', country)}",
        ),
        (
            "−",
            mark("Handling of expected returns"),
            quote["returns"],
            f"{quote['return_rate']:.6f} × {book.name('returns_cost', country)}",
        ),
        (
            "−",
            mark("Refunds of returns that cannot be sold again"),
            quote["refunds"],
            f"{quote['return_rate']:.6f} × (1 − {quote['resold_share']:.4f}) × "
            f"({page.money(quote['price'])} − {page.money(quote['referral'])})",
        ),
        ("−", mark("Freight"), quote["freight"], f"{lane}: {_freight(page, quote)}"),
        ("−", handling, quote["handling"], lane),
        (
            "−",
            mark("Duty on the customs value"),
            quote["duty"],
            f"{page.money(quote['customs_value'])} × {percent(quote['duty_rate'])} %; "
            f"{book.name_duty(country, hs_code)}",
        ),
        ("−", mark("Merchandise processing fee"), quote["mpf"], book.name("mpf_rate", country)),
        ("−", mark("Harbour maintenance fee, ocean only"), quote["hmf"], book.name("hmf_rate", country)),
        ("−", mark("Import tax that is not recovered"), quote["import_vat_cost"], _import_tax(page, quote, book)),
        (
            "+",
            mark("Export rebate"),
            quote["rebate"],
            f"{page.money(quote['product_cost'])} × {percent(quote['rebate_share'])} %; {book.name_rebate(hs_code)}",
        ),
    ]
    for sign, label, minor, note in steps:
        if round(float(minor), 4) != 0:
            page.pay(label, -minor if sign == "−" else minor, note)
    page.pay(
        mark("Contribution of one unit, product cost not counted"),
        quote["contribution"],
        mark("the price less everything since"),
    )
    page.pay(
        mark("Margin of one unit after product cost"),
        quote["net_margin"],
        f"{page.money(quote['contribution'])} − {page.money(quote['product_cost'])}",
    )
    if quote["assumed"]:
        page.say(mark("Facts not given, and what stood in"), str(quote["assumed"]), "")


def _freight(page: Page, quote: dict[str, Any]) -> str:
    """Kilograms and cubic metres times what one more of each costs; onward legs included."""
    parts = []
    if quote["per_kg"] > 0:
        parts.append(f"{quote['weight_kg']:g} kg × {page.money(quote['per_kg'])}")
    if quote["per_m3"] > 0:
        parts.append(f"{quote['cm3'] / 1_000_000:g} m³ × {page.money(quote['per_m3'])}")
    return " + ".join(parts)


def _import_tax(page: Page, quote: dict[str, Any], book: Sources) -> str:
    country = str(quote["country"])
    source = book.name("import_vat", country) or book.name("vat", country)
    terms = " + ".join(page.money(quote[name]) for name in ("customs_value", "freight", "duty"))
    return f"({terms}) × {percent(quote['import_vat_rate'])} %; {source}"


def tell_cartons(
    page: Page,
    slot: dict[str, Any],
    line: dict[str, Any],
    quote: dict[str, Any],
    sold: float,
    policy: DistributionPolicy,
    book: Sources,
) -> None:
    """From expected sales to the value of the first carton, and those of the last and the next.

    Args:
        sold: Expected sales in the window out of the first carton [units].
    """
    units = int(slot["carton_units"])
    page.say(mark("Chance that the next feasible arrival would come too late"), f"{line['short_percent']:.1f}", "%")
    page.say(mark("Units in a carton"), units, "units")
    page.say(mark("Expected sales in the window out of the first carton"), f"{sold:.3f}", "units")
    page.pay(
        mark("Storage and capital of one unit per week"),
        slot["holding_week"],
        f"{quote['cm3'] / 1_000_000:g} m³ × {page.money(quote['storage_per_m3_week'])} + "
        f"{page.money(quote['landed'])} × {policy.holding_percent_per_year} % / 52; "
        f"{book.name('storage_fee', str(quote['country']))}",
    )
    weeks = tell_weeks(page, slot, policy)
    aged = tell_age_fees(page, slot, weeks)
    if policy.hub_option_percent is None:
        _tell_postponement(page, slot, quote, policy)
    else:
        page.pay(
            mark("What an unsold unit loses by not being at the hub any more"),
            slot["option"],
            f"{policy.hub_option_percent} % × {page.money(slot['slow_contribution'])}",
        )
    page.pay(mark("Freight paid above the slow lane for an unsold unit"), slot["premium"])
    lifted = min(float(slot["cliff_units"]), float(units)) * float(slot["cliff_value"])
    if lifted:
        page.pay(
            mark("Fee on low stock that the first carton saves"),
            lifted,
            f"{min(float(slot['cliff_units']), float(units)):g} × {page.money(slot['cliff_value'])}",
        )
    page.pay(
        mark("Value of the first carton"),
        line["first_carton_value"],
        f"{sold:.3f} × {page.money(slot['contribution'])} × {policy.lost_sale_percent} % − {units - sold:.3f} × "
        f"({page.money(slot['option'])} + {page.money(slot['premium'])}) − {units} × {weeks:.2f} × "
        f"{page.money(slot['holding_week'])}"
        + (f" − {units} × {page.money(aged)}" if aged else "")
        + (f" + {page.money(lifted)}" if lifted else ""),
    )
    page.pay(mark("Value of the last carton sent"), line["last_carton_value"])
    page.pay(mark("Value of the next carton, not sent"), line["next_carton_value"])
    if slot["planned_cartons"] >= 0:
        page.say(
            mark("Most by this lane: of the next carton the slower lane would lose more than it is worth"),
            slot["planned_cartons"],
            "cartons",
        )
    page.pay(mark("What hub stock and limits would earn elsewhere, per first carton"), line["asked_base_minor"])


def tell_weeks(page: Page, slot: dict[str, Any], policy: DistributionPolicy) -> float:
    """How long the middle unit of the first carton lies after its arrival [weeks], as the page says it."""
    units, weekly, most = int(slot["carton_units"]), float(slot["weekly_mean"]), float(policy.most_weeks_held)
    weeks = min(most, (slot["at_arrival"] + units / 2) / weekly) if weekly > 0 else most
    page.say(
        mark("Weeks until the first carton is sold"),
        f"{weeks:.2f}",
        "weeks",
        f"({slot['at_arrival']:g} + {units / 2:g}) ÷ {weekly:g}; ≤ {policy.most_weeks_held}",
    )
    return weeks


def tell_age_fees(page: Page, slot: dict[str, Any], weeks: float) -> float:
    """What a unit pays until it is sold after so many weeks, and how that comes about; nothing is told where no age
    is reached that costs anything."""
    total, parts = 0.0, []
    for name, fee in slot.items():
        beyond = weeks - int(name.removeprefix(PREFIX)) / 7 if name.startswith(PREFIX) else 0.0
        if beyond > 0 and fee:
            total += beyond * fee
            parts.append(f"({weeks:.2f} − {name.removeprefix(PREFIX)} / 7) × {page.money(fee)}")
    if parts:
        page.pay(mark("Age fees of one unit until the first carton is sold"), total, " + ".join(parts))
    return total


def _tell_postponement(page: Page, slot: dict[str, Any], quote: dict[str, Any], policy: DistributionPolicy) -> None:
    """What a unit gains by staying at the hub, from the need of the SKU's other countries."""
    weeks = policy.hub_lasts_weeks
    page.say(
        mark("Need of the SKU's other countries, in tonight's windows and in the weeks that the hub has to last"),
        f"{slot['need_elsewhere']:.1f}",
        "units",
        f"{weeks}",
    )
    page.say(mark("The hub holds, with what reaches it in those weeks"), f"{slot['hub_soon']:.0f}", "units")
    page.say(
        mark("Share of that need which the hub cannot serve"),
        f"{slot['unserved'] * 100:.1f}",
        "%",
        f"({slot['need_elsewhere']:.1f} − {slot['hub_soon']:.0f}) ÷ {slot['need_elsewhere']:.1f}",
    )
    if slot["unserved"] > 0:
        page.pay(mark("A unit at the hub would earn in those weeks, in the best other country"), slot["elsewhere"])
        page.pay(mark("An unsold unit in this country would earn in those weeks"), slot["here"])
    page.pay(
        mark("A week at the hub: storage, capital, and the capital of a rebate that waits"),
        slot["hub_week"],
        " + ".join(
            page.money(quote.get(name, 0.0)) for name in ("hub_storage_week", "hub_capital_week", "rebate_wait_week")
        ),
    )
    page.pay(
        mark("What an unsold unit loses by not being at the hub any more"),
        slot["option"],
        f"≥ 0; {slot['unserved'] * 100:.1f} % × ({page.money(slot['elsewhere'])} − {page.money(slot['here'])}) − "
        f"{weeks} / 2 × {page.money(slot['hub_week'])}",
    )
