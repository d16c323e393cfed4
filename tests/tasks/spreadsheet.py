"""A decision workbook as a person's spreadsheet saves it: cells typed into, rows deleted, doubled and added."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ANSWER, DECIDE = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"


def change(path: Path, sheet: str, edit: Callable[[ElementTree.Element], None]) -> None:
    """Change a sheet's cells as a spreadsheet would save them; everything else in the file stays."""
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    root = ElementTree.fromstring(parts[sheet])
    edit(root)
    parts[sheet] = ElementTree.tostring(root)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name, content in parts.items():
            after.writestr(name, content)


def fill(path: Path, sheet: str = DECIDE, **cells: str | int | float) -> None:
    """Type into cells: `B3="approve"`."""

    def edit(root: ElementTree.Element) -> None:
        for place, value in cells.items():
            cell = next(cell for cell in root.iter(f"{MAIN}c") if cell.get("r") == place)
            for child in list(cell):
                cell.remove(child)
            if isinstance(value, str):
                cell.set("t", "inlineStr")
                ElementTree.SubElement(ElementTree.SubElement(cell, f"{MAIN}is"), f"{MAIN}t").text = value
            else:
                cell.attrib.pop("t", None)
                ElementTree.SubElement(cell, f"{MAIN}v").text = repr(value)

    change(path, sheet, edit)


def rows_of(root: ElementTree.Element) -> ElementTree.Element:
    found = root.find(f"{MAIN}sheetData")
    assert found is not None
    return found


def delete_row(path: Path, place: int) -> None:
    def edit(root: ElementTree.Element) -> None:
        rows = rows_of(root)
        rows.remove(next(row for row in rows if row.get("r") == str(place)))

    change(path, DECIDE, edit)


def copy_row(path: Path, place: int, to: int) -> None:
    def edit(root: ElementTree.Element) -> None:
        rows = rows_of(root)
        row = next(row for row in rows if row.get("r") == str(place))
        double = ElementTree.fromstring(ElementTree.tostring(row))
        double.set("r", str(to))
        for cell in double:
            cell.set("r", re.sub(r"\d+", str(to), str(cell.get("r"))))
        rows.append(double)

    change(path, DECIDE, edit)
