from __future__ import annotations

import copy
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import python_calamine

from config.language import LANGUAGES
from config.seller import Language, Seller
from tasks.morning_report import (
    SHOWN_DECISIONS,
    SHOWN_LINES,
    render_morning_report,
    state_headline,
    summarise,
    view_report,
    write_front_page,
)
from tasks.rendering import say_note
from tasks.report_words import FLIPS
from tasks.workbook import write_workbook

DIGEST = "3f9c1e" * 10 + "abcd"
SAMPLE = Path(__file__).parents[1] / "data" / "sample_proposal.json"

VOID = {"meta", "br", "line", "rect", "path", "link", "img", "hr", "input"}
OPTIONAL_END = {"tr", "td", "th", "p", "dt", "dd", "li", "tbody", "thead"}


@pytest.fixture(scope="module")
def sample() -> dict[str, Any]:
    body: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    return body


@pytest.fixture
def body(sample: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(sample)


@pytest.fixture(scope="module")
def quarantine() -> pd.DataFrame:
    rows = [("order_lines", "orders-2024.txt", line, "quantity", "1O2", "a whole number") for line in range(30)]
    rows.insert(0, ("products", "products.xlsx", 7, "weight_kg", "<b>heavy</b>", "a decimal number"))
    return pd.DataFrame(rows, columns=["feed", "file", "line", "column", "value", "expected"])


class _Page(HTMLParser):
    """Collects what a test asks about: tags, addresses, anchors, text, and tags that never end."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.targets: list[str] = []
        self.places: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.targets.append(str(value))
            elif name == "id":
                self.places.append(str(value))
        if tag not in VOID | OPTIONAL_END:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID | OPTIONAL_END:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text.append(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_alone_and_every_link_leads_somewhere(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller, language: Language
) -> None:
    markup = render_morning_report(body, DIGEST, "", quarantine, seller, language)
    page = _Page(markup)

    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not re.search(r"https?:|@import|url\(|<[^>]+ on[a-z]+=", markup)
    assert page.targets and all(target.startswith("#") for target in page.targets)
    assert {target[1:] for target in page.targets} <= set(page.places)
    assert len(page.places) == len(set(page.places))
    assert page.open == []
    assert not re.search("[\U0001f300-\U0001faff]", markup)


def test_the_same_proposal_gives_the_same_bytes(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller
) -> None:
    pages = {render_morning_report(body, DIGEST, "", quarantine, seller, "zh_CN") for _ in range(2)}
    books = {write_workbook(body, DIGEST, quarantine, seller, "zh_CN") for _ in range(2)}

    assert len(pages) == len(books) == 1


def test_the_front_page_answers_the_five_questions_in_order(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller
) -> None:
    text = " ".join(" ".join(_Page(render_morning_report(body, DIGEST, "", quarantine, seller, "en")).text).split())
    places = [text.index(question) for question in ("Decide", "Money", "Risk", "By when", "Why this quantity")]

    assert places == sorted(places)
    assert "14 5 orders · 9 shipments" in text
    assert "CNY 230,295" in text
    assert "CA Wed 19 Nov 96 h old stale → keeps the earlier plan" in text
    assert "Generated data : all tables" in text or "Generated data: all tables" in text


def test_most_money_comes_first_and_what_is_due_first_is_never_folded(
    body: dict[str, Any], quarantine: pd.DataFrame
) -> None:
    body["decisions"] = [
        copy.deepcopy(body["decisions"][0])
        | {"id": f"order:{number}", "deadline": "2025-11-28", "money_minor": 900 - number}
        for number in range(20)
    ]
    body["decisions"][15]["deadline"] = body["as_of"]

    view = view_report(body, quarantine, None)

    assert [decision["number"] for decision in view["shown"]] == [*range(1, SHOWN_DECISIONS + 1), 16]
    assert len(view["shown"]) + len(view["folded"]) == 20


def test_every_step_of_every_line_is_on_the_page(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller
) -> None:
    body["decisions"][0]["lines"] *= 20
    lines = sum(len(decision["lines"]) for decision in body["decisions"])
    assert len(body["decisions"][0]["lines"]) > SHOWN_LINES

    markup = render_morning_report(body, DIGEST, "", quarantine, seller, "en")

    assert markup.count("<details class=line") == lines
    assert markup.count("<td>Model<td>") == lines


def test_a_supplier_named_like_markup_is_shown_as_text(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller
) -> None:
    body["decisions"][0]["supplier_name"] = "<script>alert(1)</script> & Co"

    markup = render_morning_report(body, DIGEST, "", quarantine, seller, "en")

    assert "<script>" not in markup
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in markup
    assert "&lt;b&gt;heavy&lt;/b&gt;" in markup


def test_real_data_carries_no_generated_label(body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller) -> None:
    body["generated"] = []

    assert "Generated data" not in render_morning_report(body, DIGEST, "", quarantine, seller, "en")


def test_a_what_if_says_so_and_shows_the_difference_in_money(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller
) -> None:
    body |= {"journey": "what-if", "what_if": {"demand_change_percent": "10"}}
    before = {
        "orders_minor_before": body["money"]["orders_minor"] - 1_000_00,
        "shipments_minor_before": body["money"]["shipments_minor"] + 250_00,
    }

    for write in (render_morning_report, write_front_page):
        text = write(body, DIGEST, "", quarantine, seller, "en", before).replace("\xa0", " ")  # type: ignore[arg-type]
        assert "demand +10 %" in text
        assert "+CNY 1,000" in text
        assert "−CNY 250" in text
        assert "+CNY 750" in text


def test_rows_that_do_not_add_up_are_named(body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller) -> None:
    assert "rows off" not in render_morning_report(body, DIGEST, "", quarantine, seller, "en")
    body["import"][0]["kept"] -= 3

    assert "3 rows off" in render_morning_report(body, DIGEST, "", quarantine, seller, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_night_still_gives_a_page(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller, language: Language
) -> None:
    for part in ("decisions", "waits", "alarms", "cash", "cover", "last_orders", "missing_facts", "feeds", "import"):
        body[part] = []
    body["set_aside"] = []
    body["allocation"] |= {"ranked": []}
    body["hub"] = {"losing_skus": [], "losing_countries": [], "rows": 0}
    body["money"] |= {
        "cost_share_percent": "",
        "cost_share_before_percent": "",
        "cash_low_week": "",
        "hub_saving_percent": "",
    }

    _Page(render_morning_report(body, DIGEST, "", quarantine.head(0), seller, language))
    assert write_front_page(body, DIGEST, "", quarantine.head(0), seller, language)
    assert write_workbook(body, DIGEST, quarantine.head(0), seller, language)
    assert state_headline(body, language)


def test_cover_without_a_forecast_is_said_in_words(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller
) -> None:
    body["cover"].append(
        {"country": "EU-X", "weeks_p10": "", "weeks_p50": "", "weeks_p90": "", "next_arrival": "", "units": 4}
    )

    view = view_report(body, quarantine, None)

    assert view["cover"]["bars"][-1]["country"] == "EU-X"
    assert "no demand forecast" in render_morning_report(body, DIGEST, "", quarantine, seller, "en")


def test_bars_of_cover_lie_in_order_inside_the_chart(body: dict[str, Any], quarantine: pd.DataFrame) -> None:
    body["cover"][0]["weeks_p90"] = "400"
    chart = view_report(body, quarantine, None)["cover"]

    for bar in chart["bars"]:
        assert chart["left"] <= bar["x10"] <= bar["x50"] <= bar["x90"] <= chart["right_edge"]
    assert [bar["country"] for bar in chart["bars"] if bar["beyond"]] == [body["cover"][0]["country"]]


def test_the_headline_names_decisions_money_deadline_and_alarms(body: dict[str, Any]) -> None:
    figures = summarise(body)

    assert state_headline(body, "en").replace("\xa0", " ") == (
        "14 decisions, CNY 230,295, earliest deadline Mon 24 Nov; alarms: 3 red, 9 amber"
    )
    assert figures["money_minor"] == body["money"]["orders_minor"] + body["money"]["shipments_minor"]


def test_every_kind_of_flip_has_its_sentence(body: dict[str, Any]) -> None:
    assert {line["flip"]["kind"] for d in body["decisions"] for line in d["lines"]} <= set(FLIPS)


def test_the_workbook_holds_the_proposals_rows_as_numbers(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller
) -> None:
    content = write_workbook(body, DIGEST, quarantine, seller, "zh_CN")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}

    assert list(sheets) == ["决策", "决策行", "推算过程", "隔离行", "现金", "可售周数"]
    assert all("海纳家纺" in rows[0][0] and "模拟数据" in rows[0][0] for rows in sheets.values())
    assert len(sheets["决策"]) == 2 + len(body["decisions"])
    assert len(sheets["隔离行"]) == 2 + len(quarantine)
    heads = sheets["决策"][1]
    assert sheets["决策"][2][heads.index("金额 (CNY)")] == body["decisions"][0]["money_minor"] / 100


def test_the_markdown_front_page_is_short_and_a_name_breaks_no_line_of_it(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller
) -> None:
    body["decisions"][0]["supplier_name"] = "A | B"
    page = write_front_page(body, DIGEST, "", quarantine, seller, "zh_CN")
    rows = [line for line in page.splitlines() if line.startswith("- **")]

    assert len(page) < 4_000
    assert [int(row.split("**")[1].split(" · ")[0]) for row in rows] == [
        decision["number"] for decision in view_report(body, quarantine, None)["shown"]
    ]
    assert r"A \| B" in rows[0]


def test_a_gap_is_never_shown_smaller_than_it_is(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller
) -> None:
    shown = []
    for value in (100_000_000, 99_999_999, 99_988_800, 64_000_000, 0):
        body["allocation"] |= {"value_minor": value, "bound_minor": 100_000_000}
        page = render_morning_report(body, DIGEST, "", quarantine, seller, "en")
        shown.append(
            "best plan" if "proved that none is worth more" in page else page.split("within ")[1].split("<")[0]
        )

    assert shown == ["best plan", "0.01 %", "0.02 %", "36 %", "100 %"]


def test_our_words_in_a_note_are_translated_and_its_source_is_quoted() -> None:
    assert say_note("7.7 % · Official Journal · 2021-01-01 · secondary", "zh_CN").endswith("2021-01-01 · 二手来源")
    assert say_note("available 102 + receiving 0", "zh_CN") == "可用 102 + 入库上架中 0"
    assert "Official Journal" in say_note("7.7 % · Official Journal · 2021-01-01 · secondary", "zh_CN")
    assert say_note("12 + 3 d", "en") == "12 + 3 d"


def test_a_very_long_night_keeps_every_step_but_leaves_notes_to_the_workbook(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.morning_report.FULL_STEPS", 100)
    body["decisions"][0]["lines"] *= 20
    lines = sum(len(decision["lines"]) for decision in body["decisions"])

    markup = render_morning_report(body, DIGEST, "", quarantine, seller, "en")

    assert markup.count("<td>Model<td>") + markup.count("Model <b>") == lines
    assert markup.count("<table class=steps>") == lines - len(body["decisions"][0]["lines"]) + SHOWN_LINES
    assert "stand in the workbook" in markup


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_proposal_from_before_the_cash_path_opens_as_page_and_as_workbook(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller, language: Language
) -> None:
    for key in (
        "regret",
        "last_ships",
        "levels",
        "cliffs",
        "order_changes",
        "cash_cuts",
        "air",
        "short_before_arrival",
    ):
        body.pop(key, None)
    body["cash"] = [
        {name: row[name] for name in ("week", "deposits_minor", "balances_minor", "shipments_minor", "balance_minor")}
        for row in body["cash"]
    ]
    page = _Page(render_morning_report(body, DIGEST, "", quarantine, seller, language))
    assert "cash" in page.places
    assert not {"regret", "sailings", "levels", "fees", "changes", "air", "short"} & set(page.places)
    write_workbook(body, DIGEST, quarantine, seller, language)


def test_the_workbooks_cash_is_what_comes_in_less_what_goes_out(
    body: dict[str, Any], quarantine: pd.DataFrame, seller: Seller
) -> None:
    week = {
        "week": "2025-11-24", "opening_minor": 90_000_00, "in_minor": 10_000_00, "deposits_minor": 5_000_00,
        "balances_minor": 1_000_00, "shipments_minor": 2_000_00, "payments_minor": 12_000_00,
        "balance_minor": 80_000_00, "floor_minor": 30_000_00, "room_minor": 50_000_00, "binds": False,
    }  # fmt: skip
    content = write_workbook(body | {"cash": [week]}, DIGEST, quarantine, seller, "en")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    _, heads, row = book.get_sheet_by_name("Cash").to_python()
    amounts = {str(head).partition(" [")[0].partition(",")[0]: value for head, value in zip(heads, row, strict=True)}
    assert list(amounts.values())[1:] == [90_000, 10_000, 5_000, 1_000, 2_000, 12_000, 80_000, 30_000, 50_000]
