"""Real deliveries: every line is kept or quarantined, references are followed, reasons for no amount are kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.settings import read_settings
from skills.freight import fit_transit
from skills.freight.policy import FreightPolicy
from tasks.files.problems import UnknownHeader
from tasks.files.scms import COLUMNS, EXPECTED_LATER, read_scms_shipments
from tasks.transit_picture import draw_transit

GOOD = ["1", "Vietnam", "Air", "1/20/10", "2-Mar-10", "13", "780.34"]


def write(folder: Path, *rows: list[str]) -> Path:
    path = folder / "deliveries.csv"
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(path, index=False)
    return path


def test_a_reference_is_followed_and_a_reason_for_no_freight_is_kept(tmp_path: Path) -> None:
    second = ["2", *GOOD[1:5], "See ASN-8 (ID#:1)", "See DN-8 (ID#:3)"]
    third = ["3", *GOOD[1:6], "Freight Included in Commodity Cost"]
    read = read_scms_shipments(write(tmp_path, GOOD, second, third))
    assert read.quarantine.empty
    assert read.rows["weight_g"].tolist() == [13_000] * 3
    assert read.rows["weight_row"].tolist() == ["1", "1", "3"]
    assert read.rows["weight_said"].tolist() == ["own", "shared", "own"]
    assert read.rows["freight_said"].tolist() == ["own", "included", "included"]
    assert read.rows["freight_row"].tolist() == ["1", "3", "3"]
    assert read.rows["freight_minor"].isna().tolist() == [False, True, True]
    assert read.rows["freight_text"].tolist()[2] == "Freight Included in Commodity Cost"
    assert read.resolved["row"].tolist() == ["2"]


def test_a_line_that_cannot_be_read_is_quarantined_with_its_place_and_what_was_expected(tmp_path: Path) -> None:
    bad = [
        ["2", *GOOD[1:5], "13", "See ASN-8 (ID#:99)"],
        ["3", *GOOD[1:5], "13", "plenty"],
        ["4", "Vietnam", "Air", "1/20/10", "2-Jan-10", "13", "5"],
        ["5", "Vietnam", "Camel", *GOOD[3:]],
        GOOD,
    ]
    read = read_scms_shipments(write(tmp_path, GOOD, *bad))
    assert read.rows_in == len(read.rows) + len(read.quarantine) == 6
    assert read.quarantine["line"].tolist() == ["3", "4", "5", "6", "7"]
    assert read.quarantine["value"].tolist()[:2] == ["See ASN-8 (ID#:99)", "plenty"]
    assert (read.quarantine["expected"] != "").all()


def test_references_in_a_circle_are_quarantined(tmp_path: Path) -> None:
    rows = [[own, *GOOD[1:5], "13", f"See DN-1 (ID#:{other})"] for own, other in (("1", "2"), ("2", "1"))]
    read = read_scms_shipments(write(tmp_path, *rows))
    assert (len(read.rows), read.quarantine["value"].tolist()) == (0, [row[-1] for row in rows])


def test_a_line_of_another_width_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "deliveries.csv"
    path.write_text(",".join(COLUMNS) + "\n" + ",".join(GOOD) + "\n2,Vietnam,Air\n", encoding="utf-8")
    read = read_scms_shipments(path)
    assert read.rows_in == len(read.rows) + len(read.quarantine) == 2
    assert read.quarantine["line"].tolist() == ["3"]


def test_only_lines_with_an_order_and_a_mode_have_a_lead_time(tmp_path: Path) -> None:
    stored = ["2", "Vietnam", "Truck", "N/A - From RDC", *GOOD[4:]]
    unknown = ["3", "Vietnam", "N/A", *GOOD[3:]]
    charter = ["4", "Vietnam", "Air Charter", *GOOD[3:]]
    days = read_scms_shipments(write(tmp_path, GOOD, stored, unknown, charter)).list_lead_times()
    assert days["mode"].tolist() == ["air", "air"]
    assert (days["departed_on"].iloc[0], days["arrived_on"].iloc[0]) == (date(2010, 1, 20), date(2010, 3, 2))


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UnknownHeader, match="Shipment Mode"):
        read_scms_shipments(path)


@pytest.mark.shared
def test_the_real_deliveries_balance_and_their_lead_times_are_fitted_by_mode() -> None:
    path = read_settings().data / "scms_shipments" / "deliveries_before_2012.csv.gz"
    if not path.exists():
        pytest.skip(f"the data set is not here ({path}); docs/run.md says where to get it")
    read = read_scms_shipments(path)
    assert read.rows_in == len(read.rows) + len(read.quarantine) == 5261
    assert len(read.quarantine) == 2
    assert set(read.quarantine["expected"]) == {EXPECTED_LATER}
    said = read.rows["freight_said"].value_counts().to_dict()
    assert said == {"own": 3306, "shared": 1147, "included": 702, "separate": 104}
    assert read.rows["weight_said"].value_counts().to_dict() == {"own": 3436, "shared": 1129, "separate": 694}
    refers = read.rows["freight_text"].str.startswith("See ") | read.rows["weight_text"].str.startswith("See ")
    assert read.resolved["row"].tolist() == read.rows.loc[refers, "row"].tolist()
    fitted = fit_transit(read.list_lead_times(), FreightPolicy(settle_days=300), date(2011, 12, 31))
    by_mode = fitted[fitted["season"] == "all"].set_index("name")
    assert by_mode["p50_days"].to_dict() == {"air": 86, "sea": 169, "truck": 35}
    assert by_mode["ks"].between(0, 0.2).all()
    assert "<svg" in draw_transit(fitted)
