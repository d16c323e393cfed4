"""What happened to a proposal, grouped for its page: per decision, alone by rules, by when, and the ledger's rows."""

from __future__ import annotations

from skills.vocabulary import mark
from tasks.lines import Body, number_lines
from tasks.report_state import Paper, ReportState
from tasks.store.ledger import Event

BECAME: dict[str, str] = {
    "approved": mark("approved"),
    "rule": mark("by standing rule"),
    "left_out": mark("left out"),
    "rejected": mark("rejected"),
    "edited": mark("changed, waits for somebody else"),
    "expired": mark("expired, proposed again if still needed"),
    "open": mark("waits"),
}
"""What became of a line, in words."""

PAPER_STATES: dict[str, str] = {
    "done": mark("done"),
    "refused": mark("refused"),
    "not_done": mark("not done yet"),
    "undone": mark("not done"),
    "repeat": mark("not known yet"),
    "unknown": mark("unknown: ask"),
    "disputed": mark("disputed: look"),
    "in_doubt": mark("not known yet"),
}
"""How an instruction stands, in words; unknown and disputed are tasks for a person."""

EVENTS: dict[str, str] = {
    "approve": mark("approved"),
    "reject": mark("rejected"),
    "edit": mark("edited"),
    "settle": mark("settled by a person"),
    "withdraw": mark("withdrawn"),
    "stop": mark("stopped"),
    "lift": mark("stop lifted"),
    "value_choice": mark("customs value chosen"),
    "code_choice": mark("HS code chosen"),
    "intent": mark("act begun"),
    "outcome": mark("act ended"),
}
"""What an event of the ledger is called."""

STAGES: dict[str, str] = {
    "signal": mark("signal → decision"),
    "release": mark("decision → released instruction"),
    "both": mark("signal → released instruction"),
}
"""Stages of the clock."""

SHOWN_EVENTS = 200
"""How many of the ledger's rows a page shows, the newest."""


def keep_open(body: Body, state: ReportState) -> Body:
    """The body with the lines that still wait alone; decisions without one are gone."""
    waiting = set(state.open)
    kept = []
    for place, decision in enumerate(body["decisions"], 1):
        lines = [line for position, line in enumerate(decision["lines"], 1) if f"{place}.{position}" in waiting]
        if lines:
            money = sum(line["money_minor"] for line in lines)
            kept.append({**decision, "lines": lines, "money_minor": money})
    return {**body, "decisions": kept}


def view_became(decision: Body, state: ReportState | None) -> Body | None:
    """What became of one decision's lines: words with counts and people, and its papers; None while all wait."""
    if state is None:
        return None
    numbers = [f"{decision['number']}.{position}" for position in range(1, len(decision["lines"]) + 1)]
    groups: dict[tuple[str, str], int] = {}
    for number in numbers:
        standing = state.lines.get(number)
        key = (standing.state, standing.by) if standing else ("open", "")
        groups[key] = groups.get(key, 0) + 1
    if set(groups) == {("open", "")}:
        return None
    return {
        "groups": [
            {"words": BECAME[name], "by": by, "count": count, "whole": len(groups) == 1}
            for (name, by), count in groups.items()
        ],
        "papers": [_view_paper(paper) for paper in state.papers.get(decision["id"], [])],
    }


def view_happened(body: Body, state: ReportState) -> Body:
    """The page's own section: what rules did alone, what expires, who is waited for, the clock, the rows."""
    alone = [
        (line["money_minor"], state.lines[number].by)
        for number, _, line in number_lines(body)
        if number in state.lines and state.lines[number].state == "rule"
    ]
    people = [
        _view_paper(paper)
        for papers in state.papers.values()
        for paper in papers
        if paper.state in ("unknown", "disputed")
    ]
    return {
        "alone": {
            "count": len(alone),
            "money_minor": sum(money for money, _ in alone),
            "rules": sorted({rule for _, rule in alone}),
        },
        "clock": [
            {"words": STAGES[stage.name], "count": stage.count, "p50": stage.p50, "p90": stage.p90}
            | {"within": stage.within}
            for stage in state.clock
        ],
        "expiring": _view_lines(body, state.expiring),
        "expired": _view_lines(body, state.expired),
        "people": people,
        "events": [_view_event(event) for event in state.events[-SHOWN_EVENTS:]],
        "edits": [{"digest": digest, "by": by, "waits": waits} for digest, (by, waits) in state.edits.items()],
    }


def _view_lines(body: Body, numbers: list[str]) -> Body:
    """How many lines, what they come to, and which decisions they belong to."""
    wanted = set(numbers)
    return {
        "count": len(numbers),
        "money_minor": sum(line["money_minor"] for number, _, line in number_lines(body) if number in wanted),
        "decisions": list(dict.fromkeys(number.partition(".")[0] for number in numbers)),
    }


def _view_paper(paper: Paper) -> Body:
    return {
        "number": paper.number,
        "target": paper.target,
        "reference": paper.reference,
        "state": paper.state,
        "words": PAPER_STATES[paper.state],
    }


def _view_event(event: Event) -> Body:
    facts, state = event.facts, event.facts.get("state", "")
    if (event.event, state) == ("settle", "not_done"):
        state = "undone"
    about = facts.get("number") or facts.get("reason") or ""
    if event.event == "approve":
        about = ", ".join(facts["lines"])
    return {
        "seq": event.seq,
        "at": f"{event.at:%Y-%m-%d %H:%M} UTC",
        "words": EVENTS[event.event],
        "by": facts.get("name") or facts.get("target") or facts.get("by", ""),
        "about": about if len(about) <= 120 else f"{about[:117]}…",
        "state": PAPER_STATES.get(state, ""),
        "hash": event.hash[:12],
    }
