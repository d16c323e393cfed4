"""A brief's charts: a missing week breaks the line, the planned price is marked, an unknown part is drawn empty."""

from __future__ import annotations

from tasks.selection_charts import chart_demand, chart_prices, chart_score


def test_a_week_that_no_file_has_breaks_the_line_of_demand() -> None:
    weeks = [{"week": day, "volume": 100} for day in ("2025-10-05", "2025-10-12", "2025-10-26", "2025-11-02")]
    assert len(chart_demand(weeks)["lines"]) == 2
    assert len(chart_demand(weeks[:2])["lines"]) == 1


def test_the_scale_of_demand_ends_at_a_plain_number_above_the_most_searches() -> None:
    chart = chart_demand([{"week": "2025-10-05", "volume": 180}, {"week": "2025-10-12", "volume": 3700}])
    assert [level["volume"] for level in chart["levels"]] == [0, 2000, 4000]


def test_no_weeks_make_a_chart_without_a_line() -> None:
    assert chart_demand([])["lines"] == []


def test_the_band_of_the_planned_price_is_marked_and_it_alone() -> None:
    bands = [
        {"low_minor": low, "high_minor": low + 500, "click_permille": 250, "products": 3}
        for low in (1000, 1500, 2000)
    ]
    chart = chart_prices(bands, 1500)
    assert [(band["low_minor"], band["planned"]) for band in chart["bands"]] == [
        (2000, False),
        (1500, True),
        (1000, False),
    ]


def test_a_part_of_the_score_never_leaves_its_frame_and_an_unknown_one_has_no_bar() -> None:
    parts = [
        {"component": "volume", "points": 17, "weight_used": "22.5"},
        {"component": "unmet", "points": None, "weight_used": "0"},
    ]
    drawn = chart_score(parts)["parts"]
    assert 0 < drawn[0]["length"] <= drawn[0]["full"]
    assert drawn[1]["length"] == 0


def test_a_score_of_few_known_parts_still_fits_its_picture() -> None:
    chart = chart_score([{"component": "cm3_percent", "points": 60, "weight_used": "62.5"}])
    (part,) = chart["parts"]
    assert chart["left"] + part["full"] + 60 <= chart["width"]
