"""The two customs decisions as their journeys see them: entered, and shown on the run's page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from prefect import get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.language import format_money, say, translator
from config.seller import Seller, read_seller
from config.settings import read_settings
from skills.classification import rank_headings
from skills.classification.policy import ClassificationPolicy
from skills.vocabulary import Refusal, mark
from tasks.approvals.standing import find_day
from tasks.choices import ValueChoice, enter_code, enter_value, refuse_unlisted
from tasks.files.exports import read_products
from tasks.files.nomenclature import read_calibration, read_heading_book
from tasks.files.reference import read_value_rules
from tasks.nights import choose_language
from tasks.rate_import import find_tariff_table, read_editions
from tasks.simulated.prepare import prepare_exports
from tasks.store.anchors import keep_head
from tasks.store.ledger import Event

NOMENCLATURE = "customs_tariffs/harmonized_system.csv.gz"
"""In the folder of public data sets."""


class NoNomenclature(Refusal):
    """Nothing to rank a product by."""


@task(name="customs · choose value", cache_policy=NO_CACHE)
def choose_value(seller_id: str, choice: ValueChoice, approver: str, code: str) -> str:
    """Enter the choice of a customs value, and say its row of the ledger."""
    seller = read_seller(seller_id)
    event = enter_value(seller, choice, _read_products(seller)["sku"], read_value_rules(), approver, code)
    money = format_money(event.facts["amount_minor"], event.facts["currency"], choose_language(seller, ""))
    sentence = mark("Row {seq} of the ledger: {sku} into {country} is valued at {money} a unit, {method}, {basis}.")
    return _conclude(seller, event, sentence, money=money)


@task(name="customs · choose code", cache_policy=NO_CACHE)
def choose_code(
    seller_id: str, sku: str, country: str, hs_code: str, evidence: str, broker: str, approver: str, code: str
) -> str:
    """Rank the headings, enter the choice beside them, and show both."""
    seller = read_seller(seller_id)
    products = _read_products(seller)
    refuse_unlisted(sku, products["sku"])
    own = products[products["sku"] == sku].rename(columns={"sku": "product", "title": "description"})
    book = read_heading_book(_find_nomenclature())
    candidates = rank_headings(own[["product", "description"]], book, read_calibration(), ClassificationPolicy())
    table = find_tariff_table(country)
    editions = read_editions(table) if table else {}
    event = enter_code(seller, sku, country, hs_code, candidates, editions, evidence, broker, approver, code)
    t = translator(choose_language(seller, ""))
    names = {"rank": mark("Rank"), "code": mark("HS code"), "text": mark("Headings"), "confidence_percent": mark("%")}
    create_table_artifact(
        key="hs-candidates",
        table=[{t(names[name]): row[name] for name in names} for row in event.facts["shown"]],
        description=t(mark("What was shown when the code was chosen")),
    )
    sentence = mark("Row {seq} of the ledger: {sku} into {country} is {hs_code}.")
    return _conclude(seller, event, sentence)


def _find_nomenclature() -> Path:
    path = read_settings().data / NOMENCLATURE
    if not path.exists():
        raise NoNomenclature(
            mark(
                "The nomenclature that candidates are ranked by is not at {path}. Put the public data sets there or "
                "set FARSAIL_DATA (docs/run.md)."
            ),
            path=path,
        )
    return path


def _read_products(seller: Seller) -> pd.DataFrame:
    prepare_exports(seller)
    return read_products(seller, find_day(seller))


def _conclude(seller: Seller, event: Event, sentence: str, **values: object) -> str:
    language = choose_language(seller, "")
    problem = keep_head(language)
    if problem:
        get_run_logger().warning("%s", problem)
    said = say(sentence, {**event.facts, **values, "seq": event.seq}, language)
    get_run_logger().info("%s", said)
    return said
