"""Deciding and acting in a terminal: `python -m tasks COMMAND …`; `make COMMAND` calls it.

Each command imports what it needs and no more: a stop is entered before anything slow is loaded.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING
from uuid import uuid4

from config.language import say, say_refusal
from config.settings import read_settings
from skills.vocabulary import Refusal, mark
from tasks.at_terminal import from_here, language_of, name_user

if TYPE_CHECKING:
    from tasks.approvals.decide import Recorded
    from tasks.execution.stop import Proof
    from tasks.store.proposals import Proposal

TRIES = 3
"""How often a person at a terminal may type the code again."""


class NothingTyped(Refusal):
    """An answer is missing, and nobody is there to be asked."""


def main(arguments: list[str]) -> int:
    """Run the command that the arguments name; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if arguments[:1] == ["rates"]:
        from tasks import rates

        return rates.main(arguments[1:])
    options = _read_arguments(arguments)
    try:
        return int(options.run(options))
    except Refusal as refusal:
        print(say_refusal(refusal, language_of(getattr(options, "seller", ""))), file=sys.stderr, flush=True)
        return 1
    except BrokenPipeError:  # who read along, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (KeyboardInterrupt, EOFError):
        return 130


# ---- deciding --------------------------------------------------------------------------------------------


def decide(options: argparse.Namespace) -> int:
    """Show what waits for a decision, or answer it."""
    proposal, waiting, released = _find_proposal(options)
    if proposal is None:
        _say(options, mark("Nothing waits for a decision."))
        return _conclude(options, released)
    if options.approver:
        return _conclude(options, released + _answer(options, proposal).released)
    from tasks.waiting import show_proposal, show_waiting

    language = language_of(options.seller)
    show_waiting(waiting, proposal, language)
    show_proposal(proposal, language)
    if sys.stdin.isatty():
        return _conclude(options, released + _answer(_ask(options, proposal), proposal).released)
    digest = proposal.digest[:12]
    command = f'make decide SELLER={options.seller} APPROVER=… ARGS="--proposal {digest} --answer approve --code …"'
    _say(options, mark("To answer: {command}"), command=command)
    _say(options, mark("Further: {more}"), more="--answer reject, --leave-out, --edit, --reason, --amount")
    return _conclude(options, released)


def workbook(options: argparse.Namespace) -> int:
    """Write the decision workbook, or read a filled-in one back."""
    from tasks.approvals.workbook import answer_with_workbook, write_decision_workbook
    from tasks.store.proposals import read_proposal

    if options.file:
        code = options.code or _type(options, mark("One-time code"))
        recorded = answer_with_workbook(from_here(options.file), options.approver, code)
        options.seller = read_proposal(recorded.proposal).body["seller"]
        _report(options, recorded)
        return _conclude(options, recorded.released)
    proposal, _, released = _find_proposal(options)
    if proposal is None:
        _say(options, mark("Nothing waits for a decision."))
    else:
        path = write_decision_workbook(proposal.digest, language_of(options.seller))
        _say(options, mark("The decision workbook is {path}; its first sheet says how to go on."), path=path)
    return _conclude(options, released)


def _find_proposal(options: argparse.Namespace) -> tuple[Proposal | None, list[Proposal], int]:
    """The proposal to decide on, all that wait, and how many instructions standing rules released just now."""
    from config.seller import read_seller
    from tasks.approvals.rules import apply_rules, propose_rules
    from tasks.execution.carry import list_open
    from tasks.store.proposals import list_waiting, read_proposal

    if options.proposal:
        options.seller = read_proposal(options.proposal).body["seller"]
    seller = read_seller(options.seller)
    propose_rules(seller)
    before = len(list_open(seller.id))
    covered = [found for proposal in list_waiting(seller.id) for found in apply_rules(proposal.digest)]
    for found in covered:
        values = {"rule": found.rule, "decision": found.decision, "count": len(found.lines)}
        _say(options, mark("Standing rule {rule} approved {decision}: {count} lines"), **values)
    if covered:
        _anchor(options)
    waiting = list_waiting(seller.id)
    chosen = read_proposal(options.proposal) if options.proposal else waiting[0] if waiting else None
    return chosen, waiting, len(list_open(seller.id)) - before if covered else 0


def _ask(options: argparse.Namespace, proposal: Proposal) -> argparse.Namespace:
    """The fields of an answer, one after the other; a slip is said before the code is asked for."""
    from config.language import format_money
    from config.seller import read_seller
    from tasks.approvals.decide import find_approver
    from tasks.waiting import choose_lines

    seller = read_seller(options.seller)
    people = ", ".join(approver.id for approver in seller.approvers)
    options.approver = _type(options, mark("Who decides"), people)
    find_approver(seller, options.approver)
    options.answer = _type(options, mark("Answer"), "approve, reject")
    if options.answer == "approve":
        options.leave_out = _type(options, mark("Leave out"), mark("such as 1.3 or 2; empty for none"))
        options.edit = [_type(options, mark("Other units"), mark("such as 1.3 = 480; empty for none"))]
        choice = choose_lines(proposal, seller, options.leave_out, "\n".join(options.edit))
        money = format_money(choice.money_minor, proposal.body["base_currency"], language_of(options.seller))
        values = {"count": len(choice.approved), "money": money}
        _say(options, mark("{count} lines are approved as proposed: {money}"), **values)
        if choice.needs_amount:
            options.amount = _type(options, mark("Amount, typed back"), mark("some of it cannot be undone"))
    options.reason = _type(options, mark("Reason"), mark("needed to reject and to change units"))
    return options


def _answer(options: argparse.Namespace, proposal: Proposal) -> Recorded:
    """Enter the answer; at a terminal a wrong code can be typed again."""
    from tasks.approvals.answer import Answer, BadAnswer
    from tasks.approvals.codes import WrongCode
    from tasks.approvals.decide import record_answer

    if options.answer not in ("approve", "reject"):
        raise BadAnswer(mark("The answer is approve or reject, not {answer!r}."), answer=options.answer or "")
    for tried in range(TRIES):
        given = Answer(
            answer=options.answer,
            approver=options.approver,
            code=options.code or _type(options, mark("One-time code")),
            via="terminal",
            source=f"terminal/{uuid4().hex}",
            leave_out=options.leave_out,
            edits="\n".join(options.edit),
            reason=options.reason,
            amount=options.amount,
        )
        try:
            recorded = record_answer(proposal.digest, given)
        except WrongCode as refusal:
            if not sys.stdin.isatty() or tried == TRIES - 1:
                raise
            print(say_refusal(refusal, language_of(options.seller)), flush=True)
            options.code = ""
        else:
            _report(options, recorded)
            return recorded
    raise AssertionError("the last try raises")


def _report(options: argparse.Namespace, recorded: Recorded) -> None:
    """What came of an answer."""
    words = {"approve": mark("approved"), "reject": mark("rejected"), "edit": mark("edited")}
    values = {"seq": recorded.seq, "what": words[recorded.event], "count": recorded.released}
    _say(options, mark("Row {seq} of the ledger: {what}; {count} instructions released."), **values)
    if recorded.missing:
        _say(options, mark("{count} more approvals are needed."), count=recorded.missing)
    if recorded.edit:
        digest = recorded.edit[:12]
        _say(options, mark("The edit is proposal {digest} and waits for somebody else."), digest=digest)
    _anchor(options)


def _anchor(options: argparse.Namespace) -> None:
    from tasks.store.anchors import keep_head

    problem = keep_head(language_of(getattr(options, "seller", "")))
    if problem:
        print(problem, flush=True)


def _conclude(options: argparse.Namespace, released: int) -> int:
    """Carry out what was released, unless that was not wanted."""
    if not released:
        return 0
    if options.no_execute:
        _say(options, mark("{count} instructions wait for `make execute`."), count=released)
        return 0
    return execute(options)


# ---- acting ----------------------------------------------------------------------------------------------


def execute(options: argparse.Namespace) -> int:
    """Carry out what is released."""
    signal.signal(signal.SIGINT, lambda *_: None)  # the journey hears Ctrl-C itself and ends between two acts
    command = [sys.executable, "-m", "flows", "execute", "--seller", options.seller]
    return subprocess.call(command, cwd=read_settings().root)


def settle(options: argparse.Namespace) -> int:
    """Record what a person found out about an act whose end nobody saw; without --instruction, list them."""
    from config.seller import read_seller
    from tasks.execution.settle import FOUND, list_person_tasks, settle

    seller = read_seller(options.seller)
    if not options.instruction:
        tasks = list_person_tasks(seller.id)
        for task in tasks:
            print(f"{task.number} → {task.target}: {task.say(language_of(seller.id))}", flush=True)
        if not tasks:
            _say(options, mark("Nothing waits for a person to find out."))
        return 0
    code = options.code or _type(options, mark("One-time code"))
    event = settle(seller, options.instruction, options.state, options.approver, code, options.reason)
    _anchor(options)
    values = {"seq": event.seq, "number": event.facts["number"], "state": FOUND[event.facts["state"]]}
    _say(options, mark("Row {seq} of the ledger: {number} is settled as {state}."), **values)
    return 0


def stop(options: argparse.Namespace) -> int:
    """Cease all acting at once; anybody may. With --proof, show what the ledger proves about stops."""
    if not options.proof:
        from tasks.execution.stop import stop as enter_stop

        if options.seller and not (read_settings().sellers / f"{options.seller}.yaml").exists():
            from config.seller import read_seller

            read_seller(options.seller)  # says which sellers there are
        event = enter_stop(options.seller, options.by, options.reason)
        whose = options.seller or mark("all sellers")
        _say(options, mark("Acting is stopped for {whose}: row {seq} of the ledger."), whose=whose, seq=event.seq)
        _anchor(options)
    return _show_proofs(options, newest=not options.proof)


def lift(options: argparse.Namespace) -> int:
    """Let acting go on: a recorded decision with an approver's code."""
    from config.seller import read_seller
    from tasks.execution.stop import lift

    code = options.code or _type(options, mark("One-time code"))
    event = lift(read_seller(options.seller), options.approver, code, options.reason)
    _anchor(options)
    _say(options, mark("Acting goes on for {seller}: row {seq} of the ledger."), seller=options.seller, seq=event.seq)
    return _show_proofs(options, newest=True)


def _show_proofs(options: argparse.Namespace, *, newest: bool) -> int:
    """What was begun after each stop by the ledger's own numbers; 1 when anything was."""
    from config.seller import list_sellers
    from tasks.execution.stop import prove_stops

    holds = True
    for seller in [options.seller] if options.seller else list_sellers():
        proofs = prove_stops(seller)
        if not proofs and not newest:
            _say(options, mark("{seller}: nothing was ever stopped."), seller=seller)
        for proof in proofs[:1] if newest else proofs:
            _show_proof(options, seller, proof)
            holds = holds and proof.holds
    return 0 if holds else 1


def _show_proof(options: argparse.Namespace, seller: str, proof: Proof) -> None:
    from tasks.execution.proof import list_results

    facts = proof.stop.facts
    values = {"seller": seller, "seq": proof.stop.seq, "by": facts["by"], "reason": facts["reason"]}
    if proof.lifted:
        values |= {"lifted": proof.lifted.seq, "who": proof.lifted.facts["name"]}
        _say(
            options,
            mark("{seller}: stopped in row {seq} by {by} ({reason}), lifted in row {lifted} by {who}"),
            **values,
        )
    else:
        _say(options, mark("{seller}: stopped in row {seq} by {by} ({reason}), in force"), **values)
    for name, value in list_results(proof, language_of(options.seller)).items():
        print(f"  {name}: {value}", flush=True)


# ---- codes, the ledger -----------------------------------------------------------------------------------


def code(options: argparse.Namespace) -> int:
    """The one-time code of a generated seller's approver, who is nobody."""
    from datetime import UTC, datetime

    from config.seller import read_seller
    from tasks.approvals.codes import STEP_SECONDS, read_code
    from tasks.approvals.decide import find_approver

    seller, now = read_seller(options.seller), datetime.now(UTC)
    approver, _ = find_approver(seller, options.approver)
    shown = read_code(seller, approver.id, now)
    left = STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS
    values = {"code": shown, "left": left, "approver": approver.name}
    _say(options, mark("{code}  good for {left} seconds more · generated demo approver {approver}"), **values)
    return 0


def enroll(options: argparse.Namespace) -> int:
    """Give an approver a secret for one-time codes, shown this once."""
    import segno

    from config.seller import read_seller
    from tasks.approvals.codes import enroll
    from tasks.approvals.decide import find_approver

    seller = read_seller(options.seller)
    approver, _ = find_approver(seller, options.approver)
    address = enroll(seller, approver.id, again=options.again)
    segno.make(address).terminal(compact=True)
    print(address, flush=True)
    _say(
        options, mark("{approver}: scan it with an authenticator app; it is shown this once."), approver=approver.name
    )
    return 0


def audit(options: argparse.Namespace) -> int:
    """Recompute the ledger's chain and compare it with the heads outside the database."""
    from tasks.store.anchors import audit_ledger

    found = audit_ledger()
    if found.broken_seq:
        _say(options, mark("Row {seq} of the ledger does not hold: {why}."), seq=found.broken_seq, why=found.why)
        return 1
    values = {"count": found.rows, "head": found.head, "anchors": found.anchors}
    _say(options, mark("The ledger holds: {count} rows, head {head}, {anchors} heads outside it compared."), **values)
    return 0


def export(options: argparse.Namespace) -> int:
    """Write proposals, decisions and executions as Excel and Parquet."""
    from config.language import LANGUAGES
    from config.seller import read_seller
    from tasks.ledger_export import export_ledger

    folder = from_here(options.folder) if options.folder else None
    languages = LANGUAGES if options.language == "both" else [options.language]
    for path in export_ledger(read_seller(options.seller), folder, languages):
        print(path, flush=True)
    return 0


# ---- the command line ------------------------------------------------------------------------------------

COMMANDS = {
    name: command
    for command in (decide, workbook, execute, settle, stop, lift, code, enroll, audit, export)
    for name in [command.__name__]
}


def _read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tasks", description="Decide and act in a terminal.")
    commands = parser.add_subparsers(dest="command", required=True)
    added = {
        name: commands.add_parser(name, help=run.__doc__, description=run.__doc__) for name, run in COMMANDS.items()
    }
    for name, command in added.items():
        command.set_defaults(run=COMMANDS[name])
        if name != "audit":
            needed = name in ("lift", "settle", "enroll")
            default = "" if name == "stop" else "demo"
            command.add_argument("--seller", default=default, required=needed, help="a name in config/sellers")
        if name in ("decide", "workbook", "settle", "lift", "code", "enroll"):
            asked = name in ("lift", "code", "enroll")
            command.add_argument("--approver", default="", required=asked, help="as the seller's file names them")
        if name in ("decide", "workbook", "settle", "lift"):
            command.add_argument("--code", default="", help="the approver's one-time code; asked for when left out")
        if name in ("decide", "settle", "lift"):
            command.add_argument("--reason", default="", help="why; the ledger keeps it")
        if name in ("decide", "workbook"):
            command.add_argument(
                "--proposal", default="", help="its digest or how it begins; else the oldest that waits"
            )
            command.add_argument("--no-execute", action="store_true", help="do not carry out what is released")
    deciding = added["decide"]
    deciding.add_argument("--answer", default="", choices=["approve", "reject"], help="to all that is not left out")
    deciding.add_argument("--leave-out", default="", help="lines (1.3) or whole decisions (2), between commas")
    deciding.add_argument("--edit", default=[], action="append", help="other units: '1.3 = 480'; may be repeated")
    deciding.add_argument("--amount", default="", help="money of the approved lines, when any cannot be undone")
    added["workbook"].add_argument("--file", default="", help="a filled-in workbook to read back")
    added["settle"].add_argument("--instruction", default="", help="its key or number; left out, lists what there is")
    added["settle"].add_argument("--state", default="done", choices=["done", "not_done"], help="what was found out")
    added["stop"].add_argument("--reason", default="", help="why; the ledger keeps it")
    added["stop"].add_argument("--by", "--approver", default=name_user(), help="who stops; else this user")
    added["stop"].add_argument("--proof", action="store_true", help="stop nothing; show what the ledger proves")
    added["enroll"].add_argument("--again", action="store_true", help="replace a secret that is there")
    added["export"].add_argument("--folder", default="", help="where to; else exports in the home folder")
    added["export"].add_argument(
        "--language", default="both", choices=["zh_CN", "en", "both"], help="of the workbooks"
    )
    options = parser.parse_args(arguments)
    if options.command == "stop" and not (options.reason.strip() or options.proof):
        added["stop"].error("--reason is missing: say in a few words why")
    return options


def _say(options: argparse.Namespace, sentence: str, **values: object) -> None:
    print(say(sentence, values, language_of(getattr(options, "seller", ""))), flush=True)


def _type(options: argparse.Namespace, field: str, hint: str = "") -> str:
    """What a person at the terminal types.

    Raises:
        NothingTyped: nobody is there.
    """
    language = language_of(options.seller)
    name = say(field, {}, language)
    if not sys.stdin.isatty():
        raise NothingTyped(mark("{field} is missing; --help lists the options."), field=field)
    return input(f"{name} ({say(hint, {}, language)}): " if hint else f"{name}: ").strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
