"""Images: the seller's photos against each marketplace's rules, and the contact sheet that marks what fails."""

from __future__ import annotations

from skills.images.explain import explain_picture
from skills.images.plan import check_images
from skills.images.sheet import lay_out_sheet

__all__ = ["check_images", "explain_picture", "lay_out_sheet"]
