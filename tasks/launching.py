"""What a launch is for: which products, in which countries, with what the seller's tables say about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from typing import Any

import numpy as np
import pandas as pd

from config.seller import Seller, resolve_files
from skills.compliance.rules import RuleBook
from skills.images.pictures import Picture
from skills.listing.issues import ReadBack
from skills.listing.translate import Engine
from skills.listing.translate_glossary import GlossaryEngine
from skills.vocabulary import Refusal, mark, name_rows
from tasks.chosen import list_chosen
from tasks.files.listing_tables import PHOTOS
from tasks.images import read_pictures
from tasks.nights import BadParameter, Night
from tasks.product_records import join_records, read_rule_book, read_schemas
from tasks.store.snapshots import Snapshot

JOURNEY = "launch_listing"
ENGINES = "farsail.engines"
"""Entry points of installed translation engines; each names a class that is called without arguments."""

Body = dict[str, Any]

NO_RECORDS = mark("No product record is there: fill the table listing_records, one row per SKU (docs/inputs.md).")
NO_ANSWER = mark(
    "No product record answers {number}: write one into listing_records, with {number} in the column opportunity."
)
UNCHOSEN = mark(
    "Not launched, for the opportunity that their record names was chosen by nobody: {skus}. Correct the column "
    "opportunity in listing_records, or empty it."
)
NO_MARKETPLACE = mark(
    "Prices are stated for {countries}, which the table of marketplaces lacks: nothing is listed there. Add the rows "
    "to skills/listing/assets/markets.csv, with text rules and compliance rules, or take the prices out."
)
NO_PRICES = mark("No country has a price: fill the table listing_prices, one row per SKU and country.")


class UnknownEngine(Refusal):
    """The seller's file names a translation engine that is not installed."""


@dataclass(frozen=True)
class Launch:
    """What is to be listed where.

    Attributes:
        records: One row per sku, as the skills take it (`join_records`).
        countries: Where, sorted.
        markets: The rows of `listing_markets` of these countries.
        pairs: (sku, country) that are asked for: a chosen opportunity's product goes to its countries alone.
        chosen: What the seller chose so far, each with `skus`: the records that answer it.
        lacks: Why nothing can be listed: (sentence, values).
        schemas: By product type, as `check_listing` takes them.
        book: The compliance rules.
    """

    records: pd.DataFrame
    countries: list[str]
    markets: pd.DataFrame
    pairs: frozenset[tuple[str, str]]
    chosen: list[Body]
    lacks: list[tuple[str, Body]]
    schemas: dict[str, dict[str, Any]]
    book: RuleBook

    @property
    def brands(self) -> list[str]:
        """Every brand of the records, once."""
        return sorted({str(name) for name in self.records["brand"] if str(name).strip()})

    @property
    def languages(self) -> list[str]:
        """What buyers there read."""
        return sorted({str(tag).partition("_")[0] for tag in self.markets["language_tag"]})


def choose_products(known: Snapshot, night: Night, skus: str, countries: str, opportunity: str) -> Launch:
    """The products and countries of a run, as its form asks.

    Args:
        known: The frozen inputs.
        night: For whom.
        skus: SKUs with blanks or commas between; empty takes every product record.
        countries: The same with countries; empty takes the seller's marketplaces that some product has a price in.
        opportunity: A chosen opportunity, by its concept or the number of its paper; its records alone are taken.

    Raises:
        BadParameter: names what is not known, and what is.
    """
    records = join_records(known)
    taken = list_chosen(night.seller.id, night.as_of)
    answered = [{**row, "skus": _find_answers(records, row)} for row in taken]
    if opportunity:
        asked = _find_opportunity(answered, opportunity)
        records = records[records["sku"].isin(asked["skus"])]
    wanted = _split(skus.upper())
    unknown = [sku for sku in wanted if sku not in set(records["sku"])]
    if unknown:
        raise BadParameter(
            mark("skus names {unknown}, which no product record has. Known: {known}. Nothing was run."),
            unknown=name_rows(unknown),
            known=name_rows(records["sku"]) or "–",
        )
    records = records[records["sku"].isin(wanted)] if wanted else records
    listed = _choose_countries(known, night.seller, _split(countries.upper()))
    unchosen = _find_unchosen(records, answered)
    home = {sku: set(row["countries"]) for row in answered for sku in row["skus"]} | {sku: set() for sku in unchosen}
    pairs = frozenset(
        (sku, country) for sku in records["sku"] for country in listed if country in home.get(sku, {country})
    )
    lacks: list[tuple[str, Body]] = []
    if records.empty:
        lacks.append((NO_ANSWER, {"number": opportunity}) if opportunity else (NO_RECORDS, {}))
    lacks += [] if listed else [(NO_PRICES, {})]
    lacks += [(UNCHOSEN, {"skus": name_rows(unchosen)})] if unchosen else []
    unlisted = sorted(set(known.listing_prices["country"]) - set(known.listing_markets["country"]))
    lacks += [(NO_MARKETPLACE, {"countries": name_rows(unlisted)})] if unlisted else []
    markets = known.listing_markets[known.listing_markets["country"].isin(listed)].reset_index(drop=True)
    records = records.reset_index(drop=True)
    return Launch(
        records, listed, markets, pairs, answered, lacks, read_schemas(known), read_rule_book(known)
    )  # fmt: skip


def keep_asked(frame: pd.DataFrame, launch: Launch) -> pd.DataFrame:
    """The rows of the (sku, country) pairs that are asked for."""
    asked = np.array([pair in launch.pairs for pair in zip(frame["sku"], frame["country"], strict=True)], dtype=bool)
    return frame[asked].reset_index(drop=True)


def keep_issues(back: ReadBack, known: Snapshot, launch: Launch) -> ReadBack:
    """With the issues of what is asked for, and those of no product record: whose they are somebody must look.

    All are read back before: what a newer report does not name any more is told by the issues of every product.
    """
    recorded = set(known.listing_records["sku"])
    pairs = zip(back.issues["sku"], back.issues["country"], strict=True)
    kept = np.array([pair in launch.pairs or pair[0] not in recorded for pair in pairs], dtype=bool)
    return replace(back, issues=back.issues[kept].reset_index(drop=True))


def open_engine(name: str) -> Engine:
    """The translation engine of that name: the embedded `glossary`, or one that an installed package offers.

    Raises:
        UnknownEngine: lists those that exist.
    """
    if name == "glossary":
        return GlossaryEngine()
    found = {entry.name: entry for entry in entry_points(group=ENGINES)}
    if name not in found:
        raise UnknownEngine(
            mark(
                "There is no translation engine {name!r}. Installed: {known}. Correct policy.listing.engine, or "
                "install the package that offers it."
            ),
            name=name,
            known=", ".join(["glossary", *sorted(found)]),
        )
    engine: Engine = found[name].load()()
    return engine


def open_pictures(seller: Seller, launch: Launch) -> Iterator[Picture]:
    """The photos of the launch's products, one by one; one that is not there says so.

    None of a seller whose file names no photos: then a listing needs the address of its main picture.
    """
    if PHOTOS not in seller.inputs:
        return
    files = {path.name: path for path in resolve_files(seller.inputs[PHOTOS].files)}
    yield from read_pictures(files, dict(zip(launch.records["sku"], launch.records["images"], strict=True)))


def _choose_countries(known: Snapshot, seller: Seller, asked: list[str]) -> list[str]:
    possible = sorted(known.listing_markets["country"])
    unknown = [country for country in asked if country not in possible]
    if unknown:
        raise BadParameter(
            mark(
                "countries names {unknown}, and the table of marketplaces (skills/listing/assets/markets.csv) has no "
                "row for it; it has {known}. Add the row, with text rules and compliance rules for the country, or "
                "take it out. Nothing was run."
            ),
            unknown=name_rows(unknown),
            known=name_rows(possible),
        )
    if asked:
        return sorted(set(asked))
    priced = set(known.listing_prices["country"])
    return sorted(priced.intersection(possible, seller.marketplaces or priced))


def _find_answers(records: pd.DataFrame, row: Body) -> list[str]:
    names = {row["concept"], row["number"]}
    return sorted(records.loc[records["opportunity"].isin(names), "sku"])


def _find_unchosen(records: pd.DataFrame, answered: list[Body]) -> list[str]:
    """Records that name an opportunity which nobody chose."""
    skus = {sku for row in answered for sku in row["skus"]}
    return sorted(set(records.loc[records["opportunity"] != "", "sku"]) - skus)


def _find_opportunity(chosen: list[Body], name: str) -> Body:
    found = [row for row in chosen if name.strip() in (row["concept"], row["number"])]
    if found:
        return found[0]
    raise BadParameter(
        mark("opportunity is {name!r}, which nobody chose. Chosen so far: {known}. Nothing was run."),
        name=name,
        known=name_rows(row["number"] for row in chosen) or "–",
    )


def _split(text: str) -> list[str]:
    return text.replace(",", " ").replace("，", " ").split()
