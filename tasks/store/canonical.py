"""Canonical bytes: the one way in which what is digested is written.

NotCanonical               a value that has no one way of being written
"""

from __future__ import annotations

import json
from typing import Any

from skills.vocabulary import Refusal, mark


class NotCanonical(Refusal):
    """A value that has no one way of being written."""


def canonical_bytes(body: dict[str, Any]) -> bytes:
    """JSON with sorted keys and no spaces.

    Raises:
        NotCanonical: names the first place that holds a float or another value with two spellings.
    """
    _refuse_ambiguous(body, "body")
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _refuse_ambiguous(value: object, place: str) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_ambiguous(item, f"{place}.{key}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _refuse_ambiguous(item, f"{place}[{position}]")
    elif value is not None and type(value) not in (str, int, bool):
        raise NotCanonical(
            mark(
                "{place} holds {value!r} ({kind}): a proposal has integers, decimal strings and ISO dates only. "
                "Convert it where the line is built (tasks/proposals.py)."
            ),
            place=place,
            value=value,
            kind=type(value).__name__,
        )
