"""Where a proposal stands: which lines are decided and by whom, which are open, and who is still needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.seller import Seller
from tasks.approvals.answer import Body
from tasks.lines import number_lines
from tasks.store.ledger import Event


@dataclass(frozen=True, slots=True)
class LineStanding:
    """What became of one line: approved, rule, left_out, rejected, edited or expired; by whom; in which row."""

    state: str
    by: str
    seq: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A proposal's lines as the ledger has them.

    Attributes:
        lines: Number → what became of it; a line that is missing is open.
        open: Numbers of lines that nobody decided yet, in the page's order.
        approvals: Approvals that wait for another person's and have not lapsed: row's number → event.
    """

    lines: dict[str, LineStanding]
    open: list[str]
    approvals: dict[int, Event]


def read_standing(body: Body, events: list[Event], timeout_hours: int, now: datetime) -> Standing:
    """Where a proposal stands.

    Args:
        body: The proposal's.
        events: The ledger's about it, in order.
        timeout_hours: After how long an approval that waits for another one lapses.
        now: The clock's time.
    """
    lines: dict[str, LineStanding] = {}
    waiting: dict[int, Event] = {}

    def settle(numbers: list[str], state: str, event: Event) -> None:
        lines.update({number: LineStanding(state, event.facts["by"], event.seq) for number in numbers})

    for event in events:
        facts = event.facts
        if event.event == "approve" and facts["released"]:
            waiting.clear()
            settle(list(facts["lines"]), "rule" if facts["via"] == "rule" else "approved", event)
            settle(facts["left_out"], "left_out", event)
            settle(facts["expired"], "expired", event)
        elif event.event == "approve":
            waiting[event.seq] = event
        elif event.event == "edit":
            settle(list(facts["lines"]), "edited", event)
            settle(facts.get("left_out", []), "left_out", event)
            settle(facts.get("expired", []), "expired", event)
        elif event.event == "reject":
            settle(list(facts["lines"]), "rejected", event)
            settle(facts["expired"], "expired", event)
    since = now - timedelta(hours=timeout_hours)
    alive = {seq: event for seq, event in waiting.items() if event.at >= since}
    numbers = [number for number, _, _ in number_lines(body)]
    return Standing(lines, [number for number in numbers if number not in lines], alive)


def find_day(seller: Seller, now: datetime | None = None) -> date:
    """The seller's day, which deadlines are compared with: today where the seller sits; a demo's fixed morning."""
    return seller.as_of or (now or datetime.now(UTC)).astimezone(ZoneInfo(seller.time_zone)).date()
