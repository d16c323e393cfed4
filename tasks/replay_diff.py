"""What a replay changes, in units and money, with the cause of every difference.

One input is replaced at a time, in a stated order; what a line moves from one run to the next has that input as its
cause. A line's causes therefore add up to its difference, and the causes of all lines to the difference of the night.

NotReproduced              the same code, inputs and policy give other bytes: a fault of the program
"""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from skills.vocabulary import Refusal, mark
from tasks.lines import number_lines
from tasks.rates_ahead import price_ahead
from tasks.replaying import Recorded, Step, set_up
from tasks.store.proposals import project_commit

Body = dict[str, Any]
Key = tuple[str, ...]

SCHEMA = "farsail.replay/1"
"""The shape of a replay's document."""

AMOUNTS = ("units", "money_minor", "value_minor")
"""What a line is counted by: units, what it takes, and what it is expected to earn."""


class NotReproduced(Refusal):
    """The same commit, inputs and policy gave other bytes."""


@task(name="replay · compare", cache_policy=NO_CACHE)
def compare(recorded: Recorded, steps: list[Step], runs: list[bytes], code: str) -> Body:
    """The document of a replay: what was replaced, and every difference with its cause.

    Args:
        code: The whole hash of the commit whose code decided; "" for the one that runs.

    Returns:
        As `compare_runs`, and: seller, as_of, what_if, snapshot, base_currency, generated, proposal; recorded_commit
        and commit; `reproduced`, whether the inputs unchanged gave the recorded bytes; `same_code`, whether nothing
        but an answer equal to the last byte is right; and `ahead` (tasks/rates_ahead.py).

    Raises:
        NotReproduced: they did not, though the code is the same.
    """
    proposal, body = recorded.proposal, recorded.proposal.body
    commit = code or project_commit()
    found = compare_runs(body, steps, runs)
    reproduced = found["steps"][0]["digest"] == proposal.digest
    same = commit == proposal.commit and commit != "unknown" and not commit.endswith("+")
    if same and not reproduced:
        raise NotReproduced(
            mark(
                "Commit {commit} made {recorded} of snapshot {snapshot} that night and makes {now} of it now. This "
                "is a fault of the program or of the versions that are installed; report it with these digests."
            ),
            commit=commit[:12],
            recorded=proposal.digest,
            snapshot=recorded.known.digest,
            now=found["steps"][0]["digest"],
        )
    night, world = set_up(recorded.known, body, recorded.fields, steps[-1].rates)
    return {
        "schema": SCHEMA,
        **{name: body[name] for name in ("seller", "as_of", "what_if", "snapshot", "base_currency", "generated")},
        "proposal": proposal.digest,
        "recorded_commit": proposal.commit,
        "commit": commit,
        "same_code": same,
        "reproduced": reproduced,
        **found,
        "ahead": price_ahead(night, world, body),
    }


def compare_runs(recorded: Body, steps: list[Step], runs: list[bytes]) -> Body:
    """Every changed line and every changed reason to wait, with old, new and causes.

    Args:
        recorded: The night's own body.
        steps: What was replaced, in order.
        runs: The proposal after each step.

    Returns:
        steps: per step its cause, name, before, after, `lines` (how many it moves), the digest of its proposal, and
            what it adds to orders_minor, shipments_minor, value_minor and waits_minor.
        lines: one per changed line: kind, sku, place, title, units, money and value before and after, and `causes`
            (step numbers from 1, with their part of each); largest difference of money first.
        waits: the same for reasons to wait: what, values, count and money.
        before, after: the sums; unchanged: how many lines stay as they were.
        figures: name → [before, after] of the front page's money that differs.
    """
    bodies = [recorded, *(json.loads(run) for run in runs)]
    states, waits = [_list_lines(body) for body in bodies], [_list_waits(body) for body in bodies]
    lines = _trace(states, AMOUNTS)
    held = _trace(waits, ("count", "money_minor"))
    sums = [_sum(state, wait) for state, wait in zip(states, waits, strict=True)]
    money = [body["money"] for body in (bodies[0], bodies[-1])]
    every = {key for state in states for key in state}
    return {
        "steps": [
            {
                "cause": step.cause,
                "name": step.name,
                "before": step.before,
                "after": step.after,
                "digest": hashlib.sha256(run).hexdigest(),
                "lines": sum(any(part["step"] == number for part in line["causes"]) for line in lines),
                **{name: sums[number][name] - sums[number - 1][name] for name in sums[0]},
            }
            for number, (step, run) in enumerate(zip(steps, runs, strict=True), 1)
        ],
        "lines": sorted(lines, key=lambda line: (-abs(_moved(line)), line["kind"], line["sku"], line["place"])),
        "waits": sorted(held, key=lambda row: (-abs(_moved(row)), row["what"], json.dumps(row["values"]))),
        "before": sums[0],
        "after": sums[-1],
        "unchanged": len(every) - len(lines),
        "figures": {
            name: [money[0][name], money[1].get(name, "")]
            for name in sorted(money[0])
            if money[0][name] != money[1].get(name, "")
        },
    }


def _list_lines(body: Body) -> dict[Key, Body]:
    """Kind, SKU and place → what the proposal says of the line."""
    found: dict[Key, Body] = {}
    for _, decision, line in number_lines(body):
        payload = line["payload"]
        order = decision["kind"] == "order"
        place = decision["supplier"] if order else f"{payload['country']} {payload['lane']}"
        found[decision["kind"], payload["sku"], place] = {
            "kind": decision["kind"],
            "sku": payload["sku"],
            "place": place,
            "title": line["title"],
            "units": payload["units"],
            "money_minor": line["money_minor"],
            "value_minor": line["expected_value_minor"] or 0,
        }
    return found


def _list_waits(body: Body) -> dict[Key, Body]:
    """Reason with its values → how many wait for it and their money."""
    found: dict[Key, Body] = {}
    for row in body["waits"]:
        key = (row["what"], json.dumps(row["values"], sort_keys=True))
        known = found.setdefault(key, {"what": row["what"], "values": row["values"], "count": 0, "money_minor": 0})
        known["count"] += row["count"]
        known["money_minor"] += row["money_minor"]
    return found


def _trace(states: list[dict[Key, Body]], amounts: tuple[str, ...]) -> list[Body]:
    """Rows that differ between any two runs, with what each step moved."""
    rows = []
    for key in sorted({key for state in states for key in state}):
        series = [[state.get(key, {}).get(name, 0) for name in amounts] for state in states]
        causes = [
            {"step": number} | {name: new - old for name, old, new in zip(amounts, before, after, strict=True)}
            for number, (before, after) in enumerate(pairwise(series), 1)
            if before != after
        ]
        if causes:
            facts = next(state[key] for state in reversed(states) if key in state)
            rows.append(
                {name: value for name, value in facts.items() if name not in amounts}
                | {f"{name}_before": value for name, value in zip(amounts, series[0], strict=True)}
                | {f"{name}_after": value for name, value in zip(amounts, series[-1], strict=True)}
                | {"causes": causes}
            )
    return rows


def _moved(row: Body) -> int:
    difference: int = row["money_minor_after"] - row["money_minor_before"]
    return difference


def _sum(lines: dict[Key, Body], waits: dict[Key, Body]) -> Body:
    kinds = {"orders_minor": "order", "shipments_minor": "ship"}
    return {
        **{
            name: sum(line["money_minor"] for line in lines.values() if line["kind"] == kind)
            for name, kind in kinds.items()
        },
        "value_minor": sum(line["value_minor"] for line in lines.values()),
        "waits_minor": sum(row["money_minor"] for row in waits.values()),
    }
