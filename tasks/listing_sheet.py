"""What the contact sheet shows: the seller's photos in their places, framed by how they stand, and what fails.

Pure: the same body, thumbnails and language give the same view.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from config.language import say, translator
from config.seller import Language
from skills.vocabulary import mark
from tasks.listing_words import name_code

Body = dict[str, Any]

SHEET_STATES: dict[str, str] = {
    "fails": mark("fails"),
    "warns": mark("look at it"),
    "unknown": mark("not checked"),
    "passes": mark("passes"),
}


def view_sheet(body: Body, photos: Mapping[str, str], language: Language) -> Body:
    """The contact sheet: pages of placed photos, and a list of what a person should look at."""
    t, countries, sheet = translator(language), body["countries"], body["pictures"]["sheet"]
    field, caption = _read_grid(sheet)
    places: list[Body] = []
    seen: set[str] = set()
    for place in sheet:
        states = dict(place["countries"])
        split = len({*states.values()}) > 1
        places.append(
            {
                **place,
                **_place(place, field, place["picture"] in photos),
                "first": place["sku"] not in seen,
                "address": photos.get(place["picture"], ""),
                "word": name_code(SHEET_STATES, place["state"], language),
                "split": t(mark(", ")).join(
                    f"{country} {name_code(SHEET_STATES, state, language)}" for country, state in place["countries"]
                )
                if split
                else "",
                "told": [
                    {
                        "said": say(sentence, values, language),
                        "where": "" if set(where) >= set(countries) else " ".join(where),
                    }
                    for sentence, values, where in place["captions"]
                ],
            }
        )
        seen.add(place["sku"])
    return {
        "pages": [
            [place for place in places if place["page"] == page] for page in range(1, body["pictures"]["pages"] + 1)
        ],
        "told": sorted(
            (place for place in places if place["told"]), key=lambda one: [*SHEET_STATES].index(one["state"])
        ),
        "counts": [
            {"state": state, "word": name_code(SHEET_STATES, state, language), "count": count}
            for state in SHEET_STATES
            if (count := sum(place["state"] == state for place in places))
        ],
        "photos": len(places),
        "gone": sum(not place["address"] for place in places),
        "field_mm": field,
        "caption_mm": caption,
        "page_mm": body["pictures"]["page_mm"],
    }


def _read_grid(sheet: list[Body]) -> tuple[int, int]:
    """Side of a field and room for the words under it [mm], as the places were laid out."""
    field = max((max(place["width_mm"], place["height_mm"]) for place in sheet), default=0)
    field = field or max((2 * (place["caption_y_mm"] - place["y_mm"]) for place in sheet), default=0)
    lines = sorted({place["caption_y_mm"] for place in sheet})
    step = min((below - above for above, below in pairwise(lines)), default=field + 18)
    return field, max(6, step - field - 4)


def _place(place: Body, field: int, there: bool) -> Body:
    """Where the frame and the words lie; a photo that cannot be shown gets its whole field."""
    left = place["x_mm"] - (field - place["width_mm"]) // 2
    if there and place["width_mm"]:
        return {"field_x_mm": left}
    top = place["caption_y_mm"] - field
    return {"field_x_mm": left, "x_mm": left, "y_mm": top, "width_mm": field, "height_mm": field}
