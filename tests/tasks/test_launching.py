"""What a launch is for: products, countries and opportunities as the form names them; unknown names are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import desk
import launch_world
import pytest
from PIL import Image

from config.seller import Seller
from skills.listing.translate_glossary import GlossaryEngine
from tasks.chosen import list_chosen
from tasks.images import NOT_THERE
from tasks.launching import (
    NO_ANSWER,
    NO_PRICES,
    NO_RECORDS,
    UNCHOSEN,
    Launch,
    UnknownEngine,
    choose_products,
    keep_asked,
    open_engine,
    open_pictures,
)
from tasks.nights import BadParameter
from tasks.store.niches import JOURNEY as NICHES

Write = Callable[..., Seller]
TWO = [{"sku": "TT-1"}, {"sku": "TT-2"}]


@pytest.fixture
def write(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the seller's files; its own file lies beside them."""
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path / "sellers"))

    def write(records: list[dict[str, Any]] = TWO, **changes: Any) -> Seller:
        return launch_world.write_files(tmp_path / "files", records, **changes)

    return write


def choose(seller: Seller, skus: str = "", countries: str = "", opportunity: str = "") -> Launch:
    known, _ = launch_world.freeze(seller)
    return choose_products(known, launch_world.night_of(seller), skus, countries, opportunity)


def pairs(launch: Launch) -> list[tuple[str, str]]:
    return sorted(launch.pairs)


def approve_opportunity(*countries: str) -> str:
    """Number of the paper of an opportunity that was put before the seller and approved."""
    chosen = desk.choice(desk.opportunity_line(countries=countries))
    desk.say(desk.propose(chosen, journey=NICHES), "chen")
    (row,) = list_chosen("haina", desk.MORNING)
    return str(row["number"])


def test_an_empty_form_takes_every_record_in_every_country_that_has_a_price(write: Write) -> None:
    launch = choose(write())
    assert pairs(launch) == [("TT-1", "DE"), ("TT-1", "US"), ("TT-2", "DE"), ("TT-2", "US")]
    assert (launch.countries, launch.languages, launch.brands) == (["DE", "US"], ["de", "en"], ["Haina Home"])
    assert (launch.lacks, list(launch.schemas)) == ([], ["TOWEL"])


def test_the_form_takes_small_letters_commas_and_repeated_names(write: Write) -> None:
    assert pairs(choose(write(), skus="tt-1，tt-1", countries="de, DE")) == [("TT-1", "DE")]


def test_an_unknown_sku_is_refused_by_name_with_those_there_are(write: Write) -> None:
    with pytest.raises(BadParameter) as refused:
        choose(write(), skus="TT-1 TT-9")
    assert str(refused.value) == ("skus names TT-9, which no product record has. Known: TT-1, TT-2. Nothing was run.")


def test_a_country_without_a_marketplace_row_is_refused_by_name_with_those_there_are(write: Write) -> None:
    with pytest.raises(BadParameter) as refused:
        choose(write(), countries="DE ZZ")
    said = str(refused.value)
    assert "countries names ZZ" in said and "DE" in said.partition("it has")[2] and "Add the row" in said


def test_a_country_may_be_asked_for_before_anything_has_a_price_there(write: Write) -> None:
    assert pairs(choose(write(), skus="TT-1", countries="GB")) == [("TT-1", "GB")]


def test_an_opportunity_that_nobody_chose_is_refused_by_name(write: Write) -> None:
    with pytest.raises(BadParameter, match=r"opportunity is 'OC-9', which nobody chose\. Chosen so far: –\."):
        choose(write(), opportunity="OC-9")


def test_an_unknown_opportunity_is_refused_with_the_numbers_of_those_that_were_chosen(write: Write) -> None:
    seller = write()
    number = approve_opportunity("DE")
    with pytest.raises(BadParameter, match=f"Chosen so far: {number}"):
        choose(seller, opportunity="OC-9")


@pytest.mark.parametrize("by", ["number", "concept"])
def test_a_chosen_opportunitys_product_goes_to_its_countries_alone(write: Write, by: str) -> None:
    write()
    number = approve_opportunity("DE")
    name = {"number": number, "concept": "n-cellulose"}[by]
    seller = write([{"sku": "TT-1", "opportunity": name}, {"sku": "TT-2"}])
    assert pairs(choose(seller)) == [("TT-1", "DE"), ("TT-2", "DE"), ("TT-2", "US")]
    launch = choose(seller, opportunity=name)
    assert pairs(launch) == [("TT-1", "DE")]
    assert [(row["number"], row["skus"]) for row in launch.chosen] == [(number, ["TT-1"])]


def test_a_launch_of_one_opportunity_refuses_a_sku_that_does_not_answer_it(write: Write) -> None:
    write()
    number = approve_opportunity("DE")
    seller = write([{"sku": "TT-1", "opportunity": number}, {"sku": "TT-2"}])
    with pytest.raises(BadParameter, match=r"skus names TT-2.*Known: TT-1"):
        choose(seller, skus="TT-2", opportunity=number)


def test_a_record_that_names_what_nobody_chose_is_not_launched_and_told(write: Write) -> None:
    launch = choose(write([{"sku": "TT-1", "opportunity": "OC-9"}, {"sku": "TT-2"}]))
    assert pairs(launch) == [("TT-2", "DE"), ("TT-2", "US")]
    assert launch.lacks == [(UNCHOSEN, {"skus": "TT-1"})]


def test_an_opportunity_without_a_record_is_told_with_what_to_write(write: Write) -> None:
    write()
    number = approve_opportunity("DE")
    launch = choose(write([{"sku": "TT-2"}]), opportunity=number)
    assert launch.lacks[0] == (NO_ANSWER, {"number": number})


def test_only_the_rows_that_are_asked_for_are_kept(write: Write) -> None:
    write()
    number = approve_opportunity("DE")
    launch = choose(write([{"sku": "TT-1", "opportunity": number}, {"sku": "TT-2"}]))
    frame = launch.records[["sku"]].merge(launch.markets[["country"]], how="cross")
    kept = keep_asked(frame, launch)
    assert sorted(kept.itertuples(index=False, name=None)) == pairs(launch)
    assert list(kept.index) == list(range(len(kept)))
    assert keep_asked(frame.iloc[:0], launch).empty


def test_a_seller_without_records_or_prices_is_told_which_table_to_fill(write: Write, tmp_path: Path) -> None:
    seller = write()
    for name in ("records", "attributes", "prices"):
        (tmp_path / "files" / f"listing_{name}.csv").unlink()
    launch = choose(seller)
    assert [sentence for sentence, _ in launch.lacks] == [NO_RECORDS, NO_PRICES]


def test_the_embedded_glossary_is_an_engine_and_an_unknown_one_is_refused_with_those_there_are() -> None:
    assert isinstance(open_engine("glossary"), GlossaryEngine)
    with pytest.raises(UnknownEngine) as refused:
        open_engine("babel")
    assert "no translation engine 'babel'" in str(refused.value)
    assert "Installed: glossary" in str(refused.value)


def test_a_photo_that_is_not_there_says_so_and_the_others_are_opened(write: Write, tmp_path: Path) -> None:
    seller = write([{"sku": "TT-1", "images": "a.png;gone.png"}, {"sku": "TT-2"}])
    (tmp_path / "files" / "photos").mkdir()
    Image.new("RGB", (40, 40), "white").save(tmp_path / "files" / "photos" / "a.png")
    here, gone = open_pictures(seller, choose(seller))
    assert (here.sku, here.slot, here.problem) == ("TT-1", "MAIN", None)
    assert (gone.slot, gone.pixels, gone.problem) == ("PT01", None, (NOT_THERE, {"file": "gone.png"}))


def test_photos_that_no_folder_has_each_say_so(write: Write) -> None:
    seller = write([{"sku": "TT-1", "images": "a.png;b.png"}, {"sku": "TT-2", "images": "c.png"}])
    told = [(one.sku, one.slot, one.problem) for one in open_pictures(seller, choose(seller))]
    assert told == [
        (sku, slot, (NOT_THERE, {"file": file}))
        for sku, slot, file in (("TT-1", "MAIN", "a.png"), ("TT-1", "PT01", "b.png"), ("TT-2", "MAIN", "c.png"))
    ]


def test_photos_are_found_in_every_folder_that_the_sellers_file_names(write: Write, tmp_path: Path) -> None:
    seller = write([{"sku": "TT-1", "images": "a.png;b.png;../c.png"}], photos="photos/*/*.png")
    for name in ("photos/a/a", "photos/b/b", "photos/c"):
        path = tmp_path / "files" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 40), "white").save(path)
    first, second, outside = open_pictures(seller, choose(seller))
    assert (first.problem, second.problem) == (None, None)
    assert outside.problem == (NOT_THERE, {"file": "../c.png"})


def test_a_seller_whose_file_names_no_photos_has_none_looked_for(write: Write) -> None:
    seller = write([{"sku": "TT-1", "images": "a.png"}], photos="")
    assert list(open_pictures(seller, choose(seller))) == []
