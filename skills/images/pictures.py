"""A picture as the checks take it, and what is refused.

Refusal
├── UnusablePictures      two pictures of one name for one SKU, or pixels that are no picture
├── UnusableImageRules    a rule that is not known, or a limit that cannot be read
└── UnknownPicture        a picture that is asked about and is not there
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from skills.vocabulary import Refusal, mark

Note = tuple[str, dict[str, Any]]
Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Grid = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

MAIN = "MAIN"


class UnusablePictures(Refusal):
    """Pictures that cannot be told apart or measured."""


class UnusableImageRules(Refusal):
    """A table of rules that cannot be read."""


class UnknownPicture(Refusal):
    """No such picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo of one product.

    Attributes:
        sku: Whose it is.
        slot: `MAIN`, or another place on the listing (`PT01` …).
        name: Of the file; one per SKU.
        pixels: Height × width × 3 (red, green, blue; 0–255), upright; transparency laid on white. None where the file
            could not be read: then `problem` says why.
        mode: Colour mode of the file: RGB, CMYK, L (grey), RGBA, P …
        format: JPEG, PNG, TIFF, GIF, WEBP …
        file_bytes: Size of the file.
        frames: More than 1 where it moves.
        problem: (sentence, values) of a file that could not be read.
    """

    sku: str
    slot: str
    name: str
    pixels: Pixels | None
    mode: str = "RGB"
    format: str = "JPEG"
    file_bytes: int = 0
    frames: int = 1
    problem: Note | None = None


def read_in_turn(pictures: Iterable[Picture]) -> Iterator[Picture]:
    """The pictures one by one, so that one at a time is in memory.

    Raises:
        UnusablePictures: a name twice for one SKU, or pixels of another shape than height × width × 3 whole numbers.
    """
    seen = set()
    for picture in pictures:
        key = (picture.sku, picture.name)
        pixels = picture.pixels
        flat = pixels is not None and (
            pixels.ndim != 3 or 0 in pixels.shape or pixels.shape[-1] != 3 or pixels.dtype != np.uint8
        )
        if key in seen or flat:
            raise UnusablePictures(
                mark(
                    "{picture} of {sku} cannot be measured. Expected each name once, and height × width × 3 values "
                    "of 0 to 255. Read the file again."
                ),
                picture=picture.name,
                sku=picture.sku,
            )
        seen.add(key)
        yield picture
