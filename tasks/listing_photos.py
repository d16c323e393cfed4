"""The seller's photos as small pictures that a page carries within itself."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageOps

from config.seller import Seller, resolve_files
from tasks.images import MOST_PIXELS

SIDE = 240
"""Longer side of a thumbnail [px]: sharp at the 43 mm that a field of the contact sheet has."""
QUALITY = 62


def read_thumbnails(seller: Seller, names: Iterable[str]) -> dict[str, str]:
    """File name → a small JPEG as a data address; a photo that is gone or damaged is left out."""
    source = seller.inputs.get("photos")
    paths = {path.name: path for path in resolve_files(source.files)} if source else {}
    shrunk = {name: _shrink(paths[name]) for name in sorted(set(names)) if name in paths}
    return {name: address for name, address in shrunk.items() if address}


def _shrink(path: Path) -> str:
    """The photo upright, on white where it is transparent; "" where it cannot be opened."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as file:
                if file.size[0] * file.size[1] > MOST_PIXELS:
                    return ""
                file.draft("RGB", (2 * SIDE, 2 * SIDE))
                small = _flatten(ImageOps.exif_transpose(file))
                small.thumbnail((SIDE, SIDE))
                written = io.BytesIO()
                small.save(written, "JPEG", quality=QUALITY, optimize=True)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(written.getvalue()).decode()}"


def _flatten(photo: Image.Image) -> Image.Image:
    if photo.mode not in ("RGBA", "LA", "PA") and "transparency" not in photo.info:
        return photo.convert("RGB")
    clear = photo.convert("RGBA")
    ground = Image.new("RGB", clear.size, "white")
    ground.paste(clear, mask=clear.getchannel("A"))
    return ground
