"""Niches: what shoppers search for, grouped by what they ask for."""

from __future__ import annotations

from skills import niches
from tasks.capability import capability

estimate_volumes = capability(niches.estimate_volumes)
build_niches = capability(niches.build_niches, timeout_seconds=1800)
explain_niche = capability(niches.explain_niche)
