"""Brand lists: read where the seller has them, a stated degradation where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import read_settings
from skills.brand import screen_names
from skills.brand.policy import BrandPolicy
from tasks.files.brand_lists import FOLDER, NO_LIST, read_brand_lists


def test_without_the_folder_nothing_is_screened_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FARSAIL_DATA", str(tmp_path))
    lists = read_brand_lists()
    assert [note for note, _ in lists.degradations] == [NO_LIST, NO_LIST]
    answers = screen_names(["Tavide"], lists.brands, lists.bad_words, ["de"], BrandPolicy()).answers
    assert list(answers["verdict"]) == ["unscreened"]


@pytest.mark.shared
def test_real_lists_screen_real_brands() -> None:
    if not (read_settings().data / FOLDER).exists():
        pytest.skip("the brand lists are not here; docs/run.md says where to get them")
    lists = read_brand_lists()
    assert lists.degradations == []
    assert (lists.brands["name"].nunique(), len(lists.bad_words)) == (16_065, 2_666)
    names = ["Starbukcs", "Lidl", "L1DL", "Tavidoma", "Scheisse"]
    found = screen_names(names, lists.brands, lists.bad_words, ["de", "en", "ja"], BrandPolicy(least_letters=4))
    verdicts = dict(zip(found.answers["name"], found.answers["verdict"], strict=True))
    assert verdicts["Lidl"] == verdicts["L1DL"] == verdicts["Scheisse"] == "fails"
    assert verdicts["Starbukcs"] == "check"
    own = lists.brands["name"].drop_duplicates().sample(200, random_state=1).tolist()
    every = screen_names(own, lists.brands, lists.bad_words, [], BrandPolicy())
    assert set(every.answers["verdict"]) == {"fails"}
