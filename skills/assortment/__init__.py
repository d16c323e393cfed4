"""Assortment: which products to keep, fix, drop or watch, and why."""

from __future__ import annotations

from skills.assortment.explain import explain_product
from skills.assortment.plan import review_products

__all__ = ["explain_product", "review_products"]
