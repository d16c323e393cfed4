"""Acting as a journey sees it: hold the execution, carry out each instruction as a task, say how it went."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prefect import get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run as this_run

from config.language import say, translator
from config.seller import Language, Seller, read_seller
from config.settings import read_settings
from skills.vocabulary import mark
from tasks.execution.carry import Outcome, carry_out, list_open
from tasks.execution.lock import hold_execution
from tasks.execution.targets import Target, open_target
from tasks.simulated.prepare import open_carrier
from tasks.store.anchors import refuse_broken_ledger, write_anchor
from tasks.store.models import InstructionRow

STATES: dict[str, str] = {
    "done": mark("done"),
    "refused": mark("refused"),
    "not_done": mark("not done, tried again next time"),
    "unknown": mark("unknown: a person must ask"),
    "disputed": mark("disputed: a person must look"),
    "stopped": mark("stopped"),
    "in_doubt": mark("not known yet, asked again next time"),
}
"""How an instruction stands, in words."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of `execute`, while it holds the seller's execution.

    Attributes:
        seller: Whose.
        language: Of what it says.
        targets: Name → opened target.
    """

    seller: Seller
    language: Language
    targets: dict[str, Target]


def name_run() -> str:
    """`execute · <seller>`, as the run list shows it."""
    return f"execute · {(this_run.parameters or {}).get('seller_id', '')}"


@contextmanager
def hold(seller_id: str) -> Iterator[Execution]:
    """Be the only process that acts for a seller, on a ledger that holds; write its head outside when all is done.

    Raises:
        UnknownSeller: no such seller.
        BrokenLedger: nothing may be carried out on it.
        ExecutionBusy: another process is at it.
    """
    seller = read_seller(seller_id)
    with hold_execution(seller.id), open_carrier(seller) as address:
        refuse_broken_ledger()
        named = sorted({row.target for row in list_open(seller.id)})
        targets = {name: open_target(name, seller, address) for name in named}
        try:
            yield Execution(seller, seller.language_or(read_settings().language), targets)
        finally:
            for target in targets.values():
                target.close()
        write_anchor()


def list_released(run: Execution) -> list[InstructionRow]:
    """What waits to be carried out, papers first."""
    return [row for row in list_open(run.seller.id) if row.target in run.targets]


@task(name="execution · carry out", task_run_name="{row.decision} → {row.target}", cache_policy=NO_CACHE)
def carry_out_instruction(row: InstructionRow, run: Execution) -> Outcome:
    """One instruction: intent, act, outcome. Prefect never retries it: the ledger decides what may be repeated."""
    outcome = carry_out(row, run.targets[row.target], run.seller)
    said = say(STATES[outcome.state], {}, run.language)
    log = get_run_logger()
    log_it = log.info if outcome.state == "done" else log.warning
    why = translator(run.language)(outcome.said)
    log_it("%s → %s: %s %s %s", outcome.number, outcome.target, said, outcome.reference, why)
    return outcome


def publish_outcomes(run: Execution, outcomes: list[Outcome]) -> str:
    """One table on the run's page, and one sentence in the log."""
    t = translator(run.language)
    if outcomes:
        create_table_artifact(
            key=f"execution-{run.seller.id}",
            table=[_row(outcome, run.language) for outcome in outcomes],
            description=t(mark("What was carried out, and how it stands")),
        )
    counts = {state: sum(outcome.state == state for outcome in outcomes) for state in STATES}
    listed = ", ".join(f"{t(STATES[state])} {count}" for state, count in counts.items() if count)
    said = say(mark("{count} instructions"), {"count": len(outcomes)}, run.language) + (
        f": {listed}" if listed else ""
    )
    get_run_logger().info("%s", said)
    return said


def _row(outcome: Outcome, language: Language) -> dict[str, str]:
    t = translator(language)
    return {
        t(mark("Instruction")): outcome.number,
        t(mark("Target")): outcome.target,
        t(mark("Outcome")): t(STATES[outcome.state]),
        t(mark("Reference")): outcome.reference,
        t(mark("Why")): t(outcome.said),
    }
