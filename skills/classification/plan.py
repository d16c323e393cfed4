"""Ranked six-digit candidates for each product, how sure the first one is, and what to ask where it is not.

UnusableDescriptions       products without words to classify them by, or listed twice
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skills.classification.book import HeadingBook
from skills.classification.calibration import Calibration, measure_evidence
from skills.classification.policy import ClassificationPolicy
from skills.classification.questions import ask
from skills.classification.score import Scores, score_description
from skills.classification.words import split_negated, split_words
from skills.vocabulary import Refusal, check_columns, mark, name_rows

FACTS = ("description", "description_zh", "material", "form", "use")
"""Columns of products that are read, in this order; only the first that is there must be."""
SURE, ASK = mark("sure"), mark("ask")


class UnusableDescriptions(Refusal):
    """Products that cannot be classified as they are listed."""


def rank_headings(
    products: pd.DataFrame, book: HeadingBook, calibration: Calibration, policy: ClassificationPolicy
) -> pd.DataFrame:
    """Rank the subheadings that each product may belong to.

    Args:
        products: One row per product: product, and any of description, description_zh, material, form, use (free
            words, English or Chinese).
        book: The nomenclature and the tables of trade and slot words.
        calibration: From evidence to confidence.
        policy: The threshold and how many candidates are shown.
    Returns:
        One row per (product, rank), rank from 1; one without a code where nothing fits. Of the candidate: code (six
        digits), text (heading › subheading), trade_words and text_words that led there, facts_for and facts_against
        (words of the description, as the table of slot words writes them), score and its parts trade_score,
        text_score, facts_score [points], national_line and national_text (the line below that shares most words: a
        pointer, no ranking; empty where the book has none).
        Of the product: evidence [points], confidence_percent that the first code is right [%], answer (`sure` or
        `ask`), question and also_ask (marked sentences, empty when sure), question_first and question_second (what
        fills their places).
    Raises:
        MissingColumns: products have no names.
        UnusableDescriptions: names the products without any words, or listed twice.
    """
    check_columns("products", products.columns, ("product",))
    columns = [name for name in FACTS if name in products.columns]
    described = products[columns].fillna("").astype("str") if columns else pd.DataFrame(index=products.index)
    texts = described.apply(lambda row: ", ".join(part.strip() for part in row if part.strip()), axis=1)
    _check(products, texts)
    rows = [
        row
        for product, text in zip(products["product"], texts, strict=True)
        for row in _rank(str(product), text, book, calibration, policy)
    ]
    return pd.DataFrame(rows).astype({"rank": "int64", "confidence_percent": "int64"})


def _rank(
    product: str, text: str, book: HeadingBook, calibration: Calibration, policy: ClassificationPolicy
) -> list[dict[str, Any]]:
    scores = score_description(text, book)
    order = [int(at) for at in np.lexsort((np.arange(len(scores.total)), -scores.total))[: policy.candidates]]
    evidence = measure_evidence(scores, order[0], order[1], book)
    confidence = calibration.read_percent(evidence)
    sure = confidence >= policy.sure_percent
    question, also, other = ("", "", order[1]) if sure else ask(scores, order, book)
    shown = [at for at in order if scores.total[at] > 0]
    if not shown:
        return [_name_nothing(product, evidence, confidence, question)]
    return [
        {
            "product": product,
            "rank": rank,
            "code": book.codes[at],
            "text": book.texts[at],
            **_describe(at, scores, book),
            **_point_to_line(at, text, scores, book),
            "evidence": evidence,
            "confidence_percent": confidence,
            "answer": SURE if sure else ASK,
            "question": question,
            "also_ask": also,
            "question_first": book.own_texts[order[0]],
            "question_second": book.own_texts[other],
        }
        for rank, at in enumerate(shown, 1)
    ]


def _name_nothing(product: str, evidence: float, confidence: int, question: str) -> dict[str, Any]:
    words = dict.fromkeys(("code", "text", "trade_words", "text_words", "facts_for", "facts_against"), "")
    points = dict.fromkeys(("score", "trade_score", "text_score", "facts_score"), 0.0)
    lines = dict.fromkeys(("national_line", "national_text"), "")
    places = dict.fromkeys(("also_ask", "question_first", "question_second"), "")
    told = {"evidence": evidence, "confidence_percent": confidence, "answer": ASK, "question": question}
    return {"product": product, "rank": 1, **words, **points, **lines, **told, **places}


def _describe(at: int, scores: Scores, book: HeadingBook) -> dict[str, Any]:
    told = [
        (value, words)
        for value in book.slot_values
        if (words := scores.slots.get(value.slot, {}).get(value.value)) is not None
    ]
    asked = {value.slot for value in book.slot_values if value.claimed[at]}
    agreed = {value.slot for value, _ in told if value.claimed[at]}
    agrees = [words for value, words in told if value.claimed[at]]
    against = [
        words for value, words in told if value.slot not in agreed and (value.excluded[at] or value.slot in asked)
    ]
    total = float(scores.total[at])
    trade, text = round(float(scores.trade[at]), 3), round(float(scores.text[at]), 3)
    return {
        "trade_words": ", ".join(
            dict.fromkeys(item.phrase for item in scores.trade_found if at in book.trade_codes[item.row])
        ),
        "text_words": ", ".join(sorted(word for word, places in scores.hits.items() if at in places)),
        "facts_for": ", ".join(dict.fromkeys(agrees)),
        "facts_against": ", ".join(dict.fromkeys(against)),
        "score": round(total, 3),
        "trade_score": trade,
        "text_score": text,
        "facts_score": round(total - trade - text, 3),
    }


def _point_to_line(at: int, text: str, scores: Scores, book: HeadingBook) -> dict[str, str]:
    said = set(split_words(text)) | {value for values in scores.slots.values() for value in values}
    said |= {word for item in scores.trade_found[:1] for word in book.trade_words[item.row]}
    said |= {part for word in said for part in word.split("-")}
    best, most = ("", ""), -np.inf
    for line in book.lines.get(book.codes[at], []):
        words = set(split_words(split_negated(line[1])[0]))
        shared = 10 * len(words & said) - len(words - said)
        if shared > most:
            best, most = line, shared
    return {"national_line": best[0], "national_text": best[1]}


def _check(products: pd.DataFrame, texts: pd.Series) -> None:
    twice = products.loc[products["product"].duplicated(), "product"]
    empty = products.loc[(texts == "").to_numpy() if len(products) else [], "product"]
    for rows, what in ((empty, mark("without any words")), (twice, mark("listed twice"))):
        if len(rows):
            raise UnusableDescriptions(
                mark(
                    "Products {what}: {rows}. Expected one row per product with a description, its material or its "
                    "use, in English or Chinese. Complete the products file and classify again."
                ),
                what=what,
                rows=name_rows(rows),
            )
    if products.empty:
        raise UnusableDescriptions(
            mark("There is no product to classify. Expected at least one row with a description.")
        )
