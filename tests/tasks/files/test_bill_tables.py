"""Bills, expected costs and events as a seller's files have them: bad rows are kept apart with what was expected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tasks.files import Exports

Write = Callable[..., Path]
Read = Callable[..., Exports]
HEAD = "issuer,bill,line,kind,shipment,component,amount,currency,billed_on\n"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Lanhai,B-1,1,forwarder,S1,freight,-90.00,CNY,2025-11-03", "amount"),
        ("Lanhai,B-1,1,forwarder,S1,freight,90.00,,2025-11-03", "currency"),
        ("Lanhai,B-1,1,letter,S1,freight,90.00,CNY,2025-11-03", "kind"),
        ("Lanhai,B-1,1,forwarder,S1,freight,90.00,CNY,soon", "billed_on"),
    ],
)
def test_a_bill_line_that_cannot_be_booked_is_quarantined_and_the_others_are_kept(
    read: Read, write: Write, row: str, column: str
) -> None:
    write("bills.csv", f"{HEAD}Lanhai,B-0,1,forwarder,S1,freight,88.00,CNY,2025-11-03\n{row}\n")
    exports = read()
    assert exports.tables["bills"]["amount_minor"].tolist() == [8_800]
    (bad,) = exports.quarantine.to_dict("records")
    assert (bad["feed"], bad["line"], bad["column"]) == ("bills", "3", column)


def test_the_same_bill_line_twice_is_kept_so_that_it_can_be_claimed(read: Read, write: Write) -> None:
    write("bills.csv", HEAD + 2 * "Lanhai,B-0,1,forwarder,S1,freight,88.00,CNY,2025-11-03\n")
    assert len(read().tables["bills"]) == 2


def test_bills_and_events_of_later_days_are_not_known_yet(read: Read) -> None:
    tables = read(as_of=date(2025, 11, 10)).tables
    assert tables["bills"]["billed_on"].max() == pd.Timestamp("2025-11-08")
    assert tables["shipment_events"]["event"].tolist() == ["departed"]


def test_an_event_known_before_it_happened_is_quarantined(read: Read, write: Write) -> None:
    write(
        "shipment_events.csv", "shipment,happened_on,known_on,event,source\nS1,2025-11-03,2025-11-01,arrived,Lanhai\n"
    )
    exports = read()
    assert exports.tables["shipment_events"].empty
    assert exports.quarantine["expected"].tolist() == ["not before the day it happened"]
