"""Documents: the papers of a consignment on both sides of the border, tied out to the cent."""

from __future__ import annotations

from skills.documents.plan import list_papers
from skills.documents.prepare import prepare_papers
from skills.documents.verify import check_papers

__all__ = ["check_papers", "list_papers", "prepare_papers"]
