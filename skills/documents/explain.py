"""What is to be completed on the papers, and where."""

from __future__ import annotations

from typing import Any

from skills.documents.facts import Consignment


def explain_gaps(consignment: Consignment) -> dict[str, Any]:
    """`gaps`: marked sentences, one per missing fact; `gaps_where`: sentence → the roles (marked) or SKUs."""
    return {"gaps": list(consignment.missing), "gaps_where": dict(consignment.missing)}
