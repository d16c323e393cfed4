"""A night's begin and end: which morning it is for, whether it is needed, and how it ended.

BadParameter               a value of the run form that cannot be used
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from prefect import Flow, State, get_run_logger
from prefect.client.schemas.objects import FlowRun
from prefect.runtime import flow_run as this_run

from config.language import say_refusal
from config.seller import Language, Seller, read_seller
from config.settings import read_settings
from skills.vocabulary import Money, Refusal, mark
from tasks.store import nights

TIME_LIMIT = timedelta(hours=1)
"""A night that runs longer is ended; one that started earlier and is still open has died."""

LEAST_DEMAND_CHANGE, MOST_DEMAND_CHANGE = -90, 500
"""What a what-if may change demand by [%]."""

LATE_AFTER = timedelta(hours=6)
"""A scheduled run that starts later than this after its time joins the newest night of its seller."""


class BadParameter(Refusal):
    """A parameter that cannot be used; nothing ran."""


@dataclass(frozen=True, slots=True)
class Night:
    """What this run is for.

    Attributes:
        number: Its row in the run ledger.
        seller: Whose night, with the cash limit of a what-if filled in.
        as_of: The morning; everything before 00:00 marketplace time is known.
        journey: `nightly`, `what-if` when a number was changed on the form, or what else the run prepares.
        what_if: The changed numbers, as text.
        merged_with: When this run came far too late: digest of the proposal that stands already, or the flow run
            that is still making it; else "".
    """

    number: int
    seller: Seller
    as_of: date
    journey: str
    what_if: dict[str, str]
    merged_with: str = ""


def begin_night(seller_id: str, as_of: str, demand_change_percent: int, cash_limit: int) -> Night:
    """Check the parameters, find the morning, and enter the run in the ledger.

    Args:
        seller_id: As named in config/sellers.
        as_of: "last" or YYYY-MM-DD.
        demand_change_percent: −90 … 500; other than 0 makes it a what-if.
        cash_limit: Weekly cash in whole units of the base currency; 0 keeps the seller's own, other than 0 makes it
            a what-if.

    Raises:
        UnknownSeller, InvalidSeller: from config/seller.py.
        BadParameter: says which and what is accepted.
    """
    seller = read_seller(seller_id)
    if not LEAST_DEMAND_CHANGE <= demand_change_percent <= MOST_DEMAND_CHANGE:
        raise BadParameter(
            mark(
                "demand_change_percent is {value}; expected a whole number from {least} to {most}. Nothing was run."
            ),
            value=demand_change_percent,
            least=LEAST_DEMAND_CHANGE,
            most=MOST_DEMAND_CHANGE,
        )
    if cash_limit < 0:
        raise BadParameter(
            mark("cash_limit is {value}; expected 0 (the seller's own limit) or more. Nothing was run."),
            value=cash_limit,
        )
    morning = resolve_morning(seller, as_of)
    what_if = {}
    if demand_change_percent:
        what_if["demand_change_percent"] = str(demand_change_percent)
    if cash_limit:
        what_if["cash_limit"] = str(cash_limit)
        seller = limit_cash(seller, cash_limit)
    journey = "what-if" if what_if else "nightly"
    alive_since = datetime.now(UTC) - TIME_LIMIT
    standing = nights.find_night(seller.id, journey, morning, alive_since) if _is_far_too_late() else None
    number = nights.open_night(seller.id, journey, morning, _run_id())
    if standing is not None:
        get_run_logger().info("Started far too late: joined night %s of %s", standing.id, morning)
        nights.close_night(number, "merged", f"joined night {standing.id}")
        return Night(number, seller, morning, journey, what_if, standing.proposal or standing.flow_run_id)
    return Night(number, seller, morning, journey, what_if)


def begin_journey(seller_id: str, as_of: str, journey: str) -> Night:
    """Find the morning of a run that is no night, and enter it in the ledger.

    Args:
        seller_id: As named in config/sellers.
        as_of: "last" or YYYY-MM-DD.
        journey: What the run prepares; one proposal stands for each seller, journey and morning.

    Raises:
        UnknownSeller, InvalidSeller: from config/seller.py.
        BadParameter: as_of cannot be used.
    """
    seller = read_seller(seller_id)
    morning = resolve_morning(seller, as_of)
    return Night(nights.open_night(seller.id, journey, morning, _run_id()), seller, morning, journey, {})


def resolve_morning(seller: Seller, as_of: str) -> date:
    """The morning that a parameter means: "last" is the demo's fixed one, else today where the seller sits.

    Raises:
        BadParameter: neither "last" nor a date, or a morning that has not come yet.
    """
    today = datetime.now(ZoneInfo(seller.time_zone)).date()
    if as_of == "last":
        return seller.as_of or today
    try:
        morning = date.fromisoformat(as_of)
    except ValueError:
        raise BadParameter(
            mark('as_of is {value!r}; expected "last" or a date such as 2025-11-24. Nothing was run.'), value=as_of
        ) from None
    if morning > today:
        raise BadParameter(
            mark("as_of is {value}, a morning that has not come yet; the newest is {today}. Nothing was run."),
            value=as_of,
            today=today.isoformat(),
        )
    return morning


def name_run() -> str:
    """`nightly · <seller> · <date>`, as the run list shows it."""
    parameters: dict[str, Any] = this_run.parameters or {}
    changed = parameters.get("demand_change_percent") or parameters.get("cash_limit")
    return f"{'what-if' if changed else 'nightly'} · {name_morning()}"


def name_morning() -> str:
    """`<seller> · <date>` of this run's parameters, for its name."""
    parameters: dict[str, Any] = this_run.parameters or {}
    seller_id, as_of = str(parameters.get("seller_id", "")), str(parameters.get("as_of", "last"))
    with suppress(Refusal):  # the flow itself says what is wrong; the name only repeats what was asked
        as_of = resolve_morning(read_seller(seller_id), as_of).isoformat()
    return f"{seller_id} · {as_of}"


def close_failed_night(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Hook for failed, crashed and cancelled runs: the ledger says how the night ended, the log why."""
    for night in nights.list_open_nights():
        if night.flow_run_id == str(flow_run.id):
            ended = "crashed" if state.is_crashed() else "failed"
            nights.close_night(night.id, ended, state.message or state.name or ended)


def explain_failure(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Hook for failed runs: repeat the refusal in the seller's language, where an operator reads it."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, Refusal):
        seller_id = str(flow_run.parameters.get("seller_id", ""))
        try:
            language = choose_language(read_seller(seller_id), str(flow_run.parameters.get("language", "")))
        except Refusal:
            language = "en"
        get_run_logger().error("%s", say_refusal(error, language))


def choose_language(seller: Seller, asked: str) -> Language:
    """Language of a run's pages: asked for on the form, else set for the installation, else the seller's."""
    return seller.language_or(asked or read_settings().language)


def limit_cash(seller: Seller, cash_limit: int) -> Seller:
    """The seller with so much cash a week for orders, and as much for shipments, in whole units of its currency."""
    minor = Money.of(cash_limit, seller.base_currency).minor
    policy = seller.policy.model_copy(
        update={
            "replenishment": seller.policy.replenishment.model_copy(update={"weekly_cash_minor": minor}),
            "distribution": seller.policy.distribution.model_copy(update={"weekly_cash_minor": minor}),
        }
    )
    return seller.model_copy(update={"policy": policy})


def _is_far_too_late() -> bool:
    expected = this_run.scheduled_start_time
    scheduled = bool(this_run.id) and "auto-scheduled" in (this_run.tags or [])
    return scheduled and expected is not None and datetime.now(UTC) - expected > LATE_AFTER


def _run_id() -> str:
    return str(this_run.id or "")
