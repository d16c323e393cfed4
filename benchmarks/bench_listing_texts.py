"""One product record into eight listings: does any text leave over its limit?

Data: 1,000 records generated here, seeded (random.Random(6)). A fifth are home textiles that the glossary can say;
the others are made of words and signs of twelve scripts, long words without a blank, families of emoji, stacked
accents, direction marks, barred claims and measures. Titles have up to 5,000 signs, up to 8 bullets up to 900,
descriptions up to 6,000, and there are up to 40 search terms; sources are English, German and Japanese. Each goes
into eight countries with the text rules of the skill. What is counted: titles, bullets, descriptions and search terms
of more bytes or characters than their rule, and bullets beyond their number. Out of scope: limits of a product type's
own schema, real sellers' texts.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from figures import record_figure

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from skills.listing.compose import compose_listings  # noqa: E402
from skills.listing.compose_rules import TextRules, read_rules  # noqa: E402
from skills.listing.limits import count_bytes  # noqa: E402
from skills.listing.localise import read_markets  # noqa: E402
from skills.listing.policy import ListingPolicy  # noqa: E402
from skills.listing.translate_glossary import GlossaryEngine  # noqa: E402

FIGURES = ("listing.over_limit", "listing.compose_cpu_seconds_8k")
ASSETS = ROOT / "skills" / "listing" / "assets"
RECORDS, SEED, AS_OF = 1_000, 6, date(2026, 11, 30)
SAID = ("Soft White Kitchen Towels", "Set of 4", "100% Cotton", "50 x 70 cm", "Machine Washable", "Quick drying")
PIECES = (
    *(
        "towel",
        "and",
        "for",
        "the",
        "Küchentücher",
        "größer",
        "serviette",
        "à",
        "toalla",
        "niños",
        "綿",
        "タオル",
        "の",
    ),
    *(
        "ふきん",
        "毛巾",
        "纯棉",
        "полотенце",
        "πετσέτα",
        "منشفة",
        "מגבת",
        "तौलिया",
        "क्षि",
        "ผ้าขนหนู",
        "กำ",
        "수건",
        "한",
    ),
    *(
        "👩\u200d👩\u200d👧",
        "🇩🇪",
        "👍🏽",
        "e\u0301\u0323\u0302",
        "\u202e",
        "\u200b",
        "T\u043ewel",
        "50 x 70 cm",
        "1.5 kg",
    ),
    *("60 °C", "Best Seller", "eco-friendly", "抗菌", "!", "$", "™", "(", ")", ",", "·", "W" * 300, "語" * 200),
)


def main() -> int:
    """Write the listings and count every text over a limit."""
    markets = pd.read_csv(ASSETS / "markets.csv", keep_default_na=False)
    rules = pd.read_csv(ASSETS / "text_rules.csv", keep_default_na=False)
    draw = random.Random(SEED)
    records = pd.DataFrame([make_record(draw, at) for at in range(RECORDS)])
    started = time.process_time()
    listings = compose_listings(records, markets, rules, GlossaryEngine(), ListingPolicy(), AS_OF)
    seconds = time.process_time() - started
    by_country = {market.country: read_rules(rules, market, AS_OF) for market in read_markets(markets)}
    over = sum(count_over(row, by_country[row["country"]]) for row in listings.to_dict("records"))
    record_figure("listing.over_limit", over, "texts over a limit, of 8,000 listings", target="== 0")
    record_figure("listing.compose_cpu_seconds_8k", round(seconds, 2), "CPU-seconds for 8,000 listings")
    return 0


def make_record(draw: random.Random, at: int) -> dict[str, Any]:
    """One product: every fifth in words that the glossary knows."""

    def write(most: int) -> str:
        length, text = draw.randrange(most + 1), ""
        while len(text) < length:
            text += draw.choice(PIECES) + draw.choice((" ", " ", "", ", "))
        return text[:length]

    known = at % 5 == 0
    return {
        "sku": f"S{at:04d}",
        "product_type": "TOWEL",
        "brand": "Nordhaus" if known else write(20),
        "title": "Nordhaus " + ", ".join(draw.sample(SAID, 5)) if known else write(5_000),
        "bullets": list(draw.sample(SAID, 3)) if known else [write(900) for _ in range(draw.randrange(9))],
        "description": ". ".join(draw.sample(SAID, 4)) if known else write(6_000),
        "search_terms": ["tea towels", "dish towels"] if known else [write(60) for _ in range(draw.randrange(41))],
        "attributes": {"item_length": 70, "color": "White"},
        "language": "en" if known else draw.choice(("en", "de", "ja")),
        "price": {"US": (1999, "USD"), "DE": (1999, "EUR"), "JP": (2480, "JPY")},
    }


def count_over(row: dict[Any, Any], rules: TextRules) -> int:
    """How many texts of a listing break a limit."""
    texts = [("title", row["title"]), ("description", row["description"]), ("search_terms", row["search_terms"])]
    texts += [("bullet", text) for text in row["bullets"]]
    over = sum(
        count_bytes(text) > rules.max_bytes[field] or len(text) > rules.max_characters.get(field, len(text))
        for field, text in texts
    )
    return over + (len(row["bullets"]) > rules.max_count["bullet"])


if __name__ == "__main__":
    sys.exit(main())
