"""A recorded night, decided again from its frozen snapshot with another policy, other rates or other code.

NoNight                    no night stands for that seller and morning
NotANight                  the proposal is of another journey, an edit, or of another seller
UnusableChange             the policy's changes or the rate file cannot be read

A replay writes no proposal: it supersedes nothing, and nobody can decide on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.seller import InputFiles, Seller, read_seller
from skills.rates import RATE_COLUMNS
from skills.vocabulary import Money, Refusal, mark, name_rows
from tasks.files.table_rows import read_table
from tasks.files.tables import RATES
from tasks.frozen_policy import build_seller, read_frozen_fields
from tasks.nights import Night, resolve_morning
from tasks.planning import plan_night, write_night
from tasks.store import rates as rate_store
from tasks.store.proposals import Proposal, read_current, read_proposal
from tasks.store.snapshots import Snapshot, read_snapshot

Body = dict[str, Any]
Fields = dict[str, Any]

NIGHTS = ("nightly", "what-if")
"""Journeys that are decided by `planning.plan_night`."""

NEWEST = "newest"
"""Asks for the rate book of today in place of the frozen one."""

_VALUE = [name for name in RATE_COLUMNS if name not in ("source", "retrieved_on", "confidence")]


class NoNight(Refusal):
    """No night stands for that seller and morning."""


class NotANight(Refusal):
    """Only a night's own proposal is replayed."""


class UnusableChange(Refusal):
    """What is to be changed cannot be read."""


@dataclass(frozen=True)
class Recorded:
    """A night as it was recorded.

    Attributes:
        seller: Whose, as of today: its name and language.
        proposal: Its proposal.
        known: Its frozen inputs, checked against their digest.
        fields: The policy of that morning (tasks/frozen_policy.py), with the weekly cash of a what-if in it.
    """

    seller: Seller
    proposal: Proposal
    known: Snapshot
    fields: Fields


@dataclass(frozen=True)
class Step:
    """One input replaced, after those of the steps before it.

    Attributes:
        cause: `code`, `policy`, or `rates`.
        name: The commit, the policy's field, or the kind of rate; "" for the code that runs.
        before, after: What was replaced by what, as text; of rates how many values changed.
        fields: The policy from this step on.
        rates: The rate book from this step on; the columns of `skills.rates.RATE_COLUMNS`.
    """

    cause: str
    name: str
    before: str
    after: str
    fields: Fields
    rates: pd.DataFrame


@task(name="replay · read night", cache_policy=NO_CACHE)
def read_recorded(seller_id: str, as_of: str, proposal: str) -> Recorded:
    """The night of that digest, else the one that stands for the seller's morning.

    Raises:
        UnknownSeller, InvalidSeller, BadParameter: the seller or the morning.
        UnknownProposal: no proposal, or several, begin so.
        NoNight, NotANight: see above.
        UnknownSnapshot: its frames are gone or were changed.
        NoFrozenPolicy: it is older than the freezing of policies.
    """
    seller = read_seller(seller_id)
    found = read_proposal(proposal) if proposal else None
    if found is None:
        morning = resolve_morning(seller, as_of)
        found = read_current(seller.id, "nightly", morning)
        if found is None:
            raise NoNight(
                mark(
                    "No night of {seller} stands for {as_of}. Run `python -m flows nightly --seller {seller} "
                    "--as-of {as_of}` first, or name the proposal's digest."
                ),
                seller=seller.id,
                as_of=morning.isoformat(),
            )
    body = found.body
    if body["journey"] not in NIGHTS or found.standing == "edit" or body["seller"] != seller.id:
        raise NotANight(
            mark(
                "Proposal {digest} is of journey {journey}, seller {owner}, and stands as {standing}; expected a "
                "night of {seller}. Name a digest from one of its morning reports."
            ),
            digest=found.digest[:12],
            journey=body["journey"],
            owner=body["seller"],
            standing=found.standing,
            seller=seller.id,
        )
    known = read_snapshot(body["snapshot"])
    assumed = _form_fields(0, int(body["what_if"].get("cash_limit", 0)), 0, body["base_currency"])
    return Recorded(seller, found, known, read_frozen_fields(known) | assumed)


@task(name="replay · list changes", cache_policy=NO_CACHE)
def list_steps(
    recorded: Recorded, policy: str, service_percent: int, weekly_cash: int, holding_percent: int, rates: str
) -> list[Step]:
    """What is replaced, one input at a time: nothing at first (the code alone), then each field, each kind of rate.

    Args:
        policy: YAML or JSON, or the path of such a file: blocks of `policy` with the fields to change.
        service_percent: The orders' cycle service; 0 keeps it.
        weekly_cash: Weekly cash of orders and of shipments, in whole units of the base currency; 0 keeps it.
        holding_percent: Capital cost a year of orders and of shipments; 0 keeps it.
        rates: "" for the frozen ones, `newest` for today's rate book, else the path of a file of rates.

    Raises:
        UnusableChange: a text or file that cannot be read.
        UnusablePolicy: a field that does not exist, or a value out of range.
    """
    fields, frame = dict(recorded.fields), recorded.known.tables["rates"]
    base = str(fields.get("base_currency", recorded.proposal.body["base_currency"]))
    wanted = {
        **_read_patch(policy),
        **_form_fields(service_percent, weekly_cash, holding_percent, base),
    }
    as_set, as_wanted = build_seller(fields), build_seller(fields | wanted)
    steps = [Step("code", "", "", "", fields, frame)]
    for name in sorted(wanted):
        before, after = _value_of(as_set, name), _value_of(as_wanted, name)
        if before != after:
            fields = fields | {name: wanted[name]}
            steps.append(Step("policy", name, str(before), str(after), fields, frame))
    changed = _read_rates(recorded, rates)
    for kind in sorted(set(frame["kind"]) | set(changed["kind"])):
        count = _count_changes(frame[frame["kind"] == kind], changed[changed["kind"] == kind])
        if count:
            frame = pd.concat([frame[frame["kind"] != kind], changed[changed["kind"] == kind]], ignore_index=True)
            steps.append(Step("rates", kind, "", str(count), fields, frame))
    return steps


def decide_steps(recorded: Recorded, steps: list[Step]) -> list[bytes]:
    """The night's proposal after each step, as the code that runs makes it; it is written nowhere.

    Raises:
        UnsoundAllocation: the independent check disagrees with the allocation.
    """
    return [decide(recorded.known, recorded.proposal.body, step.fields, step.rates) for step in steps]


def decide(known: Snapshot, body: Body, fields: Fields, rates: pd.DataFrame) -> bytes:
    """Canonical bytes of a night from its frozen tables.

    Args:
        known: The frozen inputs; their digest stays in the answer whatever rates are taken.
        body: The recorded proposal: morning, journey and what-if come from it, and what became of every row that was
            read, which no policy, rate or code changes.
        fields, rates: To decide with; the weekly cash is that of the fields, of a what-if too.
    """
    night, world = set_up(known, body, fields, rates)
    accounts = {name: body[name] for name in ("import", "set_aside", "released")}
    return write_night(night, world, plan_night(night, world), accounts)


def set_up(known: Snapshot, body: Body, fields: Fields, rates: pd.DataFrame) -> tuple[Night, Snapshot]:
    """The night and the world that `planning.plan_night` takes."""
    night = Night(0, build_seller(fields), date.fromisoformat(body["as_of"]), body["journey"], dict(body["what_if"]))
    return night, replace(known, tables={**known.tables, "rates": rates})


def _read_patch(text: str) -> Fields:
    """`policy.<block>.<field>` → value."""
    if not text.strip():
        return {}
    path = Path(text.strip())
    content, named = text, "policy"
    if path.suffix in (".yaml", ".yml", ".json") and not {"\n", "{", " "} & set(path.name):
        named = str(path)
        try:
            content = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UnusableChange(
                mark("{path} cannot be read ({problem}). Name a UTF-8 file of YAML or JSON."),
                path=path,
                problem=error.__class__.__name__,
            ) from error
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        raise UnusableChange(
            mark("{path} is neither YAML nor JSON: {problem}."), path=named, problem=" ".join(str(error).split())
        ) from error
    if isinstance(document, dict) and set(document) == {"policy"}:
        document = document["policy"]
    blocks = document if isinstance(document, dict) else {"": document}
    wrong = [
        str(block) for block, values in blocks.items() if block != "max_decisions" and not isinstance(values, dict)
    ]
    if wrong:
        raise UnusableChange(
            mark(
                "{path} sets {wrong}, which is no block of a policy. Expected blocks with fields, such as "
                "`replenishment: {{cycle_service_percent: 95}}` (docs/policy.md)."
            ),
            path=named,
            wrong=name_rows(wrong),
        )
    return {
        f"policy.{block}.{name}" if name else f"policy.{block}": value
        for block, values in blocks.items()
        for name, value in (values if isinstance(values, dict) else {"": values}).items()
    }


def _form_fields(service_percent: int, weekly_cash: int, holding_percent: int, base: str) -> Fields:
    fields: Fields = {}
    if service_percent:
        fields["policy.replenishment.cycle_service_percent"] = service_percent
    for block in ("replenishment", "distribution"):
        if weekly_cash:
            fields[f"policy.{block}.weekly_cash_minor"] = Money.of(weekly_cash, base).minor
        if holding_percent:
            fields[f"policy.{block}.holding_percent_per_year"] = holding_percent
    return fields


def _read_rates(recorded: Recorded, asked: str) -> pd.DataFrame:
    """The rate book to decide with. Of a kind and key that a file rates, the file's rows alone count."""
    frozen, body = recorded.known.tables["rates"], recorded.proposal.body
    if not asked:
        return frozen
    morning = date.fromisoformat(body["as_of"])
    if asked == NEWEST:
        return rate_store.read_rates(body["seller"], morning)
    path = Path(asked)
    if not path.is_file():
        raise UnusableChange(
            mark(
                "There is no rate file {path}. Name a CSV, Excel or Parquet file of rates (docs/inputs.md), or "
                "{newest}."
            ),
            path=path,
            newest=NEWEST,
        )
    read = read_table(RATES, InputFiles(files=str(path)), [path], {}, set(), morning)
    if len(read.quarantine):
        rows = read.quarantine
        raise UnusableChange(
            mark("{path} has rows that cannot be used: {rows}. Correct them; nothing was replayed."),
            path=path,
            rows=name_rows(
                f"{line} {column} {value!r}"
                for line, column, value in zip(rows["line"], rows["column"], rows["value"], strict=True)
            ),
        )
    own = read.frame.astype("str")
    rated = set(zip(own["kind"], own["key"], strict=True))
    kept = [pair not in rated for pair in zip(frozen["kind"], frozen["key"], strict=True)]
    return pd.concat([frozen[kept], own[list(RATE_COLUMNS)]], ignore_index=True)


def _count_changes(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """How many values of a kind are new, gone or different; 0.10 and 0.1 are one value."""
    old, new = (
        set(frame.assign(value=frame["value"].map(Decimal))[_VALUE].itertuples(index=False, name=None))
        for frame in (before, after)
    )
    return max(len(new - old), len(old - new))


def _value_of(seller: Seller, name: str) -> Any:
    """What a field of the policy is, its default where the seller sets nothing."""
    value: Any = seller
    for part in name.split("."):
        value = getattr(value, part)
    return value
