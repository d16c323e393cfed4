"""Whether a listing may go live: what every check said of it, the gravest first."""

from __future__ import annotations

import pandas as pd

from skills.vocabulary import check_columns

HELD = (
    "refused", "block", "preview", "pictures", "no price", "ask a professional", "missing evidence",
)  # fmt: skip
"""What holds a listing back, gravest first."""
ASK = "ask a professional"
_ANSWERS = ("block", ASK, "missing evidence")

PICTURE, OFFER = "main_product_image_locator", "purchasable_offer"
PROPOSED, UNCHANGED = "proposed", "unchanged"
STANDS = {"sku": "str", "country": "str", "stand": "str", "held_by": "object", "picture": "str"}
_WORST = ("fails", "warns", "unknown", "passes")


def judge_launch(
    listings: pd.DataFrame, problems: pd.DataFrame, gate: pd.DataFrame, pictures: pd.DataFrame, sent: pd.DataFrame
) -> pd.DataFrame:
    """Put together what composing, preview, gate and pictures said of each listing.

    Args:
        listings: As `compose_listings` gives them, with `content` (digest of what would be sent).
        problems: As `check_listing` gives them; an error holds back, a warning does not.
        gate: One row per (sku, country): open, answer. A listing without a row is held for a professional, and one
            whose gate is closed with an answer that is not known here.
        pictures: One row per (sku, country, rule): slot, passes, weight. Only a `must` that the main picture breaks
            holds back; a SKU without a row has no picture, which does too unless its attributes name one.
        sent: One row per (sku, country): product_type, content, of what was released last; may be empty.
    Returns:
        One row per (sku, country), in the order of the listings: stand (the first of held_by, else `unchanged` where
        the same content of the same type was released before, else `proposed`), held_by (list of `HELD`, gravest
        first), picture (`fails` | `warns` | `unknown` | `passes` | `none`, the worst of its pictures).
    Raises:
        MissingColumns: of a table.
    """
    check_columns("listings", listings.columns, ("sku", "country", "product_type", "state", "attributes", "content"))
    check_columns("problems", problems.columns, ("sku", "country", "severity"))
    check_columns("gate", gate.columns, ("sku", "country", "open", "answer"))
    check_columns("pictures", pictures.columns, ("sku", "country", "slot", "passes", "weight"))
    check_columns("sent", sent.columns, ("sku", "country", "product_type", "content"))
    errors = problems[problems["severity"] == "error"]
    wrong = set(zip(errors["sku"], errors["country"], strict=True))
    answers = {
        (sku, country): "" if is_open else answer if answer in _ANSWERS else ASK
        for sku, country, is_open, answer in zip(
            gate["sku"], gate["country"], gate["open"], gate["answer"], strict=True
        )
    }
    held_by_picture, worst = _judge_pictures(pictures)
    parts = (sent[name] for name in ("sku", "country", "product_type", "content"))
    released = {(sku, country): what for sku, country, *what in zip(*parts, strict=True)}
    rows = []
    columns = (listings[name] for name in ("sku", "country", "product_type", "state", "attributes", "content"))
    for sku, country, product_type, state, attributes, content in zip(*columns, strict=True):
        key = (sku, country)
        picture = worst.get(key, "none")
        held = {
            "refused": state == "refused",
            "preview": key in wrong,
            "pictures": key in held_by_picture or (picture == "none" and PICTURE not in attributes),
            "no price": OFFER not in attributes,
            answers.get(key, ASK): True,
        }
        found = [name for name in HELD if held.get(name)]
        done = UNCHANGED if released.get(key) == [product_type, content] else PROPOSED
        rows.append((sku, country, found[0] if found else done, found, picture))
    return pd.DataFrame(rows, columns=list(STANDS)).astype(STANDS)


def _judge_pictures(pictures: pd.DataFrame) -> tuple[set[tuple[str, str]], dict[tuple[str, str], str]]:
    """Listings whose main picture breaks a must, and how their worst picture stands."""
    broken: set[tuple[str, str]] = set()
    worst: dict[tuple[str, str], str] = {}
    columns = (pictures[name] for name in ("sku", "country", "slot", "passes", "weight"))
    for sku, country, slot, passes, weight in zip(*columns, strict=True):
        state = "unknown" if pd.isna(passes) else "passes" if passes else "fails" if weight == "must" else "warns"
        key = (sku, country)
        worst[key] = min(worst.get(key, state), state, key=_WORST.index)
        if state == "fails" and slot == "MAIN":
            broken.add(key)
    return broken, worst
