"""What a product must meet before it may be sold, whose name it must not use, and what its market is exposed to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd

from skills.sourcing.facts import Note, UnusableRules, is_known
from skills.sourcing.policy import SourcingPolicy
from skills.vocabulary import check_columns, mark, name_rows

RULE_COLUMNS = (
    "rule", "language", "words", "country", "requirement", "level", "effective_from", "effective_to", "source",
    "retrieved_on", "confidence",
)  # fmt: skip
RISKS = {"candidate": "str", "country": "str", "risk_level": "int64", "risks": "object"}
ALL = "*"

MUST_MEET = mark('{rule} ("{word}"): {requirement} applies in {country}. Source: {source} ({confidence}, {day}).')
WILL_MEET = mark(
    '{rule} ("{word}"): {requirement} applies in {country} from {first_day}. Source: {source} ({confidence}, {day}).'
)
BRAND_IN_TITLE = mark("The title holds {brand}, a brand with {percent} % of the clicks in {country}. Do not use it.")
BRAND_IN_TERMS = mark(
    'Buyers ask for the brand {brand} ("{term}"; {percent} % of the clicks in {country}): that demand is not yours.'
)
MAYBE_BRAND = mark('"{brand}" stands in the words and is also a small brand in {country}. Have the name checked.')
SEASONAL = mark("The strongest month sells {ratio} times the mean one: what arrives late waits a year.")
CONCENTRATED = mark("Three brands take {percent} % of the clicks.")
SEASON_UNKNOWN = mark("The season is not known: less than a year of weeks.")
BRANDS_UNKNOWN = mark("How far a few brands lead is not known.")
NO_RULES = mark("No rule for {country} is in the table of risks: nothing was checked there.")

RULE_NAMES = {
    "food_contact": mark("Touches food"),
    "children": mark("For children"),
    "battery": mark("Holds a battery"),
    "electrical": mark("Plugs into the mains"),
    "radio": mark("Sends or receives radio"),
    "cosmetics": mark("Cosmetic"),
    "medical": mark("Claims to heal"),
    "biocide": mark("Claims to kill germs or pests"),
    "textile": mark("Textile"),
    "cotton": mark("Cotton"),
    "candle": mark("Burns"),
    "food": mark("Food or supplement"),
    "weapon": mark("Blade or weapon"),
}
"""Rules that ship with the project, as a reader's language has them; another rule is named as its table names it."""

SOURCE_NAMES = {"trade knowledge": mark("Trade knowledge: the rule is named, its text was not read")}
"""Sources that are no document, and what a reader calls them."""

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_TOKEN = re.compile(r"[^\W_]+")

Risk = tuple[int, str, Note]


class _Brand(NamedTuple):
    name: str
    share: float
    words: int


def check_risks(
    candidates: pd.DataFrame,
    brands: pd.DataFrame,
    risk_words: pd.DataFrame,
    as_of: date,
    policy: SourcingPolicy | None = None,
) -> pd.DataFrame:
    """Look for risks in a candidate's words and market. It says what to ask for; it clears nothing.

    Words are compared in lower case and without accents; a word ends where letters and digits end, or anywhere if it
    is written with `*` behind it. Chinese and Japanese words are found anywhere in the text.

    Args:
        candidates: One row per (candidate, country): terms (";" between), title. Optional: material (is read as
            words), season_ratio (strongest month ÷ mean month), brand_share_top3 [0…1]; NaN where unknown.
        brands: One row per (country, brand): click_share [0…1]; without the seller's own brands.
        risk_words: One row per (rule, language, country): words (";" between), requirement, level [1…3], country
            (several with blanks between; `*` for all), effective_from, effective_to (ISO, the latter may be ""),
            source, retrieved_on, confidence.
        as_of: Rules in force then, or beginning within the policy's look_ahead_days.
        policy: Bars of season, brands; the defaults if None.
    Returns:
        One row per (candidate, country), sorted: risk_level [0…3, the highest found], risks (list of (sentence,
        values), heaviest first; what is not known comes last and raises nothing).
    Raises:
        MissingColumns: of a table.
        UnusableRules: a level outside 1 to 3, or a rule without words.
    """
    policy = policy or SourcingPolicy()
    check_columns("candidates", candidates.columns, ("candidate", "country", "terms", "title"))
    check_columns("brands", brands.columns, ("country", "brand", "click_share"))
    rules = _read_rules(risk_words, as_of, policy)
    by_country = {str(name): _read_brands(part) for name, part in brands.groupby("country", sort=True)}
    rows = []
    for row in candidates.to_dict("records"):
        country = str(row["country"])
        found: list[Risk] = [
            *_find_rules(row, country, rules, as_of),
            *_find_brands(row, country, by_country.get(country, {}), policy),
            *_find_exposure(row, policy),
        ]
        found.sort(key=lambda risk: (-risk[0], risk[1]))
        level = max((risk[0] for risk in found), default=0)
        rows.append((str(row["candidate"]), country, level, [note for _, _, note in found]))
    frame = pd.DataFrame(rows, columns=list(RISKS)).astype(RISKS)
    return frame.sort_values(["candidate", "country"], ignore_index=True)


def _read_rules(risk_words: pd.DataFrame, as_of: date, policy: SourcingPolicy) -> list[dict[str, Any]]:
    check_columns("risk_words", risk_words.columns, RULE_COLUMNS)
    levels = pd.to_numeric(risk_words["level"], errors="coerce")
    wrong = ~levels.isin([1, 2, 3]) | ~risk_words["words"].map(_has_words)
    if wrong.any():
        named = risk_words.loc[wrong, ["rule", "country", "level"]]
        raise UnusableRules(
            mark("Unusable rows of the risk words: {rows}. Expected words, and a level of 1, 2 or 3. Correct them."),
            rows=name_rows(" · ".join(map(str, row)) for row in named.itertuples(index=False)),
        )
    today, ahead = as_of.isoformat(), (as_of + timedelta(days=policy.look_ahead_days)).isoformat()
    holds = (risk_words["effective_from"] <= ahead) & (
        (risk_words["effective_to"] == "") | (risk_words["effective_to"] >= today)
    )
    kept = risk_words[holds].assign(level=levels[holds].astype("int64"))
    rules = [{str(name): value for name, value in row.items()} for row in kept.to_dict("records")]
    for rule in rules:
        words = [word.strip() for word in str(rule["words"]).split(";") if word.strip()]
        rule["patterns"] = [(word.removesuffix("*"), _compile(word)) for word in sorted(words)]
        rule["countries"] = str(rule["country"]).split()
    return sorted(rules, key=lambda rule: (rule["rule"], rule["requirement"], rule["language"], rule["words"]))


def _has_words(words: str) -> bool:
    listed = [word for word in words.split(";") if word.strip()]
    return bool(listed) and all(_TOKEN.search(word) for word in listed)


def _find_rules(row: dict[Any, Any], country: str, rules: list[dict[str, Any]], as_of: date) -> Iterator[Risk]:
    """Each requirement once, by the first word that calls for it."""
    text = _fold(f"{row['title']} ; {row['terms']} ; {row.get('material', '')}")
    mine = [rule for rule in rules if country in rule["countries"] or ALL in rule["countries"]]
    if not mine:
        yield 0, "~rules", (NO_RULES, {"country": country})
    said = set()
    for rule in mine:
        key = (rule["rule"], rule["requirement"])
        word = next((word for word, pattern in rule["patterns"] if pattern.search(text)), None)
        if word is None or key in said:
            continue
        said.add(key)
        name = str(rule["rule"])
        values = {"rule": RULE_NAMES.get(name, name), "word": word, "country": country}
        values |= {place: str(rule[place]) for place in ("requirement", "confidence")}
        values |= {"source": SOURCE_NAMES.get(str(rule["source"]), str(rule["source"]))}
        values |= {"day": str(rule["retrieved_on"]), "first_day": str(rule["effective_from"])}
        coming = str(rule["effective_from"]) > as_of.isoformat()
        yield int(rule["level"]), f"rule {key}", (WILL_MEET if coming else MUST_MEET, values)


def _read_brands(brands: pd.DataFrame) -> dict[str, list[_Brand]]:
    """By their first word; those in Chinese or Japanese signs under ""."""
    found: dict[str, list[_Brand]] = {}
    for name, share in sorted(zip(brands["brand"].astype(str), brands["click_share"].astype(float), strict=True)):
        folded = _fold(name.strip())
        tokens = _TOKEN.findall(folded)
        cjk = _CJK.search(folded) is not None
        letters = "".join(tokens)
        if len(letters) >= (2 if cjk else 3) and not letters.isdecimal():
            found.setdefault("" if cjk else tokens[0], []).append(_Brand(name.strip(), share, len(tokens)))
    return found


def _find_brands(
    row: dict[Any, Any], country: str, brands: dict[str, list[_Brand]], policy: SourcingPolicy
) -> Iterator[Risk]:
    title = _fold(str(row["title"]))
    terms = [(term.strip(), _fold(term)) for term in str(row["terms"]).split(";") if term.strip()]
    present = {""}.union(_TOKEN.findall(title), *(_TOKEN.findall(folded) for _, folded in terms))
    for brand in (brand for token in sorted(present) for brand in brands.get(token, [])):
        pattern = _compile(brand.name)
        asked = next((term for term, folded in terms if pattern.search(folded)), None)
        named = pattern.search(title) is not None
        if not named and asked is None:
            continue
        values = {"brand": brand.name, "country": country, "percent": f"{brand.share * 100:.1f}"}
        if brand.words == 1 and not brand.share >= policy.brand_click_share:
            yield 1, f"brand {brand.name}", (MAYBE_BRAND, {"brand": brand.name, "country": country})
        elif named:
            yield 3, f"brand {brand.name}", (BRAND_IN_TITLE, values)
        else:
            yield 2, f"brand {brand.name}", (BRAND_IN_TERMS, values | {"term": asked})


def _find_exposure(row: dict[Any, Any], policy: SourcingPolicy) -> Iterator[Risk]:
    if "season_ratio" in row:
        ratio = row["season_ratio"]
        level = sum(ratio >= bar for bar in policy.season_bars) if is_known(ratio) else 0
        if level:
            yield level, "season", (SEASONAL, {"ratio": f"{ratio:.1f}"})
        elif not is_known(ratio):
            yield 0, "~season", (SEASON_UNKNOWN, {})
    if "brand_share_top3" in row:
        share = row["brand_share_top3"]
        level = sum(share >= bar for bar in policy.concentration_bars) if is_known(share) else 0
        if level:
            yield level, "brands", (CONCENTRATED, {"percent": f"{share * 100:.0f}"})
        elif not is_known(share):
            yield 0, "~brands", (BRANDS_UNKNOWN, {})


def _fold(text: str) -> str:
    """Lower case, one way of writing each sign, Latin letters without accents."""
    signs = unicodedata.normalize("NFKC", text).casefold()
    bases = (unicodedata.normalize("NFD", sign)[0] for sign in signs)
    return "".join(base if base.isascii() else sign for sign, base in zip(signs, bases, strict=True))


def _compile(word: str) -> re.Pattern[str]:
    """Whole words in order, with blanks and signs but no `;` between them; `*` at the end leaves the last open."""
    folded = _fold(word)
    if _CJK.search(folded):
        return re.compile(re.escape(folded.removesuffix("*")))
    tokens = [re.escape(token) for token in _TOKEN.findall(folded)]
    end = "" if folded.endswith("*") else r"(?![^\W_])"
    return re.compile(r"(?<![^\W_])" + r"(?:[^\w;]|_)+".join(tokens) + end)
