"""Photos opened from files: upright, on white, damaged, missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from skills.images.pictures import MAIN
from tasks import images


def list_files(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in folder.iterdir()}


def test_a_saved_picture_is_read_as_it_was_with_its_mode_and_size(studio: Any, tmp_path: Path) -> None:
    picture = studio.product(1, side=300)
    picture.save(tmp_path / "a.png")
    picture.convert("CMYK").save(tmp_path / "b.jpg", quality=95)
    front, other = images.read_pictures(list_files(tmp_path), {"TOWEL": ["a.png", "b.jpg"]})
    assert (front.slot, front.mode, front.format, front.frames) == (MAIN, "RGB", "PNG", 1)
    assert (other.slot, other.mode, other.format) == ("PT01", "CMYK", "JPEG")
    assert front.file_bytes == (tmp_path / "a.png").stat().st_size
    assert np.array_equal(front.pixels, studio.pixels(picture))


def test_transparency_is_laid_on_white_and_the_camera_s_turn_is_undone(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    found = images.read_picture(tmp_path / "clear.png", "T", MAIN)
    assert found.pixels is not None and found.pixels.min() == 255 and found.mode == "RGBA"
    turned = Image.new("RGB", (40, 20), (10, 20, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    upright = images.read_picture(tmp_path / "turned.jpg", "T", MAIN)
    assert upright.pixels is not None and upright.pixels.shape == (40, 20, 3)


def test_a_moving_picture_counts_its_frames(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), (tone, 0, 0)) for tone in (0, 100, 200)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert images.read_picture(tmp_path / "a.gif", "T", MAIN).frames == 3


def test_files_that_cannot_be_read_say_why(studio: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "words.jpg").write_text("no picture")
    studio.product(1, side=300).save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:2000])
    monkeypatch.setattr(images, "MOST_PIXELS", 89_999)
    found = images.read_pictures(list_files(tmp_path), {"T": ["none.jpg", "words.jpg", "cut.jpg", "whole.jpg"]})
    problems = [picture.problem[0] for picture in found if picture.problem and picture.pixels is None]
    assert problems == [images.NOT_THERE, images.NO_PICTURE, images.TOO_LARGE, images.TOO_LARGE]
    monkeypatch.undo()
    cut = images.read_picture(tmp_path / "cut.jpg", "T", MAIN)
    assert cut.problem is not None and cut.problem[0] == images.NO_PICTURE
