"""Which encoding a text export is in, found by strict decoding and by how plausible the result is.

Almost any bytes decode as cp1252, and much Western text decodes as GB18030 by accident, so the order is:
a byte order mark; UTF-8, which other encodings hardly ever satisfy; the East Asian ones where nearly all of
their characters are everyday ones; cp1252.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from itertools import islice
from typing import BinaryIO

from skills.vocabulary import mark
from tasks.files.problems import UnreadableFile

TRIED = ("utf-8-sig", "utf-16", "utf-8", "shift_jis", "gb18030", "cp1252")

_BLOCK = 1 << 20
_ENOUGH = 20_000
_PLAUSIBLE = 0.8
_EVERYDAY = {"shift_jis": ("shift_jis", 0x81, 0x98), "gb18030": ("gb2312", 0xA1, 0xD7)}
"""Encoding → its basic set, and the lead bytes of that set's symbols, kana and first-level characters."""


def detect_encoding(open_bytes: Callable[[], BinaryIO], file: str) -> str:
    """The encoding that the bytes are in; `open_bytes` gives them from their beginning.

    Raises:
        UnreadableFile: none of the known ones fits.
    """
    with open_bytes() as opened:
        begin = opened.read(len(codecs.BOM_UTF8))
    if begin == codecs.BOM_UTF8:
        return "utf-8-sig"
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    with open_bytes() as opened:
        if _is_utf8(opened):
            return "utf-8"
    with open_bytes() as opened:
        content = opened.read()
    possible = []
    for encoding in ("shift_jis", "gb18030"):
        text = _decode(content, encoding)
        if text is not None:
            if _everyday_share(text, *_EVERYDAY[encoding]) >= _PLAUSIBLE:
                return encoding
            possible.append(encoding)
    if _decode(content, "cp1252") is not None:
        return "cp1252"
    if possible:
        return possible[-1]
    raise UnreadableFile(
        mark(
            "{file} is text in none of the known encodings ({tried}). "
            "Save it again as CSV UTF-8, or send the Excel file itself."
        ),
        file=file,
        tried=", ".join(TRIED),
    )


def _is_utf8(opened: BinaryIO) -> bool:
    """In blocks: a large file need not fit into memory."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := opened.read(_BLOCK):
            if decoder.getstate()[0] or not block.isascii():
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _decode(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _everyday_share(text: str, basic: str, low: int, high: int) -> float:
    beyond_ascii = list(islice((sign for sign in text if ord(sign) > 127), _ENOUGH))
    encoded = [sign.encode(basic, "ignore") for sign in beyond_ascii]
    everyday = sum(len(pair) == 2 and low <= pair[0] <= high for pair in encoded)
    return everyday / len(beyond_ascii)
