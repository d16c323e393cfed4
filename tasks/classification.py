"""Classification: which subheading a product may belong to, and what must be asked."""

from __future__ import annotations

from skills import classification
from tasks.capability import capability

rank_headings = capability(classification.rank_headings, timeout_seconds=900)
check_flags = capability(classification.check_flags)
explain_headings = capability(classification.explain_headings)
choose_code = capability(classification.choose_code)
