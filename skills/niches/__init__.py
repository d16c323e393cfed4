"""Search terms into niches: what shoppers ask for, how often, and which products they click."""

from __future__ import annotations

from skills.niches.explain import explain_niche
from skills.niches.plan import Niches, build_niches
from skills.niches.volumes import estimate_volumes

__all__ = ["Niches", "build_niches", "estimate_volumes", "explain_niche"]
