"""The heading book: the texts of one nomenclature, indexed once, with the tables that lead from trade words to them.

UnusableHeadings           the frame of headings is not a tree of codes and texts
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from skills.classification.words import Phrases, letter_runs, nearest_word, split_negated, split_words
from skills.vocabulary import Refusal, check_columns, mark, name_rows

Floats = npt.NDArray[np.float64]
CHAIN_WEIGHTS = (1.0, 0.4)
"""What a word counts in the subheading's own text and in its heading's. The texts of national lines brought nothing
on the tuning products and are left out."""
_SATURATION, _LENGTH = 1.2, 0.5
"""BM25's k1 and b (Robertson, Zaragoza 2009), b lower than usual because texts of headings vary by drafting."""


_PART = re.compile(r"(?:^|; )parts\b")
_MARKS = re.compile(r"[,;()]")


class UnusableHeadings(Refusal):
    """The headings cannot be read as a tree of codes."""


@dataclass(frozen=True, slots=True)
class SlotValue:
    """One value of a slot (material, fabric, who …) and the subheadings that claim or exclude it.

    Attributes:
        slot: What is asked.
        value: One answer.
        claimed: Per subheading: the text asks for it.
        excluded: Per subheading: the text excludes it.
    """

    slot: str
    value: str
    claimed: npt.NDArray[np.bool_]
    excluded: npt.NDArray[np.bool_]


class HeadingBook:
    """Six-digit subheadings of one edition, searchable by words.

    Attributes:
        codes: Six digits each, ascending.
        texts: Heading text and subheading text, joined.
        lines: Six digits → national lines below that have none below themselves: code, text.
        trade: Finds trade words; row numbers point into `trade_codes` and `trade_words`.
        slots: Finds slot words; row numbers point into `slot_values`.
    """

    def __init__(self, headings: pd.DataFrame, trade_words: pd.DataFrame, slot_words: pd.DataFrame) -> None:
        """Index the texts.

        Args:
            headings: One row per code: code (digits; 2, 4, 6, or longer for national lines), text, parent (the code
                above, empty at the top).
            trade_words: One row per kind of goods: words, words_zh (separated by `|`), codes (six digits, by space),
                heading_words.
            slot_words: One row per (slot, value): words, words_zh, heading_words (by `|`), chapters
                (whose goods are of it even where the text does not say so) and applies (codes it is asked in; empty
                for all), both by space.

        Raises:
            MissingColumns: of a table.
            UnusableHeadings: a code that is no code, appears twice, or has no known parent; fewer than two six-digit
                codes.
        """
        check_columns("headings", headings.columns, ("code", "text", "parent"))
        check_columns("trade words", trade_words.columns, ("words", "words_zh", "codes", "heading_words"))
        slot_columns = ("slot", "value", "words", "words_zh", "heading_words", "chapters", "applies")
        check_columns("slot words", slot_words.columns, slot_columns)
        own = headings.sort_values("code", kind="stable").reset_index(drop=True)
        _check(own)
        text = dict(zip(own["code"], own["text"], strict=True))
        self.codes: list[str] = [code for code in own["code"] if len(code) == 6]
        self.place = {code: at for at, code in enumerate(self.codes)}
        self.texts = [f"{text.get(code[:4], '')} › {text[code]}" for code in self.codes]
        self.own_texts = [str(text[code]) for code in self.codes]
        self.headings = np.array([code[:4] for code in self.codes])
        self.chapters = np.array([code[:2] for code in self.codes])
        self.lines = _read_lines(own)
        self._index([(text[code], text.get(code[:4], "")) for code in self.codes])
        claims = [split_negated(words) for words in self.own_texts]
        self.is_part = np.array([bool(_PART.search(claim)) for claim, _ in claims])
        self.is_rest = np.array(
            [bool(bars) or "n.e.c." in text for text, (_, bars) in zip(self.own_texts, claims, strict=True)]
        )
        self.heading_of = np.unique(self.headings, return_inverse=True)[1]
        self.trade = Phrases(zip(range(len(trade_words)), trade_words["words"], trade_words["words_zh"], strict=True))
        self.trade_codes = [[self.place[code] for code in codes.split() if code in self.place]
                            for codes in trade_words["codes"]]  # fmt: skip
        self.trade_words = [split_words(words) for words in trade_words["heading_words"]]
        self.slots = Phrases(zip(range(len(slot_words)), slot_words["words"], slot_words["words_zh"], strict=True))
        self.slot_values = self._read_slots(slot_words, claims)

    def _index(self, documents: list[tuple[str, str]]) -> None:
        weights: dict[str, dict[int, float]] = {}
        length = np.zeros(len(documents))
        for at, document in enumerate(documents):
            for words, weight in zip(document, CHAIN_WEIGHTS, strict=True):
                for word in split_words(split_negated(words)[0]):
                    for part in {word, *word.split("-")}:
                        held = weights.setdefault(part, {})
                        held[at] = min(3.0, held.get(at, 0.0) + weight)
                    length[at] += weight
        norm = 1 - _LENGTH + _LENGTH * length / (length.sum() / len(length))
        self.postings: dict[str, tuple[npt.NDArray[np.int64], Floats]] = {}
        for word, held in weights.items():
            at_docs = np.array(sorted(held))
            counts = np.array([held[at] for at in sorted(held)])
            rarity = np.sqrt(np.sqrt(len(documents) / len(held)))
            score = rarity * counts * (_SATURATION + 1) / (counts + _SATURATION * norm[at_docs])
            self.postings[word] = (at_docs, score)
        self.letter_runs = {word: letter_runs(word) for word in sorted(weights) if len(word) > 4}
        self._nearest: dict[str, str | None] = {}

    def score_word(self, word: str) -> tuple[str, npt.NDArray[np.int64], Floats] | None:
        """The known word nearest to this one, the subheadings that hold it and what it counts there.

        The logarithm of BM25's rarity is a fourth root here: the same on every processor (docs/decisions/0003).
        """
        known: str | None = word
        if word not in self.postings:
            if word not in self._nearest:
                self._nearest[word] = nearest_word(word, self.letter_runs) if len(word) > 4 else None
            known = self._nearest[word]
        return None if known is None else (known, *self.postings[known])

    def _read_slots(self, slot_words: pd.DataFrame, claims: list[tuple[str, str]]) -> list[SlotValue]:
        claimed_text = [_pad(claim) for claim, _ in claims]
        barred_text = [_pad(barred) for _, barred in claims]
        rows = slot_words.to_dict("records")
        said = []
        for row in rows:
            words = [word.strip() for word in str(row["heading_words"]).split("|") if word.strip()]
            said.append((_hold(claimed_text, words), _hold(barred_text, words)))
        values = []
        for row, (claimed, barred) in zip(rows, said, strict=True):
            siblings = [yes for other, (yes, _) in zip(rows, said, strict=True) if other["slot"] == row["slot"]]
            silent = ~np.logical_or.reduce(siblings)
            claimed = claimed | (silent & np.isin(self.chapters, str(row["chapters"]).split()))
            asked = np.array(
                [not row["applies"] or code.startswith(tuple(row["applies"].split())) for code in self.codes]
            )
            values.append(SlotValue(str(row["slot"]), str(row["value"]), claimed & asked, barred & ~claimed & asked))
        return values


def _read_lines(headings: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    lines: dict[str, list[tuple[str, str]]] = {}
    follows = headings["code"].shift(-1, fill_value="")
    last = [not after.startswith(code) for code, after in zip(headings["code"], follows, strict=True)]
    below = headings[np.array(last) & (headings["code"].str.len() > 6)]
    for code, text in zip(below["code"], below["text"], strict=True):
        lines.setdefault(str(code)[:6], []).append((str(code), str(text)))
    return lines


def _pad(text: str) -> str:
    return f" {' '.join(_MARKS.sub(' ', text).split())} "


def _hold(texts: list[str], words: list[str]) -> npt.NDArray[np.bool_]:
    return np.array([any(f" {word} " in text or f" {word}s " in text for word in words) for text in texts])


def _check(headings: pd.DataFrame) -> None:
    codes = headings["code"].astype(str)
    wrong = codes[~codes.str.fullmatch(r"\d{2}|\d{4}|\d{6,12}")]
    twice = codes[codes.duplicated()]
    lost = headings.loc[(headings["parent"] != "") & ~headings["parent"].isin(codes), "code"]
    for rows, what in ((wrong, mark("is no code")), (twice, mark("appears twice")), (lost, mark("has no parent"))):
        if len(rows):
            raise UnusableHeadings(
                mark(
                    "The table of headings cannot be used: {rows} {what}. Expected digits without dots, each code "
                    "once, its parent in the table. Import the official nomenclature again (docs/run.md)."
                ),
                rows=name_rows(rows),
                what=what,
            )
    if (codes.str.len() == 6).sum() < 2:
        raise UnusableHeadings(
            mark(
                "The table of headings has {count} six-digit codes; expected the whole nomenclature, to choose "
                "among. Import the official one (docs/run.md)."
            ),
            count=int((codes.str.len() == 6).sum()),
        )
