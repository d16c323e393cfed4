"""Lists of brands and of offensive words, where the seller has put them: the project ships none."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pandas as pd

from config.settings import read_settings
from skills.vocabulary import check_columns, mark
from tasks.files.reference import read_text

FOLDER = "brands_words"
BRANDS, WORDS = "nsi_brands.csv.gz", "ldnoobw_words.csv.gz"

NO_LIST = mark(
    "The list {file} is not in the data folder: names are not screened by it. docs/run.md says where it is from."
)


@dataclass(frozen=True, slots=True)
class BrandLists:
    """What names are screened by.

    Attributes:
        brands: One row per (name, category): name, category, countries (`ca us`; "" where not known). Chains and
            shops for the most part, not trademarks.
        bad_words: One row per (language, word).
        degradations: (sentence, values) per list that is not there.
    """

    brands: pd.DataFrame
    bad_words: pd.DataFrame
    degradations: list[tuple[str, dict[str, str]]]


def read_brand_lists() -> BrandLists:
    """The two lists of the data folder; an absent one is an empty table and a degradation.

    Raises:
        UnreadableFile: a list is there and no text.
        MissingColumns: a list is not as published.
    """
    missing: list[tuple[str, dict[str, str]]] = []
    brands = _read(BRANDS, ("name", "category", "locations"), missing)
    words = _read(WORDS, ("lang", "word"), missing)
    named = brands[brands["name"].str.strip() != ""]
    listed = named[["name", "category"]].assign(countries=named["locations"].str.replace("|", " ", regex=False))
    spoken = words.rename(columns={"lang": "language"})[["language", "word"]]
    return BrandLists(
        listed.sort_values(["name", "category"], ignore_index=True),
        spoken.sort_values(["language", "word"], ignore_index=True),
        missing,
    )


def _read(name: str, columns: tuple[str, ...], missing: list[tuple[str, dict[str, str]]]) -> pd.DataFrame:
    path = read_settings().data / FOLDER / name
    if not path.exists():
        missing.append((NO_LIST, {"file": f"{FOLDER}/{name}"}))
        return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
    found = pd.read_csv(io.StringIO(read_text(path)), dtype="str", keep_default_na=False)
    check_columns(name, found.columns, columns)
    return found
