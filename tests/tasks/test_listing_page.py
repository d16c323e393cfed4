"""The pages of listings: everything of the proposal is there, in both languages, on paper, desk and telephone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from config.language import LANGUAGES, translator
from config.seller import InputFiles, Language, Seller
from tasks.listing_country import view_country
from tasks.listing_page import publish_listings, render_listings, say_headline, tabulate_stands
from tasks.listing_photos import read_thumbnails
from tasks.listing_sheet import view_sheet
from tasks.listing_views import group_rules, list_reasons, view_front
from tasks.listing_words import STANDS, show_stand
from tests.browser import BROWSER, QUIET
from tests.tasks.listing_body import LONG, SKUS, write_body, write_empty_body

GENERATED = {"en": "Generated data", "zh_CN": "模拟数据"}


@pytest.fixture(autouse=True)
def _home(home: Path) -> None:
    """Pages are named after where a report of this home lies."""


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


@pytest.fixture
def pages(seller: Seller, language: Language) -> dict[str, str]:
    return render_listings(write_body(), seller, language)


def test_there_is_a_front_page_a_page_per_country_and_a_contact_sheet(pages: dict[str, str]) -> None:
    assert set(pages) == {".html", ".DE.html", ".US.html", ".pictures.html"}
    for page in pages.values():
        for address in re.findall(r'(?:href|src)="([^"#]+)', page):
            assert address.startswith("data:") or address.removeprefix("launch_listing-ab12ab12ab12") in pages
        assert "<script" not in page and "http" not in _without_style(page)


def test_what_a_seller_wrote_never_becomes_markup(pages: dict[str, str]) -> None:
    text = "".join(pages.values())
    assert "<script>alert" not in text and "&lt;script&gt;" in text
    assert "<too>" not in text and "<b>Handtuch" not in text


def test_generated_data_is_said_on_every_page(pages: dict[str, str], language: Language) -> None:
    assert all(GENERATED[language] in page for page in pages.values())


def test_nothing_unknown_is_printed_as_a_programs_word(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert not re.search(r"\b(None|nan|NaT|Undefined)\b|\{\w+\}", _without_style(page))


@pytest.mark.parametrize("name", STANDS)
def test_a_stand_has_a_sign_and_a_word_in_both_languages(name: str) -> None:
    english, chinese = (show_stand(name, language) for language in ("en", "zh_CN"))
    assert english["sign"] == chinese["sign"] != ""
    assert english["word"] and chinese["word"] and english["word"] != chinese["word"]
    assert english["said"] != chinese["said"]
    assert [stand.sign for stand in STANDS.values()].count(english["sign"]) == 1


def test_the_matrix_leads_from_every_cell_to_its_listing(pages: dict[str, str], language: Language) -> None:
    for sku in SKUS.values():
        for country in ("DE", "US"):
            assert f'href="launch_listing-ab12ab12ab12.{country}.html#{sku}"' in pages[".html"]
            assert f'id="{sku}"' in pages[f".{country}.html"]
    for stand in STANDS:
        assert show_stand(stand, language)["word"] in pages[".html"]


def test_foreign_texts_say_their_language(pages: dict[str, str], language: Language) -> None:
    assert f'<html lang="{language.replace("_", "-")}">' in pages[".DE.html"]
    assert 'lang="de-DE"' in pages[".DE.html"] and 'lang="en"' in pages[".DE.html"]


def test_a_converted_number_stands_beside_what_it_was_and_words_left_untranslated_are_marked(
    pages: dict[str, str],
) -> None:
    assert "60 °C → 140 °F" in pages[".US.html"] and "60 °C → 140 °F" not in pages[".DE.html"]
    assert "<mark>lint free</mark>" in pages[".DE.html"] and "<mark>" not in pages[".US.html"]
    assert "190 / 200" in pages[".DE.html"]


def test_every_listing_is_held_by_a_reason_that_says_what_mends_it(language: Language) -> None:
    reasons = list_reasons(write_body().body, language)
    assert {reason["stand"]["name"] for reason in reasons} == set(STANDS) - {"proposed", "unchanged"}
    assert all(reason["what"] and reason["remedy"] for reason in reasons)
    assert [reason["listings"] for reason in reasons] == sorted((r["listings"] for r in reasons), reverse=True)
    alone = {reason["stand"]["name"]: reason["alone"] for reason in reasons}
    assert alone["missing evidence"] == 2


def test_a_reason_beside_another_frees_no_listing_alone() -> None:
    body = write_body().body
    for row in body["listings"]:
        if row["stand"] == "no price":
            row["held_by"] = ["no price", "missing evidence"]
    (reason,) = [one for one in list_reasons(body, "en") if one["stand"]["name"] == "no price"]
    assert (reason["listings"], reason["alone"]) == (2, 0)


def test_a_rule_of_two_countries_is_told_once_with_both() -> None:
    rules = group_rules(write_body().body["checks"], "en")
    (azo,) = [rule for rule in rules if rule["asked"] == "What azo asks for."]
    assert azo["countries"] == ["DE", "US"] and azo["listings"] == 2
    assert rules[0]["answer"] == "block"


def test_rules_that_nobody_read_are_called_unverified(pages: dict[str, str], language: Language) -> None:
    for name in (".html", ".DE.html"):
        assert translator(language)("unverified") in pages[name]


def test_rules_and_remedies_are_in_the_readers_language(pages: dict[str, str], language: Language) -> None:
    chinese = language == "zh_CN"
    assert ("解决 azo" in pages[".html"]) == chinese and ("Mend azo" in pages[".html"]) != chinese


def test_the_headline_counts_what_the_page_shows() -> None:
    body = write_body().body
    said = say_headline(body, view_front(body, "en"), "en")
    assert said == (
        "2 listings to put live in 2 countries, to decide by Mon 8 Dec; 14 are held back, 2 are live as they stand."
    )
    assert [row["SKU"] for row in tabulate_stands(body, "en")] == list(SKUS.values())


def test_the_front_names_the_stand_that_holds_most_listings(language: Language) -> None:
    body = write_body().body
    most = view_front(body, language)["most_held"]
    held = [row["stand"] for row in body["listings"] if row["stand"] not in ("proposed", "unchanged")]
    assert most["count"] == held.count(most["name"]) == max(map(held.count, held))
    assert view_front(write_empty_body().body, language)["most_held"] is None


def test_a_listing_to_put_live_carries_the_number_that_leaves_it_out() -> None:
    lines = {row["sku"]: row["line"] for row in view_country(write_body().body, "US", {}, "en")["listings"]}
    assert lines[SKUS["proposed"]] == "2.1" and lines[SKUS["block"]] == ""


def test_a_seller_without_records_is_told_what_to_fill_in(seller: Seller, language: Language) -> None:
    pages = render_listings(write_empty_body(), seller, language)
    assert set(pages) == {".html", ".pictures.html"}
    assert "listing_records" in pages[".html"] and GENERATED[language] not in pages[".html"]


def test_photos_are_small_and_within_the_page_and_one_that_is_gone_is_a_crossed_field(
    seller: Seller, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    names = [f"{sku}.jpg" for sku in SKUS.values()]
    Image.new("RGB", (1600, 1200), "white").save(photos / names[0])
    Image.new("LA", (900, 900)).save(photos / names[1], "PNG")
    (photos / names[2]).write_bytes(b"no picture")
    owner = seller.model_copy(update={"inputs": {"photos": InputFiles(files=f"{photos}/*.*")}})

    small = read_thumbnails(owner, names)

    assert set(small) == set(names[:2])
    assert all(address.startswith("data:image/jpeg;base64,") and len(address) < 4_000 for address in small.values())
    body = write_body().body
    sheet = view_sheet(body, small, "en")
    assert sheet["field_mm"] == 43 and sheet["gone"] == 2
    page = render_listings(write_body(), owner, "en")[".pictures.html"]
    assert page.count("<img") == 2 and page.count('class=gone role="img"') == 2


def test_a_photo_says_where_it_fails_in_words_and_by_its_frame(pages: dict[str, str], language: Language) -> None:
    for state in ("fails", "warns", "unknown", "passes"):
        assert f'class="frame {state}"' in pages[".pictures.html"]
    assert "<b>DE</b>" in pages[".pictures.html"]
    told = view_sheet(write_body().body, {}, language)["told"]
    assert [place["state"] for place in told] == ["fails", "warns", "unknown"]


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.filterwarnings("ignore:Logger .prefect.task_runs. attempted:UserWarning")
def test_the_files_lie_beside_each_other_under_the_front_pages_name(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect import flow

    @flow
    def launch() -> Path:
        return publish_listings(write_body(), seller, "en")

    front = launch()
    names = {file.name.removeprefix("launch_listing-ab12ab12ab12") for file in front.parent.iterdir()}
    assert names == {".html", ".DE.html", ".US.html", ".pictures.html"}


@pytest.fixture(scope="module")
def screen() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=QUIET)
        yield browser.new_page()
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 768, 420])
def test_nothing_is_wider_than_the_screen(screen: Any, pages: dict[str, str], tmp_path: Path, width: int) -> None:
    assert LONG in pages[".DE.html"]
    screen.set_viewport_size({"width": width, "height": 900})
    for suffix, page in pages.items():
        (tmp_path / f"page{suffix}").write_text(page, encoding="utf-8")
        screen.goto((tmp_path / f"page{suffix}").as_uri())
        spill = screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert spill <= 0, f"{suffix}: {spill} pixels wider than a screen of {width}"


def _without_style(page: str) -> str:
    return re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
