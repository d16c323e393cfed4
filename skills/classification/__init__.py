"""Which six-digit subheading a product may belong to, how sure that is, and what to ask."""

from __future__ import annotations

from skills.classification.choice import choose_code
from skills.classification.explain import explain_headings
from skills.classification.flags import check_flags
from skills.classification.plan import rank_headings

__all__ = ["check_flags", "choose_code", "explain_headings", "rank_headings"]
