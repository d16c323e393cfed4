"""A seller's file that cannot be used is refused with the field and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.seller import InvalidSeller, read_seller

FILE = "id: acme\nname: {en: Acme}\ninputs: {products: {files: '{home}/products.csv'}}\n"


@pytest.fixture
def sellers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FARSAIL_SELLERS", str(tmp_path))
    return tmp_path


def test_a_file_with_a_name_and_its_inputs_is_a_seller(sellers: Path) -> None:
    (sellers / "acme.yaml").write_text(FILE)
    assert read_seller("acme").base_currency == "CNY"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "file: Input should be a valid dictionary"),
        ("id: [", "while parsing a flow"),
        (FILE.replace("id: acme", "id: other"), "id: 'other' should be 'acme', the file's own name"),
        (FILE + "time_zone: Beijing\n", "time_zone: .*'Beijing' is no time zone; expected a name such as"),
        (FILE.replace("{home}", "{house}"), "inputs.products.files: .* has other braces than {home} and {data}"),
        (FILE.replace("{home}", "{home"), "has other braces than"),
        (FILE.replace("Acme", "Größe").encode("latin-1"), "not UTF-8"),
        (
            FILE + "policy: {execution: {carrier_url: simulated}}\n",
            "a simulated carrier moves no goods; add carrier to",
        ),
        (FILE + "policy: {execution: {order_targets: [files, files]}}\n", r"named more than once: files"),
        (FILE + "".join(f"field{number}: 1\n" for number in range(7)), r"… \(7\)"),
    ],
)
def test_an_unusable_file_is_refused_with_the_field_and_what_was_expected(
    sellers: Path, content: str | bytes, said: str
) -> None:
    (sellers / "acme.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidSeller, match=said) as refused:
        read_seller("acme")
    assert "Correct the file and run again." in str(refused.value)
