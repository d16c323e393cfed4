"""Images: the seller's photos opened, checked against each marketplace's rules, and laid out on a contact sheet."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from config.settings import read_settings
from skills import images
from skills.images.pictures import MAIN, Note, Picture
from skills.vocabulary import mark
from tasks.capability import capability
from tasks.files.reference import read_text

RULES = "skills/images/assets/image_rules.csv"
MOST_PIXELS = 100_000_000
"""Above it a file is not opened: it would fill the memory (the largest side that a marketplace takes is 10,000)."""

NOT_THERE = mark("The file {file} is not in the folder of pictures.")
NO_PICTURE = mark("The file {file} is no picture, or damaged ({problem}).")
TOO_LARGE = mark("The file {file} has {width} × {height} px: more than can be opened here.")

check_images = capability(images.check_images)
lay_out_sheet = capability(images.lay_out_sheet)
explain_picture = capability(images.explain_picture)


def read_image_rules() -> pd.DataFrame:
    """The rules that ship with the project: columns of `skills.images.rules.RULE_COLUMNS`, all text.

    Raises:
        UnreadableFile: the table is not there, or no text.
    """
    text = read_text(read_settings().root / RULES)
    return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)


def read_pictures(files: Mapping[str, Path], names: Mapping[str, Sequence[str]]) -> Iterator[Picture]:
    """The photos of each SKU, one by one as they are asked for.

    Args:
        files: Photo's name → where it lies; one that is not in it is told as not there.
        names: SKU → its file names: the first is the main picture, the others PT01, PT02 …
    """
    for sku in sorted(names):
        for at, name in enumerate(names[sku]):
            slot = f"PT{at:02d}" if at else MAIN
            found = files.get(name)
            absent: Note = (NOT_THERE, {"file": name})
            yield read_picture(found, sku, slot) if found else Picture(sku, slot, name, None, problem=absent)


def read_picture(path: Path, sku: str, slot: str) -> Picture:
    """One photo: upright as its file says, transparency on white, in red, green and blue.

    A file that is not there, no picture, damaged or above `MOST_PIXELS` has no pixels, and its problem.
    """
    name = path.name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as file:
                mode, kind, frames = file.mode, file.format or "", int(getattr(file, "n_frames", 1))
                size = path.stat().st_size
                width, height = file.size
                if width * height > MOST_PIXELS:
                    problem: Note = (TOO_LARGE, {"file": name, "width": width, "height": height})
                    return Picture(sku, slot, name, None, mode, kind, size, frames, problem)
                pixels = np.asarray(_flatten(ImageOps.exif_transpose(file)), dtype=np.uint8)
    except FileNotFoundError:
        return Picture(sku, slot, name, None, problem=(NOT_THERE, {"file": name}))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        problem = (NO_PICTURE, {"file": name, "problem": type(error).__name__})
        return Picture(sku, slot, name, None, problem=problem)
    return Picture(sku, slot, name, pixels, mode, kind, size, frames)


def _flatten(file: Image.Image) -> Image.Image:
    if file.mode in ("RGBA", "LA", "PA") or "transparency" in file.info:
        clear = file.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, clear).convert("RGB")
    return file.convert("RGB")
