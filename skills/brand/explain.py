"""How one name was screened, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from skills.brand.facts import NOT_A_CLEARANCE, BrandBook, UnknownName, allow_changes, read_bad_words, squeeze
from skills.brand.letters import draw_skeleton, make_sound_key, spell_out
from skills.brand.naming import score_name
from skills.brand.plan import find_all
from skills.brand.policy import BrandPolicy
from skills.vocabulary import mark

STEPS = ("step", "label", "value", "unit", "note", "values")
_LETTERS, _POINTS = mark("letters"), mark("points")


def explain_name(
    name: str, brands: pd.DataFrame, bad_words: pd.DataFrame, languages: Sequence[str], policy: BrandPolicy
) -> pd.DataFrame:
    """What a name is read as, its points, and every match with its evidence.

    Args:
        name: One name.
        brands, bad_words, languages, policy: As for `screen_names`.
    Returns:
        One row per step: step (from 1), label (sentence), value (text), unit, note, values (fill the places of the
        label). The last step says that it is a screen.
    Raises:
        UnknownName: the name is blank.
        MissingColumns: of a table.
    """
    if not name.strip():
        raise UnknownName(mark("The name is blank. Expected a name of at least one letter. Type it in."))
    words, _, _ = read_bad_words(bad_words, languages)
    book = BrandBook(brands)
    skeleton = draw_skeleton(name)
    steps: list[tuple[str, str, str, str, dict[str, Any]]] = [
        (mark("Letters and digits, small"), squeeze(name), "", "", {}),
        (mark("As the eye takes it in"), skeleton, "", mark("look-alikes made one, doubled letters single"), {}),
        (mark("As it is said"), make_sound_key(name), "", mark("sound key; of no one language"), {}),
        (mark("As its digits read"), spell_out(name), "", mark("searched for offensive words"), {}),
        (mark("Changes that are still a look-alike"), str(allow_changes(len(skeleton), policy)), _LETTERS, "", {}),
        (mark("Brands compared"), str(len(book.brands)), "", "", {}),
        (mark("Words compared"), str(len(words)), "", ", ".join(sorted(set(languages))), {}),
    ]
    steps += [(rule, str(got), _POINTS, f"/ {points}", {}) for rule, got, points in score_name(name)]
    steps += [
        (one.reason, one.severity, "", " · ".join(filter(None, (one.kind, one.where))), one.values)
        for one in find_all(name.strip(), book, words, policy)
    ]
    steps.append((NOT_A_CLEARANCE, "–", "", "", {}))
    rows = [(at, *step) for at, step in enumerate(steps, start=1)]
    return pd.DataFrame(rows, columns=list(STEPS)).astype({"step": "int64"} | dict.fromkeys(STEPS[1:5], "str"))
