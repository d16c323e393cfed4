"""JSON as Amazon's reports and operations write it, entry by entry, so that a file larger than memory can be read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from skills.vocabulary import mark
from tasks.files.problems import EmptyExport, UnreadableFile

JSON_SUFFIXES = (".json", ".json.gz")

DAMAGED = mark(
    "{file} is damaged JSON: {problem}. Download the report again; a file that was opened and saved by another "
    "program may be cut off."
)

_BLOCK = 1 << 20
_LARGEST_VALUE = 1 << 26
"""Characters read before a value that still does not parse is called damaged; an entry has a few hundred."""
_SPACE = " \t\n\r"
_DECODER = json.JSONDecoder()


def is_json(path: Path) -> bool:
    """Whether the file's name says JSON."""
    return path.name.lower().endswith(JSON_SUFFIXES)


def stream_entries(path: Path, file: str) -> Iterator[tuple[str, int, Any]]:
    """Each member of the outer object, and of a member that is a list each entry by itself.

    Args:
        path: Where the file lies; packed as .gz or not.
        file: Name that reports show.

    Returns:
        Key, number and value. A list comes as (key, 0, None) and then its entries from 1; an outer list has the
        key "".
    Raises:
        EmptyExport: nothing in it.
        UnreadableFile: damaged, cut off, or no JSON.
    """
    try:
        with _open(path) as text:
            yield from _Reader(text).members(file)
    except (json.JSONDecodeError, UnicodeDecodeError, OSError, EOFError) as error:
        raise UnreadableFile(DAMAGED, file=file, problem=str(error)) from error


def read_document(path: Path, file: str) -> Any:
    """A small JSON file as a whole, packed as .gz or not.

    Raises:
        UnreadableFile: damaged, cut off, too deep, or no JSON.
    """
    try:
        with _open(path) as text:
            return json.load(text)
    except (ValueError, RecursionError, OSError, EOFError) as error:
        raise UnreadableFile(DAMAGED, file=file, problem=str(error)) from error


def _open(path: Path) -> TextIO:
    packed = path.suffix.lower() == ".gz"
    return gzip.open(path, "rt", encoding="utf-8-sig") if packed else path.open(encoding="utf-8-sig")


class _Reader:
    """A text of which only the part around the next value is held."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._held, self._at, self._passed, self._ended = text, "", 0, 0, False

    def members(self, file: str) -> Iterator[tuple[str, int, Any]]:
        first = self._peek()
        if not first:
            raise EmptyExport(
                mark("{file} is empty: not even a bracket. Download it again, or take it away."), file=file
            )
        if first == "[":
            yield from self._entries("")
        elif first == "{":
            self._at += 1
            yield from self._pairs()
        else:
            raise self._damage("a report begins with { or [")
        if self._peek():
            raise self._damage("text after the end")

    def _pairs(self) -> Iterator[tuple[str, int, Any]]:
        while self._peek() != "}":
            key = str(self._value())
            self._take(":")
            if self._peek() == "[":
                yield from self._entries(key)
            else:
                yield key, 0, self._value()
            if self._peek() != "}":
                self._take(",")
        self._at += 1

    def _entries(self, key: str) -> Iterator[tuple[str, int, Any]]:
        self._take("[")
        yield key, 0, None
        number = 0
        while self._peek() != "]":
            number += 1
            yield key, number, self._value()
            if self._peek() != "]":
                self._take(",")
        self._at += 1

    def _value(self) -> Any:
        """The next value, after as many more blocks as it takes; a number may go on in the next one."""
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._held, self._at)
            except json.JSONDecodeError as error:
                if self._ended or len(self._held) - self._at > _LARGEST_VALUE:
                    raise self._damage(error.msg, error.pos - self._at) from None
                self._refill()
                continue
            if end < len(self._held) or self._ended:
                self._at = end
                return value
            self._refill()

    def _take(self, sign: str) -> None:
        if self._peek() != sign:
            raise self._damage(f"expected {sign}")
        self._at += 1

    def _peek(self) -> str:
        """The next character that is not blank; "" at the end."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._held) or self._ended:
                return self._held[self._at : self._at + 1]
            self._refill()

    def _refill(self) -> None:
        rest = self._held[self._at :]
        block = self._text.read(max(_BLOCK, len(rest)))
        self._passed += self._at
        self._held, self._at, self._ended = rest + block, 0, not block

    def _damage(self, problem: str, ahead: int = 0) -> json.JSONDecodeError:
        """The error, with its place in the whole text."""
        error = json.JSONDecodeError(problem, "", 0)
        error.args = (f"{problem}, at character {self._passed + self._at + ahead + 1}",)
        return error
