"""What a night finds of live listings: the demo's six events, with drafts; nothing where nothing is known."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from config.language import LANGUAGES, say, translator
from config.seller import Seller, read_seller
from tasks.files.exports import read_exports
from tasks.files.listing_tables import LISTING_OFFERS, LISTING_SNAPSHOTS, OWN_LISTINGS, WATCHED_TABLES
from tasks.morning_report import render_morning_report, write_front_page
from tasks.nights import Night
from tasks.report_listings import SHOWN_EVENTS, SHOWN_URGENT, view_listings
from tasks.simulated.demo_watch import BELOW_FLOOR, CHANGED, DAYS, DEAD, HIJACKED, STRANGER, SUPPRESSED
from tasks.simulated.prepare import prepare_exports
from tasks.store.canonical import canonical_bytes
from tasks.store.snapshots import Snapshot
from tasks.watching import watch
from tasks.workbook import write_workbook
from tests.browser import BROWSER, QUIET

pytestmark = [
    pytest.mark.long,
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore:Logger .prefect.task_runs. attempted:UserWarning"),  # no flow around the tasks
]

Body = dict[str, Any]
Tables = dict[str, pd.DataFrame]

MORNING = date(2025, 11, 24)
SAMPLE = Path(__file__).parents[1] / "data" / "sample_proposal.json"
NOTHING = {"events": [], "complaints": [], "watched": 0, "countries": {}}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Seller, Tables]:
    """The demo seller, and the three tables as a night reads them."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FARSAIL_HOME", str(tmp_path_factory.mktemp("home")))
        seller = read_seller("demo")
        prepare_exports(seller)
        exports = read_exports(seller, MORNING)
    return seller, {table.name: exports.tables[table.name] for table in WATCHED_TABLES}


def look(seller: Seller, tables: Tables, as_of: date = MORNING) -> Body:
    night = Night(number=1, seller=seller, as_of=as_of, journey="nightly", what_if={})
    return watch(Snapshot("5nap", seller.id, as_of, tables), night)


@pytest.fixture(scope="module")
def found(demo: tuple[Seller, Tables], prefect_server: None) -> Body:
    return look(*demo)


def one(found: Body, kind: str) -> Body:
    (event,) = [event for event in found["events"] if event["kind"] == kind]
    return event  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("kind", "place", "severity", "since"),
    [
        ("dead_listing", DEAD, "urgent", DAYS[2]),
        ("suppressed_listing", SUPPRESSED, "urgent", DAYS[2]),
        ("changed_content", CHANGED, "soon", DAYS[2]),
        ("hijacked_offer", HIJACKED, "urgent", DAYS[1]),
        ("own_price_below_floor", BELOW_FLOOR, "soon", DAYS[2]),
        ("look_alike_brand", ("", "US"), "soon", DAYS[0]),
    ],
)
def test_the_demos_six_events_are_found_where_they_were_planted_and_since_when(
    found: Body, kind: str, place: tuple[str, str], severity: str, since: str
) -> None:
    event = one(found, kind)
    assert ((event["sku"], event["country"]), event["severity"], event["since"]) == (place, severity, since)


def test_nothing_else_happened_but_that_two_of_them_lost_the_buy_box(found: Body) -> None:
    boxes = [(event["sku"], event["country"]) for event in found["events"] if event["kind"] == "lost_buy_box"]
    assert sorted(boxes) == sorted([DEAD, HIJACKED])
    assert len(found["events"]) == 8


def test_urgent_events_come_first_and_the_block_holds_what_a_proposal_may_hold(found: Body) -> None:
    assert [event["severity"] for event in found["events"]] == ["urgent"] * 3 + ["soon"] * 5
    assert (found["watched"], found["countries"]) == (120, {"DE": 24, "FR": 24, "GB": 24, "JP": 24, "US": 24})
    assert json.loads(canonical_bytes(found)) == found


def test_a_complaint_is_drafted_where_there_is_a_ground_and_says_what_is_missing(found: Body) -> None:
    drafts = {draft["event"]: draft for draft in found["complaints"]}
    assert sorted(draft["ground"] for draft in drafts.values()) == [
        "counterfeit", "listing", "listing", "tampering", "trademark",
    ]  # fmt: skip
    hijacked = drafts[one(found, "hijacked_offer")["event"]]
    missing = [say(sentence, values, "en") for sentence, values in hijacked["missing"]]
    assert missing[0].startswith("A test purchase from the seller")
    assert missing[1] == "The registration number of the trademark in GB."
    assert [(proof["number"], proof["seen_on"]) for proof in hijacked["evidence"]] == [
        (1, DAYS[0]), (2, DAYS[2]), (3, DAYS[1]),
    ]  # fmt: skip
    assert f"{STRANGER} offers" in say(*hijacked["sentences"][0], "en")
    assert drafts[one(found, "dead_listing")["event"]]["missing"] == []
    assert one(found, "own_price_below_floor")["event"] not in drafts


def test_what_was_seen_on_the_morning_itself_is_not_known_yet(demo: tuple[Seller, Tables]) -> None:
    kinds = {event["kind"] for event in look(*demo, as_of=date(2025, 11, 23))["events"]}
    assert kinds == {"hijacked_offer", "look_alike_brand"}


def test_a_seller_without_live_listings_has_an_empty_watch(demo: tuple[Seller, Tables]) -> None:
    seller, tables = demo
    assert look(seller, {}) == NOTHING
    assert look(seller, {**tables, OWN_LISTINGS.name: OWN_LISTINGS.empty()}) == NOTHING


@pytest.mark.parametrize("gone", [(LISTING_SNAPSHOTS, LISTING_OFFERS), (LISTING_SNAPSHOTS,)])
def test_listings_that_nobody_has_seen_yet_are_said_to_be_unwatched(
    demo: tuple[Seller, Tables], gone: tuple[Any, ...]
) -> None:
    seller, tables = demo
    empty = look(seller, {**tables, **{table.name: table.empty() for table in gone}})
    absent = look(seller, {name: frame for name, frame in tables.items() if name not in {t.name for t in gone}})
    assert empty == absent
    assert {(event["kind"], event["asin"]) for event in empty["events"]} == {("not_watched", "")}
    assert [event["country"] for event in empty["events"]] == ["DE", "FR", "GB", "JP", "US"]
    assert empty["complaints"] == []


def test_snapshots_without_offers_still_tell_what_became_of_the_listings(demo: tuple[Seller, Tables]) -> None:
    seller, tables = demo
    kinds = [event["kind"] for event in look(seller, {**tables, "listing_offers": LISTING_OFFERS.empty()})["events"]]
    assert sorted({*kinds}) == [
        "changed_content", "dead_listing", "look_alike_brand", "lost_buy_box", "suppressed_listing",
    ]  # fmt: skip


def test_a_seller_that_was_authorised_and_a_floor_that_is_unknown_raise_no_alarm(
    demo: tuple[Seller, Tables],
) -> None:
    seller, tables = demo
    own = tables["own_listings"].assign(authorised=f"A7OTHER; {STRANGER}", floor_minor=float("nan"))
    events = look(seller, {**tables, "own_listings": own})["events"]
    assert {"hijacked_offer", "own_price_below_floor"}.isdisjoint(event["kind"] for event in events)
    boxes = {event["country"]: event["severity"] for event in events if event["kind"] == "lost_buy_box"}
    assert boxes == {"DE": "soon", "GB": "notice"}


@pytest.mark.parametrize(
    ("bullets", "images", "changed"),
    [
        ("Absorbent |  Soft ", "a;b", []),
        ("Absorbent | Soft | Waffle weave", "a;b", ["bullets"]),
        ("Soft | Absorbent", "a;b", ["bullets"]),
        ("Absorbent | Soft", "b;a", ["images"]),
        ("Absorbent | Soft", "a", ["images"]),
    ],
)
def test_bullets_and_pictures_are_compared_one_by_one(
    demo: tuple[Seller, Tables], bullets: str, images: str, changed: list[str]
) -> None:
    seller, tables = demo
    row = {"country": "DE", "asin": "B1", "title": "Tücher", "brand": "Haina Home", "status": "live", "buy_box": ""}
    days = [{**row, "seen_on": pd.Timestamp(day), "bullets": text, "images": shown}
            for day, text, shown in ((DAYS[0], "Absorbent | Soft", "a;b"), (DAYS[2], bullets, images))]  # fmt: skip
    own = tables["own_listings"].iloc[[0]].assign(country="DE", asin="B1")
    events = look(seller, {"own_listings": own, "listing_snapshots": pd.DataFrame(days)})["events"]
    assert [event["field"] for event in events] == changed


def test_the_front_page_names_what_is_urgent_and_the_fold_holds_the_drafts(
    demo: tuple[Seller, Tables], found: Body, quarantine: pd.DataFrame
) -> None:
    body = json.loads(SAMPLE.read_text(encoding="utf-8")) | {"listings": found}
    page = render_morning_report(body, "a" * 64, "", quarantine, demo[0], "en")
    front, _, behind = page.partition('<section class="behind">')
    assert "Live listings: 3 urgent" in front
    assert "<b>DE HN-DC101</b> listing dead, since Sun 23 Nov" in front
    assert "HN-TL303</b> own price" not in front
    assert behind.count("Draft of a complaint") == 5
    assert "Haina Home Soft Cotton Hand Towels, Set of 4 with Lavender Scent" in behind
    assert "A test purchase from the seller" in behind
    written = write_front_page(body, "a" * 64, "", quarantine, demo[0], "en")
    assert "**Live listings** DE HN-DC101 listing dead (since Sun 23 Nov); FR HN-TW201" in written


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_of_a_seller_without_live_listings_says_nothing_of_them(
    demo: tuple[Seller, Tables], quarantine: pd.DataFrame, language: Any
) -> None:
    body = json.loads(SAMPLE.read_text(encoding="utf-8"))
    before = render_morning_report(body, "a" * 64, "", quarantine, demo[0], language)
    assert render_morning_report(body | {"listings": NOTHING}, "a" * 64, "", quarantine, demo[0], language) == before
    assert 'id="listings"' not in before


def test_a_quiet_watch_is_told_in_the_fold_alone(
    demo: tuple[Seller, Tables], found: Body, quarantine: pd.DataFrame
) -> None:
    body = json.loads(SAMPLE.read_text(encoding="utf-8")) | {"listings": found | {"events": [], "complaints": []}}
    page = render_morning_report(body, "a" * 64, "", quarantine, demo[0], "en")
    assert "Nothing happened to a live listing." in page
    assert "120 listings are watched" in page
    assert 'href="#listings"' not in page
    assert "Live listings" not in write_front_page(body, "a" * 64, "", quarantine, demo[0], "en")


def test_a_draft_is_told_in_the_readers_language_and_kept_in_the_one_that_it_is_sent_in(
    demo: tuple[Seller, Tables], found: Body, quarantine: pd.DataFrame
) -> None:
    body = json.loads(SAMPLE.read_text(encoding="utf-8")) | {"listings": found}
    page = render_morning_report(body, "a" * 64, "", quarantine, demo[0], "zh_CN")
    asin = one(found, "dead_listing")["asin"]
    assert f'<p class=soft lang="en">The listing {asin} in DE is not offered to buyers' in page
    assert say(found["complaints"][0]["sentences"][1][0], {}, "zh_CN") in page


def test_beyond_what_a_page_shows_events_are_counted_by_kind(found: Body) -> None:
    many = [one(found, "dead_listing") | {"event": f"e{at}"} for at in range(SHOWN_EVENTS + 3)]
    view = view_listings(found | {"events": many})
    assert view is not None
    assert (len(view["urgent"]), view["urgent_count"]) == (SHOWN_URGENT, SHOWN_EVENTS + 3)
    assert (len(view["events"]), view["more"]) == (SHOWN_EVENTS, [("listing dead", 3)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_holds_every_event_with_its_draft_and_no_sheet_where_nothing_is_watched(
    demo: tuple[Seller, Tables], found: Body, quarantine: pd.DataFrame, language: Any
) -> None:
    t = translator(language)
    body = json.loads(SAMPLE.read_text(encoding="utf-8"))
    plain = write_workbook(body | {"listings": NOTHING}, "a" * 64, quarantine, demo[0], language)
    assert plain == write_workbook(body, "a" * 64, quarantine, demo[0], language)
    written = write_workbook(body | {"listings": found}, "a" * 64, quarantine, demo[0], language)
    book = CalamineWorkbook.from_filelike(io.BytesIO(written))
    _, head, *rows = book.get_sheet_by_name(t("Live listings")).to_python()
    told = {row[2] + row[1]: dict(zip(head, row, strict=True)) for row in rows if row[4] == t("listing dead")}
    assert len(rows) == 8
    dead = told["HN-DC101DE"]
    assert (dead[t("Before")], dead[t("Now")]) == (t("live"), t("dead"))
    assert str(dead[t("Draft of a complaint")]).startswith("The listing ")
    assert sum(bool(row[-1]) for row in rows) == 3  # what two of the drafts have is whole


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 768, 420])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fold_of_live_listings_is_no_wider_than_the_screen(
    demo: tuple[Seller, Tables],
    found: Body,
    quarantine: pd.DataFrame,
    screen: Any,
    tmp_path: Path,
    width: int,
    language: Any,
) -> None:
    body = json.loads(SAMPLE.read_text(encoding="utf-8")) | {"listings": found}
    path = tmp_path / "report.html"
    path.write_text(render_morning_report(body, "a" * 64, "", quarantine, demo[0], language), encoding="utf-8")
    screen.set_viewport_size({"width": width, "height": 900})
    screen.goto(path.as_uri())
    screen.evaluate("document.querySelectorAll('#listings, #listings details').forEach(one => one.open = true)")
    assert screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.fixture(scope="module")
def screen() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=QUIET)
        yield browser.new_page()
        browser.close()


@pytest.fixture(scope="module")
def quarantine() -> pd.DataFrame:
    return pd.DataFrame(columns=["feed", "file", "line", "column", "value", "expected"])
