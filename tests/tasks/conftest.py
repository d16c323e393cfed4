"""What the tests of a night's pages share."""

from __future__ import annotations

import pytest

from config.seller import InputFiles, Seller


@pytest.fixture(scope="module")
def seller() -> Seller:
    return Seller(
        id="demo",
        name={"zh_CN": "海纳家纺", "en": "Haina Home Textiles"},
        inputs={"order_lines": InputFiles(files="orders.txt")},
    )
