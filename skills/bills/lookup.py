"""Which shipment a bill speaks of: its own number first, then entry, bill of lading and container."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skills.vocabulary import mark

REFERENCES = ("shipment", "entry", "bill_of_lading", "container")
UNKNOWN_REFERENCE = mark(
    "No reference on it is known: write the shipment, entry, bill of lading or container on the line, or add the "
    "event that carries it."
)
SEVERAL_SHIPMENTS = mark("Its reference belongs to several shipments: write the shipment on the line.")
CONTRADICTION = mark("Its references belong to different shipments: ask the issuer which one is meant.")
NO_RATE = mark("No exchange rate for its currency on the day of the bill: add the dated rate and run again.")


@dataclass(frozen=True)
class Directory:
    """Reference → shipments that carry it, for each kind of reference."""

    owners: dict[str, dict[str, frozenset[str]]]

    def find(self, line: Mapping[Any, Any]) -> tuple[str, str]:
        """The shipment, and what is needed where there is none or more than one."""
        found = [self.owners[kind].get(str(line[kind]), frozenset()) for kind in REFERENCES if line[kind]]
        known = [shipments for shipments in found if shipments]
        if not known:
            return "", UNKNOWN_REFERENCE
        common = frozenset.intersection(*known)
        if len(common) == 1:
            return next(iter(common)), ""
        return "", SEVERAL_SHIPMENTS if common else CONTRADICTION


def list_references(expected: pd.DataFrame, events: pd.DataFrame) -> Directory:
    """From the expected amounts (shipment, entry) and the events (shipment, entry, bill_of_lading, container)."""
    owners: dict[str, dict[str, set[str]]] = {kind: {} for kind in REFERENCES}
    for frame in (expected, events):
        for row in frame.to_dict("records"):
            for kind in REFERENCES:
                reference = str(row.get(kind, "") or "")
                if reference:
                    owners[kind].setdefault(reference, set()).add(str(row["shipment"]))
    return Directory({kind: {name: frozenset(of) for name, of in known.items()} for kind, known in owners.items()})
