"""Asking a person in Prefect's pages: a run that suspends with a form, and goes on when somebody has answered.

A suspended run starts again from the top when it is resumed, possibly on another day and in another process. Nothing
is kept in it: which answers it got, and what came of them, are rows of our own store.

NoForm                     a run without a deployment has no form, and cannot suspend
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from prefect import get_run_logger, suspend_flow_run, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.input import RunInput
from prefect.runtime import deployment as this_deployment
from prefect.runtime import flow_run as this_run
from pydantic import Field, create_model
from sqlalchemy import func, select

from config.language import say, say_refusal, translator
from config.seller import Language, Seller, read_seller
from config.settings import read_settings
from skills.vocabulary import Refusal, mark
from tasks.approvals.answer import Answer
from tasks.approvals.decidable import NotDecidable
from tasks.approvals.decide import Recorded, record_answer
from tasks.approvals.page import write_page
from tasks.approvals.rules import apply_rules
from tasks.approvals.standing import Standing, find_day, read_standing
from tasks.artifacts import report_path
from tasks.store.ledger import list_events
from tasks.store.models import AnswerRow
from tasks.store.proposals import Proposal, read_proposal
from tasks.store.session import open_session

ANSWERS = ("approve", "reject")
PATIENCE_SECONDS = 30 * 24 * 3600
"""How long a suspended run can be resumed; the lines' own last days end earlier, and the sweep closes stale runs."""


class NoForm(Refusal):
    """Nobody can answer in this run."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal on its way through the form.

    Attributes:
        digest: The proposal's.
        seller_id: Whose.
        language: Of the form.
        open: Whether lines still wait for a person.
        said: What came of the last answer or of the rules, in the language.
        refused: Whether the last answer was refused.
    """

    digest: str
    seller_id: str
    language: Language
    open: bool
    said: str = ""
    refused: bool = False


def name_run() -> str:
    """`decide · <seller> · <morning> · <digest>`, as the run list shows it."""
    digest = str((this_run.parameters or {}).get("proposal", ""))
    try:
        body = read_proposal(digest).body
    except Refusal:
        return f"decide · {digest[:12]}"
    return f"decide · {body['seller']} · {body['as_of']} · {body['journey']} · {digest[:8]}"


@task(name="approvals · apply standing rules", cache_policy=NO_CACHE)
def begin(digest: str) -> Asked:
    """Let the standing rules decide what they cover; says whether anything is left for a person.

    Raises:
        UnknownProposal: no proposal of that digest.
    """
    proposal = read_proposal(digest)
    seller = read_seller(proposal.body["seller"])
    language = seller.language_or(read_settings().language)
    try:
        covered = apply_rules(proposal.digest)
    except NotDecidable as refusal:
        said = say_refusal(refusal, language)
        get_run_logger().info("%s", said)
        return Asked(proposal.digest, seller.id, language, open=False, said=said)
    for found in covered:
        get_run_logger().info("%s · %s", found.rule, found.decision)
    asked = Asked(proposal.digest, seller.id, language, open=read_proposal(digest).decided_at is None)
    if asked.open:
        create_markdown_artifact(
            key=f"waiting-{seller.id}",
            markdown=_write_page(proposal, seller, asked),
            description=translator(language)(mark("What waits for a decision; Resume opens the form")),
        )
    return asked


def ask_seller(asked: Asked) -> Answer:
    """Suspend this run until somebody fills in the form; gives the answer when the run is back.

    Raises:
        NoForm: the run has no deployment, as in a terminal.
    """
    if not this_deployment.id:
        raise NoForm(
            mark(
                "A run in a terminal has no form to wait with; {digest} still waits. Decide on it with `make decide` "
                "or `make workbook`, or run `make up` and resume its run there."
            ),
            digest=asked.digest[:12],
        )
    number = 1 + _count_answers(_source())
    form = build_form(read_proposal(asked.digest), read_seller(asked.seller_id), asked)
    given = suspend_flow_run(wait_for_input=form, timeout=PATIENCE_SECONDS, key=f"answer-{number}")
    fields: dict[str, Any] = {name: str(text).strip() for name, text in given.model_dump().items()}
    return Answer(**fields, via="form", source=f"{_source()}{number}")


@task(name="approvals · record the answer", cache_policy=NO_CACHE)
def record(asked: Asked, answer: Answer) -> Asked:
    """Enter the answer into the ledger; a refused one leads to the form again, with the reason on top."""
    log = get_run_logger()
    try:
        recorded = record_answer(asked.digest, answer)
    except NotDecidable as refusal:
        said = say_refusal(refusal, asked.language)
        log.warning("%s", said)
        return Asked(asked.digest, asked.seller_id, asked.language, open=False, said=said)
    except Refusal as refusal:
        said = say_refusal(refusal, asked.language)
        log.warning("%s", said)
        return Asked(asked.digest, asked.seller_id, asked.language, open=True, said=said, refused=True)
    said = describe(recorded, asked.language)
    log.info("%s", said)
    create_markdown_artifact(
        key=f"decision-{asked.seller_id}",
        markdown=said,
        description=translator(asked.language)(mark("What the ledger recorded")),
    )
    return Asked(asked.digest, asked.seller_id, asked.language, open=not recorded.closed, said=said)


def describe(recorded: Recorded, language: Language) -> str:
    """What came of an answer, in one or two sentences."""
    words = {"approve": mark("approved"), "reject": mark("rejected"), "edit": mark("edited")}
    parts = [
        say(
            mark("Row {seq} of the ledger: {what}; {count} instructions released."),
            {"seq": recorded.seq, "what": words[recorded.event], "count": recorded.released},
            language,
        )
    ]
    if recorded.missing:
        parts.append(say(mark("{count} more approvals are needed."), {"count": recorded.missing}, language))
    if recorded.edit:
        values = {"digest": recorded.edit[:12]}
        parts.append(say(mark("The edit is proposal {digest} and waits for somebody else."), values, language))
    return " ".join(parts)


def build_form(proposal: Proposal, seller: Seller, asked: Asked) -> type[RunInput]:
    """The form's fields and the page above them, in the reader's language.

    The page is the first field's description: the form's own shrinks to nothing in a window of 768 pixels. Choices
    are typed: in Prefect's dialog a list to choose from closes as soon as a mouse has opened it.
    """
    t = translator(asked.language)
    standing = _read_standing(proposal, seller)
    names = tuple(approver.id for approver in seller.approvers)
    pending = next(reversed(standing.approvals.values()), None)
    left_out = [number for number in standing.open if pending and number not in pending.facts["lines"]]
    page = _write_page(proposal, seller, asked)
    fields: dict[str, Any] = {
        "approver": (
            str,
            Field(
                default=names[0] if names else "",
                pattern=_one_of(names) if names else None,
                title=t(mark("Proposal")),
                description=_keep_lines(f"{page}\n\n**{t(mark('Who decides'))}** · {', '.join(names)}"),
            ),
        ),
        "answer": (
            str,
            Field(
                default="approve",
                pattern=_one_of(ANSWERS),
                title=t(mark("Answer")),
                description=", ".join(ANSWERS),
            ),
        ),
        "leave_out": (
            str,
            Field(
                default=", ".join(left_out),
                title=t(mark("Leave out")),
                description=t(mark("Numbers of lines (1.3) or whole decisions (2) that are not approved.")),
            ),
        ),
        "edits": (
            str,
            Field(
                default="",
                title=t(mark("Other units")),
                description=t(mark("Line = units, such as 1.3 = 480; somebody else must approve them.")),
            ),
        ),
        "reason": (
            str,
            Field(default="", title=t(mark("Reason")), description=t(mark("Needed to reject and to change units."))),
        ),
        "amount": (
            str,
            Field(
                default="",
                title=t(mark("Amount, typed back")),
                description=t(mark("Money of the approved lines, to the cent, when any cannot be undone.")),
            ),
        ),
        "code": (
            str,
            Field(
                default="",
                title=t(mark("One-time code")),
                description=t(mark("The six digits that the approver's authenticator shows now.")),
            ),
        ),
    }
    return create_model("Decision", __base__=RunInput, **fields)


def _write_page(proposal: Proposal, seller: Seller, asked: Asked) -> str:
    report = report_path(proposal)
    return write_page(
        proposal.body,
        proposal.digest,
        _read_standing(proposal, seller),
        seller,
        find_day(seller),
        asked.language,
        refused=asked.said if asked.refused else "",
        report=str(report) if report.exists() else "",
    )


def _one_of(words: tuple[str, ...]) -> str:
    return rf"^\s*({'|'.join(words)})\s*$"


def _keep_lines(markdown: str) -> str:
    """Markdown that keeps its lines in a field's description, where Prefect's page makes single line feeds spaces."""
    return markdown.replace("\n", "\r")


def _read_standing(proposal: Proposal, seller: Seller) -> Standing:
    events = list_events(proposal=proposal.digest, book="decision")
    return read_standing(proposal.body, events, seller.policy.approvals.timeout_hours, datetime.now(UTC))


def _source() -> str:
    return f"form/{this_run.id}/"


def _count_answers(source: str) -> int:
    with open_session() as session:
        begins = AnswerRow.source.startswith(source, autoescape=True)
        return session.scalar(select(func.count()).select_from(AnswerRow).where(begins)) or 0
