"""The operator's rate book in a terminal: `python -m tasks.rates import|list|check`; `make rates` calls it."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from config.language import say, say_refusal
from config.seller import Language, list_sellers, read_seller
from config.settings import read_settings
from skills.rate_review import list_conflicts, list_expiring
from skills.rates import Rate, RateBook
from skills.vocabulary import Refusal, mark
from tasks.approvals.standing import find_day
from tasks.at_terminal import from_here, language_of, name_user
from tasks.rate_import import TABLES, Prepared, apply_import, prepare_import
from tasks.rate_uses import EXPIRY_DAYS, SHOWN, Touched, list_seller_uses, review_rates
from tasks.store.proposals import read_previous
from tasks.store.rates import read_rates
from tasks.store.snapshots import Snapshot, read_snapshot


class NoNight(Refusal):
    """A seller of whom nothing is known yet."""


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = _read_arguments(arguments)
    language = language_of(options.seller)
    try:
        return int(options.run(options, language))
    except Refusal as refusal:
        print(say_refusal(refusal, language), file=sys.stderr, flush=True)
        return 1
    except BrokenPipeError:  # who read along, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def bring_in(options: argparse.Namespace, language: Language) -> int:
    """Import an official table: show what it changes and whom that touches, and apply it."""
    prepared = prepare_import(
        options.table,
        from_here(options.file),
        name_user(),
        options.first_day,
        options.source,
        options.retrieved_on,
        options.confidence,
    )
    for line in describe_import(prepared, language):
        print(line, flush=True)
    if len(prepared.unparsed):
        left_out = _write_unparsed(prepared)
        print(say(mark("All of them: {path}"), {"path": left_out}, language), flush=True)
    for seller_id in list_sellers():
        for line in _describe_touched(seller_id, prepared, language):
            print(line, flush=True)
    if options.dry:
        print(say(mark("Nothing was changed (--dry)."), {}, language), flush=True)
        return 0
    count = apply_import(prepared)
    values = {"scope": prepared.act.scope, "count": count, "by": prepared.act.by, "sha256": prepared.act.sha256[:12]}
    sentence = mark("Imported: {scope} has {count} rates now. By {by}, file {sha256}.")
    print(say(sentence, values, language), flush=True)
    return 0


def describe_import(prepared: Prepared, language: Language) -> list[str]:
    """What an import gives and changes, worded for the operator."""
    act = prepared.act
    values = {
        "file": act.file,
        "rows": prepared.rows_in,
        "rates": prepared.booked,
        "typed": prepared.typed,
        "unparsed": len(prepared.unparsed),
        "new": len(prepared.new),
        "changed": len(prepared.changed),
        "removed": len(prepared.removed),
    }
    lines = [say(mark("{file}: {rows} rows, {rates} rates for the book"), values, language)]
    if act.first_day is not None:
        typed = mark("Rate texts understood: {typed} lines; not understood or left out: {unparsed}")
    else:
        typed = mark("Left out: {unparsed} rows")
    lines.append(say(typed, values, language))
    lines += [
        "  " + " · ".join((str(row.line), str(row.number), str(row.text), say(str(row.expected), {}, language)))
        for row in prepared.unparsed.head(SHOWN).itertuples(index=False)
    ]
    lines.append(
        say(mark("Against what was imported before: {new} new, {changed} changed, {removed} gone"), values, language)
    )
    lines += [f"  {_describe_rate(rate, language)}" for rate in prepared.changed[:SHOWN]]
    if len(prepared.vanished):
        lines.append(
            say(mark("{count} numbers vanished; likely successors:"), {"count": len(prepared.vanished)}, language)
        )
        rows = prepared.vanished.head(SHOWN).to_dict("records")
        lines += [f"  {row['number']} ({row['old_description']}) → {row['successors'] or '–'}" for row in rows]
    day = act.first_day or act.retrieved_on
    book = RateBook.from_frame(prepared.rates)
    conflicts = list_conflicts(book)
    ending = list_expiring(book, day, EXPIRY_DAYS)
    sentence = mark("Conflicts: {conflicts}; ending within {days} days of {day} and followed by nothing: {ending}")
    counts = {"conflicts": len(conflicts), "days": EXPIRY_DAYS, "day": day.isoformat(), "ending": len(ending)}
    lines.append(say(sentence, counts, language))
    lines += [
        f"  {_describe_rate(one, language)} ≠ {_describe_rate(other, language)}" for one, other in conflicts[:SHOWN]
    ]
    return lines + [f"  {_describe_rate(rate, language)}" for rate in ending[:SHOWN]]


def show(options: argparse.Namespace, language: Language) -> int:
    """List the rates that a seller's look-ups may end at."""
    day = options.on or find_day(read_seller(options.seller))
    book = RateBook.from_frame(read_rates(options.seller, day))
    found = [
        rate
        for rate in book
        if options.kind in ("", rate.kind)
        and rate.key.startswith(options.key)
        and (not options.on or rate.holds_on(day))
    ]
    for rate in found:
        print(_describe_rate(rate, language), flush=True)
    if not found:
        print(say(mark("No such rate."), {}, language), flush=True)
    return 0 if found else 1


def check(options: argparse.Namespace, language: Language) -> int:
    """What needs a person: conflicts, rates that end, known changes, rates that nobody checked."""
    known = _read_known(options.seller)
    day = find_day(read_seller(options.seller))
    review = review_rates(known, day)
    headings = {
        "conflicts": mark("Sources that conflict: {count}"),
        "expiring": mark("Ending within 90 days, followed by nothing: {count}"),
        "changes": mark("Known to change: {count}"),
    }
    for name, heading in headings.items():
        print(say(heading, {"count": len(review[name])}, language), flush=True)
        for entry in review[name]:
            print(f"  {_describe_entry(entry, language)}", flush=True)
    sentence = mark("In use and checked by nobody: {count}")
    print(say(sentence, {"count": review["unverified"]}, language), flush=True)
    return 1 if review["conflicts"] else 0


def _describe_touched(seller_id: str, prepared: Prepared, language: Language) -> Iterable[str]:
    changed = [*prepared.new, *prepared.changed, *prepared.removed]
    try:
        known = _read_known(seller_id)
    except NoNight:
        return
    touched = Touched(list_seller_uses(known, [*known.rates, *changed])).find(changed)
    sentence = mark("{seller}: touches {skus} SKUs, {lanes} lanes, {lines} open proposal lines")
    counts = {"skus": len(touched["sku"]), "lanes": len(touched["lane"]), "lines": len(touched["line"])}
    yield say(sentence, {"seller": seller_id, **counts}, language)
    for names in touched.values():
        if names:
            yield f"  {', '.join(names[:SHOWN])}{' …' if len(names) > SHOWN else ''}"


def _read_known(seller_id: str) -> Snapshot:
    """What the seller's newest night knew, with the rate book as it is now.

    Raises:
        NoNight: there was none.
    """
    proposal = read_previous(seller_id, "nightly", date.max)
    if proposal is None:
        raise NoNight(
            mark("Nothing is known of {seller} yet: run `make night SELLER={seller}` first."), seller=seller_id
        )
    known = read_snapshot(proposal.body["snapshot"])
    rates = read_rates(seller_id, known.as_of)
    return Snapshot(known.digest, known.seller, known.as_of, {**known.tables, "rates": rates})


def _write_unparsed(prepared: Prepared) -> Path:
    folder = read_settings().home / "official"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{prepared.act.sha256}.left-out.csv"
    prepared.unparsed.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    return path


def _describe_rate(rate: Rate, language: Language) -> str:
    days = f"{rate.effective_from} – {rate.effective_to or '…'}"
    confidence = say(rate.confidence, {}, language)
    return " · ".join((f"{rate.kind} {rate.key} = {rate.value:f} {rate.unit}", days, confidence, rate.source))


def _describe_entry(entry: dict[str, Any], language: Language) -> str:
    other = (
        f" ≠ {entry['other_value']} {entry['other_unit']} ({entry['other_source']})" if "other_value" in entry else ""
    )
    skus = say(mark("{count} SKUs"), {"count": entry["skus"]}, language)
    shown = f" ({', '.join(entry['first_skus'])})" if entry["first_skus"] else ""
    return f"{entry['day']} {entry['kind']} {entry['key']} = {entry['value']} {entry['unit']}{other} · {skus}{shown}"


def _read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make rates", description="The rate book: import official tables, list, check."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in {"import": bring_in, "list": show, "check": check}.items():
        added = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        added.set_defaults(run=command)
        added.add_argument("--seller", default="demo", help="a name in config/sellers")
        if name == "import":
            added.add_argument("table", choices=list(TABLES), help="which official table")
            added.add_argument("file", help="as published, packed by gzip or not")
            added.add_argument(
                "--from", dest="first_day", type=date.fromisoformat, help="first day of a tariff's edition"
            )
            added.add_argument("--source", default="", help="who says so; else the publisher and the file")
            added.add_argument(
                "--retrieved-on", type=date.fromisoformat, help="day it was fetched; else the file's own"
            )
            added.add_argument(
                "--confidence", choices=["primary", "secondary", "unverified"], help="else the table's own"
            )
            added.add_argument("--dry", action="store_true", help="only show")
        if name == "list":
            added.add_argument("--kind", default="", help="fx, vat, duty …")
            added.add_argument("--key", default="", help="how the key begins: CNY, DE, US:6302")
            added.add_argument("--on", type=date.fromisoformat, help="only what holds on this day")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
