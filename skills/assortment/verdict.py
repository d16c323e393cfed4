"""From measures to a verdict: each finding says what it calls for, and the gravest one decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from skills.assortment.facts import NEVER, Panel, week_day
from skills.assortment.measure import RECENT_WEEKS, Measures
from skills.assortment.policy import AssortmentPolicy
from skills.vocabulary import Money, mark

VERDICTS = ("drop", "fix", "watch", "keep")
"""Gravest first."""
NOTE = "note"

NEVER_SEEN = mark("In stock, but neither visited nor sold in the data at hand.")
NEW = mark("Seen for {weeks} weeks; a verdict needs {least}.")
LAUNCH = mark("It is being launched: watched, not judged.")
SHORT = mark("The data reach back {weeks} weeks; a comparison needs {least}.")
LEAVING = mark("It is being phased out already: nothing is proposed.")
OUT_NOW = mark("Out of stock now: what fell may be the stock's doing, so nothing is held against the product.")
OUT_LATELY = mark(
    "Without stock in {weeks} of the last {of} weeks: what fell may be the stock's doing, so nothing is held against "
    "the product."
)
ASSUMED_OUT = mark("No table of stock-outs: weeks without buy box and sales are read as weeks without stock.")
NO_TRAFFIC = mark("No traffic of the last {of} weeks is known: sessions, conversion and buy box are not judged.")
MISSING_WEEKS = mark("Traffic of {missing} of the last {of} weeks is missing: rates are those of the others.")
SESSIONS_DOWN = mark(
    "Sessions of 28 days fell from {before} to {recent} ({percent} %), where the country's other products and its "
    "own season a year before make {usual} % usual."
)
SESSIONS_MAYBE = mark("Sessions of 28 days fell from {before} to {recent}: within what weeks swing.")
AS_USUAL = mark(
    "Sessions of 28 days fell from {before} to {recent}, as the country's other products or its own season a year "
    "before."
)
CONVERSION_DOWN = mark("Conversion fell from {before} % to {recent} %, more than chance explains.")
CONVERSION_MAYBE = mark("Conversion fell from {before} % to {recent} %: too few sessions to tell it from chance.")
BUY_BOX_LOW = mark("The buy box was held in {percent} % of the page views; the bar is {bar} %.")
RETURNS_HIGH = mark(
    "{percent} % of the units come back ({returned} of {sold}, weighed with the country's); bar {bar} %."
)
LOSES_TO_ADS = mark("A sale loses {loss} after advertising and leaves {left} before it: cut the advertising.")
LOSES_TO_RETURNS = mark("A sale loses {loss} before advertising; with returns at the bar it would leave {left}.")
LOSES = mark("A sale loses {loss} even without advertising and with returns at the bar.")
LOSES_SOMEHOW = mark("A sale loses {loss}; what it leaves before advertising is not known.")
NO_MARGIN = mark("What a sale leaves is not known.")
NO_STOCK = mark("The stock in {country} is not known: cover is not judged.")
OVERSTOCK = mark("{units} units are {weeks} weeks of sales; the bar is {bar}.")
SELL_OFF = mark("{units} units are {weeks} weeks of sales, beyond {bar}: sell it off.")
UNSOLD = mark("{units} units lie there, and nothing was sold in {weeks} weeks with stock.")
BREAK_DOWN = mark("Weekly sales, without the country's season, broke from {before} to {after} units from {week} on.")
BREAK_UP = mark("Weekly sales, without the country's season, rose from {before} to {after} units from {week} on.")
CURRENCIES = mark("Sales are in several currencies ({currencies}): they are not added up.")
GOOD = mark("Nothing is beyond its bar.")

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence and what it calls for: drop, fix, watch, keep, or note (nothing)."""

    calls_for: str
    sentence: str
    values: Values


def judge(panel: Panel, measures: Measures, at: int, policy: AssortmentPolicy) -> tuple[str, list[Finding]]:
    """The verdict on one pair and all findings, gravest first.

    New, launched and leaving products, and those that were without stock in the last four weeks, are watched whatever
    else is found; the findings stand beside it.
    """
    bounds = list(_bound(panel, measures, at, policy))
    found = [*bounds, *_judge_traffic(measures, at, policy), *_judge_money(panel, measures, at, policy)]
    found += [*_judge_stock(panel, measures, at, policy), *_note(panel, measures, at)]
    grave = [finding.calls_for for finding in found if finding.calls_for != NOTE]
    if not grave:
        found.insert(0, Finding("keep", GOOD, {}))
    verdict = "watch" if bounds else min(grave or ["keep"], key=VERDICTS.index)
    order = (verdict, *(name for name in VERDICTS if name != verdict), NOTE)
    return verdict, sorted(found, key=lambda finding: order.index(finding.calls_for))


def _bound(panel: Panel, measures: Measures, at: int, policy: AssortmentPolicy) -> Iterator[Finding]:
    """What keeps a product from being judged."""
    end, first, cycle = int(panel.end[at]), int(panel.first[at]), panel.life_cycle[at]
    if first > end:
        unseen = first == NEVER
        yield Finding(
            "watch", NEVER_SEEN if unseen else NEW, {} if unseen else {"weeks": 0, "least": policy.new_weeks}
        )
        return
    weeks, reach = end - first + 1, end - int(panel.country_first[at]) + 1
    least = RECENT_WEEKS + policy.before_weeks
    if reach < least:
        yield Finding("watch", SHORT, {"weeks": reach, "least": least})
    elif weeks < policy.new_weeks and first > panel.country_first[at]:
        yield Finding("watch", NEW, {"weeks": weeks, "least": policy.new_weeks})
    elif cycle == "launch":
        yield Finding("watch", LAUNCH, {})
    if cycle in ("phase_out", "exit"):
        yield Finding("watch", LEAVING, {})
    if panel.available[at] == 0:
        yield Finding("watch", OUT_NOW, {})
    elif measures.out_weeks[at] > 0:
        yield Finding("watch", OUT_LATELY, {"weeks": int(measures.out_weeks[at]), "of": RECENT_WEEKS})


def _judge_traffic(measures: Measures, at: int, policy: AssortmentPolicy) -> Iterator[Finding]:
    if measures.known_weeks[at] == 0:
        yield Finding("watch", NO_TRAFFIC, {"of": RECENT_WEEKS})
        return
    if measures.recent_weeks[at] < policy.least_weeks:
        return
    before, recent = measures.sessions_before[at], measures.sessions[at]
    if before > 0:
        fall, usual = 1 - recent / before, float(measures.usual[at])
        own = 1 - recent / (before * usual)
        said = {"before": round(before), "recent": round(recent), "percent": round(-fall * 100)}
        bar = policy.sessions_drop_percent / 100
        if own >= bar and measures.sessions_z[at] <= -policy.noise_z:
            yield Finding("fix", SESSIONS_DOWN, said | {"usual": round((usual - 1) * 100)})
        elif own >= bar:
            yield Finding("watch", SESSIONS_MAYBE, said)
        elif fall >= bar:
            yield Finding(NOTE, AS_USUAL, said)
    then, now = measures.conversion_before[at], measures.conversion[at]
    if then > 0 and now <= then * (1 - policy.conversion_drop_percent / 100):
        rates = {"before": f"{then * 100:.1f}", "recent": f"{now * 100:.1f}"}
        if measures.conversion_z[at] <= -policy.noise_z:
            yield Finding("fix", CONVERSION_DOWN, rates)
        elif recent > 0:
            yield Finding(NOTE, CONVERSION_MAYBE, rates)
    held = measures.buy_box[at] * 100
    if held < policy.buy_box_bar_percent:
        yield Finding("fix", BUY_BOX_LOW, {"percent": f"{held:.0f}", "bar": policy.buy_box_bar_percent})


def _judge_money(panel: Panel, measures: Measures, at: int, policy: AssortmentPolicy) -> Iterator[Finding]:
    rate, bar = measures.return_rate[at] * 100, policy.return_bar_percent
    high = bool(rate > bar and measures.returned[at] > 0)
    if high:
        counts = {"returned": int(measures.returned[at]), "sold": int(measures.sold[at])}
        yield Finding("fix", RETURNS_HIGH, {"percent": f"{rate:.1f}", "bar": f"{bar:g}"} | counts)
    cm2, cm3, returns = (float(panel.margins[f"{name}_minor"][at]) for name in ("cm2", "cm3", "returns"))
    currency = panel.margin_currency[at]
    if cm3 != cm3:
        yield Finding(NOTE, NO_MARGIN, {})
    elif cm3 < 0 and cm2 != cm2:
        yield Finding("fix", LOSES_SOMEHOW, {"loss": _say(-cm3, currency)})
    elif cm3 < 0 <= cm2:
        yield Finding("fix", LOSES_TO_ADS, {"loss": _say(-cm3, currency), "left": _say(cm2, currency)})
    elif cm3 < 0:
        saved = returns * (1 - bar / rate) if high and returns > 0 else 0.0
        if cm2 + saved >= 0:
            left = {"loss": _say(-cm2, currency), "left": _say(cm2 + saved, currency)}
            yield Finding("fix", LOSES_TO_RETURNS, left)
        else:
            yield Finding("drop", LOSES, {"loss": _say(-(cm2 + saved), currency)})


def _judge_stock(panel: Panel, measures: Measures, at: int, policy: AssortmentPolicy) -> Iterator[Finding]:
    units, cover, unsold = panel.sellable[at], measures.cover[at], measures.unsold[at]
    if units > 0 and unsold >= policy.unsold_weeks:
        yield Finding("drop", UNSOLD, {"units": int(units), "weeks": int(unsold)})
    elif cover > policy.dead_weeks:
        yield Finding("drop", SELL_OFF, {"units": int(units), "weeks": round(cover), "bar": policy.dead_weeks})
    elif cover > policy.overstock_weeks:
        yield Finding("fix", OVERSTOCK, {"units": int(units), "weeks": round(cover), "bar": policy.overstock_weeks})
    broken = measures.breaks[at]
    if broken is not None:
        column = broken.at - panel.width + 1
        said = {"before": f"{broken.before:.1f}", "after": f"{broken.after:.1f}"}
        said |= {"week": week_day(int(panel.end[at]) + column).date().isoformat()}
        down = broken.after < broken.before
        calls_for = "fix" if down and -column < policy.break_recent_weeks else NOTE
        yield Finding(calls_for, BREAK_DOWN if down else BREAK_UP, said)


def _note(panel: Panel, measures: Measures, at: int) -> Iterator[Finding]:
    missing = RECENT_WEEKS - int(measures.known_weeks[at])
    if 0 < missing < RECENT_WEEKS:
        yield Finding(NOTE, MISSING_WEEKS, {"missing": missing, "of": RECENT_WEEKS})
    if panel.sellable[at] != panel.sellable[at]:
        yield Finding(NOTE, NO_STOCK, {"country": panel.pairs[at][1]})
    if ", " in panel.currency[at]:
        yield Finding(NOTE, CURRENCIES, {"currencies": panel.currency[at]})
    if panel.assumed_out and panel.out[at].any():
        yield Finding(NOTE, ASSUMED_OUT, {})


def _say(minor: float, currency: str) -> str:
    return f"{Money(round(minor), currency).amount} {currency}"
