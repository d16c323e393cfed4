"""Assortment: which products to keep, fix, drop or watch."""

from __future__ import annotations

from skills import assortment
from tasks.capability import capability

review_products = capability(assortment.review_products)
explain_product = capability(assortment.explain_product)
