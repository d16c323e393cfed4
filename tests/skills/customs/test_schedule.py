"""A tariff edition: inherited rates, heading texts, vanished numbers with their successors."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from skills.customs.book import book_duties
from skills.customs.policy import CustomsPolicy
from skills.customs.schedule import (
    UnknownTariffNumber,
    UnusableSchedule,
    build_schedule,
    compare_schedules,
    find_tariff,
    pad_number,
)
from skills.customs.wording import type_rates
from skills.rates import MissingRate, RateBook
from skills.vocabulary import MissingColumns

POLICY = CustomsPolicy()
FIRST, SECOND = date(2023, 10, 1), date(2024, 11, 1)
CLOTHS = [
    ("6307", 0, "Other made up articles:", ""),
    ("6307.10", 1, "Floorcloths, dishcloths, dusters and similar:", ""),
    ("6307.10.10.00", 2, "Dustcloths, mop cloths and polishing cloths, of cotton", "4.1%"),
    ("6307.10.20", 2, "Other", "5.3%"),
    ("6307.10.20.05", 3, "Shop towels dedicated for use in garages: Of cotton", ""),
    ("", 3, "Dish cloths:", ""),
    ("6307.10.20.27", 4, "Of cotton", ""),
    ("6307.10.20.28", 4, "Other", ""),
    ("6307.20.00.00", 1, "Lifejackets and lifebelts", "4.5%"),
]
VANISHED = ("6307.10.20.20", 3, "Towels, of cotton, for dish washing", "")


def edition(rows: list[tuple[str, int, str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["number", "indent", "description", "general_rate"])
    return build_schedule(frame.assign(units="kg", line=range(2, len(rows) + 2)))


NOW = edition(CLOTHS)
BEFORE = edition([*CLOTHS[:4], VANISHED, *CLOTHS[4:]])
EDITIONS = {FIRST: BEFORE, SECOND: NOW}


def test_a_statistical_line_has_the_rate_of_the_line_it_lies_under() -> None:
    line = find_tariff(EDITIONS, "6307.10.20.27", SECOND, POLICY)
    assert (line.rate_text, line.rate_from) == ("5.3%", "6307.10.20")
    assert line.headings[-2:] == ("Dish cloths:", "Of cotton")
    assert line.edition == SECOND


def test_a_lost_line_breaks_the_chain_instead_of_lending_its_neighbours_rate() -> None:
    rows = [*CLOTHS[:3], *CLOTHS[4:]]  # the file has lost 6307.10.20 and with it the rate
    broken = edition(rows).set_index("number")
    assert broken.loc["6307.10.20.27", "rate_text"] == ""
    assert broken.loc["6307.10.20.27", "rate_from"] == ""


def test_headings_alone_carry_no_rate_and_are_no_leaf() -> None:
    rows = NOW.set_index("number")
    assert list(rows["leaf"]) == [False, False, True, False, True, True, True, True]
    assert rows.loc["6307", "rate_text"] == ""


def test_a_vanished_number_is_refused_with_its_successors() -> None:
    assert find_tariff(EDITIONS, "6307102020", date(2024, 10, 31), POLICY).rate_text == "5.3%"
    with pytest.raises(UnknownTariffNumber, match=r"place: 6307\.10\.20\.27, 6307\.10\.20\.05, 6307\.10\.20\.28\."):
        find_tariff(EDITIONS, "6307.10.20.20", SECOND, POLICY)


def test_an_unknown_number_is_refused_with_its_neighbours() -> None:
    with pytest.raises(UnknownTariffNumber, match=r"nearest numbers in force are: 6307\.10\.20\.05"):
        find_tariff(EDITIONS, "6307.10.20.99", SECOND, POLICY)
    with pytest.raises(UnknownTariffNumber, match="nearest numbers in force are: –"):
        find_tariff(EDITIONS, "9999.99", SECOND, POLICY)


def test_a_number_of_a_later_edition_does_not_hold_yet() -> None:
    with pytest.raises(UnknownTariffNumber, match="with the edition of 2024-11-01"):
        find_tariff({FIRST: NOW, SECOND: BEFORE}, "6307.10.20.20", FIRST, POLICY)


def test_a_day_before_the_first_edition_is_refused() -> None:
    with pytest.raises(UnknownTariffNumber, match="first starts on 2023-10-01"):
        find_tariff(EDITIONS, "6307", date(2020, 1, 1), POLICY)


def test_two_editions_are_compared_by_number() -> None:
    dearer = edition([(n, i, text, "6%" if rate == "5.3%" else rate) for n, i, text, rate in CLOTHS])
    changes = compare_schedules(BEFORE, dearer, POLICY)
    rates = changes[changes["change"] == "rate"]
    assert list(rates["number"]) == ["6307.10.20", "6307.10.20.05", "6307.10.20.27", "6307.10.20.28"]
    assert set(rates["old_rate"] + " " + rates["new_rate"]) == {"5.3% 6%"}
    gone = changes[changes["change"] == "vanished"].iloc[0]
    assert gone["successors"] == "6307.10.20.27 6307.10.20.05 6307.10.20.28"
    back = compare_schedules(NOW, BEFORE, POLICY)
    assert back[["number", "change"]].to_numpy().tolist() == [["6307.10.20.20", "added"]]
    assert compare_schedules(NOW, NOW, POLICY).empty


def test_a_number_twice_is_no_schedule() -> None:
    with pytest.raises(UnusableSchedule, match=r"6307\.20\.00\.00 appear twice"):
        edition([*CLOTHS, CLOTHS[-1]])
    with pytest.raises(UnusableSchedule, match="Lines 2"):
        edition([("6307", "x", "Other made up articles", "")])  # type: ignore[list-item]


def test_a_lost_leading_zero_is_put_back() -> None:
    assert [pad_number(code) for code in ("1012100", "63026000", "102299010", "2204218595")] == [
        "01012100",
        "63026000",
        "0102299010",
        "2204218595",
    ]


def test_only_plain_shares_enter_the_rate_book_and_suffixes_find_them() -> None:
    rows = edition([*CLOTHS, ("6501", 0, "Hat forms", ""), ("6501.00.60.00", 1, "Other", "96¢/doz. + 1.4%")])
    typed, _ = type_rates(rows)
    duties = book_duties(rows, typed, ["US"], SECOND, None, "USITC", SECOND, "secondary")
    assert list(duties["key"]) == ["US:6307.10.10.00", "US:6307.10.20", "US:6307.20.00.00"]
    book = RateBook.from_frame(duties)
    assert str(book.read_longest("duty", "US", "6307.10.20.27", SECOND).value) == "0.053"
    with pytest.raises(MissingRate):
        book.read_longest("duty", "US", "6501.00.60.00", SECOND)


def test_a_plain_share_above_a_compound_line_stays_out_of_the_rate_book() -> None:
    rows = edition([("6501", 0, "Hat forms", "2%"), ("6501.00.60", 1, "Other", "96¢/doz. + 1.4%")])
    typed, _ = type_rates(rows)
    assert book_duties(rows, typed, ["US"], SECOND, None, "USITC", SECOND, "secondary").empty


def test_rows_without_a_column_are_refused_by_its_name() -> None:
    rows = pd.DataFrame([("6307", 0, "Other made up articles:", "", "")]).set_axis(
        ["number", "indent", "description", "general_rate", "units"], axis=1
    )
    with pytest.raises(MissingColumns, match="The table schedule rows lacks the columns line"):
        build_schedule(rows)
    with pytest.raises(MissingColumns, match="The table tariff lines lacks the columns rate_text, line"):
        type_rates(rows)
    with pytest.raises(MissingColumns, match="The table schedule lacks the columns digits, headings"):
        book_duties(rows, {}, ["US"], FIRST, None, "generated", FIRST, "generated")
