"""Every sentence that a reader may see, as the code has it: `python -m config.strings` writes the catalogues.

Sentences are the literals inside `mark(…)` in Python, inside `t(…)` in the pages, and what a flow's docstring
says of its parameters, which Prefect shows in its run form.
"""

from __future__ import annotations

import ast
import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from config.language import LANGUAGES, catalogue_path
from config.settings import ROOT

if TYPE_CHECKING:
    from config.seller import Language

FOLDERS = ("flows", "tasks", "config", "skills")

_HEADER = """\
# Farsail's sentences. New ones are added, and lost ones dropped, by: python -m config.strings
msgid ""
msgstr ""
"Project-Id-Version: farsail\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def collect_strings(root: Path = ROOT) -> dict[str, list[str]]:
    """English sentence → the files that say it, both sorted."""
    found: dict[str, set[str]] = {}
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            for sentence in _strings_of(path):
                found.setdefault(sentence, set()).add(path.relative_to(root).as_posix())
    return {sentence: sorted(found[sentence]) for sentence in sorted(found)}


def read_catalogue(language: Language) -> Catalog:
    """The catalogue as it lies in config/locale; empty when there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write_catalogue(language: Language, strings: dict[str, list[str]]) -> list[str]:
    """Bring one catalogue up to the strings: known translations stay, new ones are left empty.

    Returns:
        The sentences that still lack a translation.
    """
    known = read_catalogue(language)
    fresh = Catalog(locale=language, fuzzy=False)
    for sentence, files in strings.items():
        message = known.get(sentence)
        fresh.add(
            sentence,
            message.string if message is not None else "",
            locations=[(file, 0) for file in files],
            flags=message.flags - {"python-format", "python-brace-format"} if message is not None else (),
        )
    written = io.BytesIO()
    write_po(written, fresh, width=0, omit_header=True, ignore_obsolete=True, include_lineno=False)
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_HEADER.format(language=language) + written.getvalue().decode(), encoding="utf-8")
    return [sentence for sentence in strings if not (fresh[sentence].string or "")]


def find_faults(language: Language, strings: dict[str, list[str]]) -> list[str]:
    """What a reader of that language would see wrong, one line per sentence: missing, empty, fuzzy or with
    other places than the English."""
    known = read_catalogue(language)
    faults = []
    for sentence, files in strings.items():
        message = known.get(sentence)
        if message is None or not message.string:
            faults.append(f"not translated: {sentence!r} ({files[0]})")
        elif message.fuzzy:
            faults.append(f"fuzzy: {sentence!r} ({files[0]})")
        elif name_places(str(message.string)) != name_places(sentence):
            faults.append(f"other places than the English: {sentence!r} ({files[0]})")
    return faults


def name_places(sentence: str) -> set[tuple[str, str, str]]:
    """The `{places}` of a sentence, each with its conversion and format."""
    return {
        (field, conversion or "", form or "")
        for _, field, form, conversion in string.Formatter().parse(sentence)
        if field is not None
    }


def _strings_of(path: Path) -> Iterator[str]:
    if path.suffix == ".py":
        for _, message, _, _ in extract_from_file("python", path, keywords={"mark": None}):
            yield _first(message)
        if path.parent.name == "flows":
            yield from _parameter_strings(ast.parse(path.read_text(encoding="utf-8")))
    elif path.suffix == ".j2":
        for _, message, _, _ in extract_from_file("jinja2", path, keywords={"t": None}):
            yield _first(message)


def _first(message: str | tuple[str | None, ...]) -> str:
    return message if isinstance(message, str) else str(message[0])


def _parameter_strings(module: ast.Module) -> Iterator[str]:
    """Docstring descriptions of the parameters of every function decorated as a flow."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
            "flow" in ast.unparse(decorator).partition("(")[0] for decorator in node.decorator_list
        ):
            yield from read_argument_texts(ast.get_docstring(node) or "").values()


def read_argument_texts(docstring: str) -> dict[str, str]:
    """The texts under `Args:` of a docstring, by argument, each on one line."""
    texts: dict[str, str] = {}
    inside, name = False, ""
    for line in docstring.splitlines():
        depth = len(line) - len(line.lstrip())
        if depth == 0 and line.strip():
            inside = line.strip() == "Args:"
        elif inside and depth == 4 and ":" in line:
            name, _, text = line.strip().partition(":")
            texts[name] = text.strip()
        elif inside and depth > 4 and name:
            texts[name] = f"{texts[name]} {line.strip()}".strip()
    return texts


def main() -> int:
    """Write every catalogue and name what is left to translate."""
    strings = collect_strings()
    left = {language: write_catalogue(language, strings) for language in LANGUAGES if language != "en"}
    for language, sentences in left.items():
        sys.stdout.write(f"{language}: {len(strings)} sentences, {len(sentences)} without a translation\n")
        sys.stdout.writelines(f"  {sentence}\n" for sentence in sentences)
    return 1 if any(left.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
