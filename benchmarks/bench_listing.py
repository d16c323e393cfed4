"""Listings against their product type's schema: which keywords are covered, how fast, beside plain jsonschema.

Data: a schema of 89 attributes and 10,000 SKUs × 5 countries made by rule (listing_world.py), one listing in twenty
spoiled. CPU-seconds are those of this process in `check_listing` alone, documents to problems, compiling included.
The peer collects every error of every listing (iter_errors), its validators made beforehand, on a share of the same
listings that takes it about a minute; ours takes the same, and both find the same listings wrong. The peer knows
neither Amazon's vocabulary nor formats, which these listings keep to. Out of scope: real product types' schemas (not
published), reading listings from files.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from figures import record_figure
from jsonschema import Draft201909Validator
from listing_world import MARKETS, find_covered, make_listings, make_schema

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from skills.listing import check_listing  # noqa: E402
from skills.listing.keywords import KEYWORDS  # noqa: E402
from skills.listing.policy import ListingPolicy  # noqa: E402

FIGURES = (
    "listing.keywords_covered_percent",
    "listing.validate_cpu_seconds_50k",
    "listing.ratio_vs_jsonschema",
)
PRODUCTS, SEED, REPEATS = 10_000, 20261130, 3
PEER_PRODUCTS = 3_000
SPOILED_EVERY = 20
CHUNK = 1_000
CASES = ROOT / "skills" / "listing" / "examples" / "keywords.json"


def main() -> int:
    """Measure every figure of this group."""
    measure_keywords()
    schemas = {f"KITCHEN_TOWEL/{country}": make_schema(country) for country in MARKETS}
    seconds, peer_seconds, ours_on_share = [0.0] * REPEATS, 0.0, 0.0
    validators = {name: Draft201909Validator(schema) for name, schema in schemas.items()}
    for start in range(0, PRODUCTS, CHUNK):
        listings = spoil(make_listings(CHUNK, SEED + start))
        share = PEER_PRODUCTS * len(listings) // PRODUCTS
        for at in range(REPEATS):
            began = time.process_time()
            problems = check_listing(schemas, listings, ListingPolicy())
            seconds[at] += time.process_time() - began
        part = listings.iloc[:: len(listings) // share].iloc[:share]
        began = time.process_time()
        check_listing(schemas, part, ListingPolicy())
        ours_on_share += time.process_time() - began
        peer_wrong, spent = run_peer(validators, part)
        peer_seconds += spent
        told = problems[problems["severity"] == "error"]
        ours_wrong = set(zip(told["sku"], told["country"], strict=True))
        assert peer_wrong == ours_wrong & set(zip(part["sku"], part["country"], strict=True))
    record_figure(
        "listing.validate_cpu_seconds_50k",
        round(sorted(seconds)[REPEATS // 2], 2),
        "CPU-seconds",
        target="<= 60",
        spread=round(max(seconds) - min(seconds), 2),
    )
    record_figure(
        "listing.ratio_vs_jsonschema",
        round(ours_on_share / peer_seconds, 3),
        "CPU-seconds over CPU-seconds",
        peer=f"jsonschema {version('jsonschema')}, Draft201909Validator.iter_errors: {peer_seconds:.1f} CPU-s",
        peer_value=1.0,
    )
    return 0


def measure_keywords() -> None:
    """Keywords with a case that passes and one that fails, of all that check and all of Amazon's."""
    cases = json.loads(CASES.read_text(encoding="utf-8"))["cases"]
    needed = {word.name for word in KEYWORDS.values() if word.purpose == "checks" or word.source != "standard"}
    covered = find_covered(cases) & needed
    record_figure("listing.keywords_covered_percent", 100 * len(covered) / len(needed), "percent", target="== 100")


def spoil(listings: pd.DataFrame) -> pd.DataFrame:
    """One listing in twenty without its name."""
    for attributes in listings["attributes"].iloc[::SPOILED_EVERY]:
        del attributes["item_name"]
    return listings


def run_peer(
    validators: dict[str, Draft201909Validator], listings: pd.DataFrame
) -> tuple[set[tuple[str, str]], float]:
    """The listings that the peer finds wrong, and its CPU-seconds."""
    wrong = set()
    rows = list(zip(listings["sku"], listings["country"], listings["attributes"], strict=True))
    began = time.process_time()
    for sku, country, attributes in rows:
        if list(validators[f"KITCHEN_TOWEL/{country}"].iter_errors(attributes)):
            wrong.add((sku, country))
    return wrong, time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
