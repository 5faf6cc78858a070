"""Collect the sentences of the code into the catalogues and compile them: ``make messages``.

``python -m app.messages compile`` only compiles, as the start of a demo and the image do.
"""

import sys
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from config import ROOT

FOLDER = ROOT / "translations"
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
#: English stands in the source.
LANGUAGES = ("zh_Hans", "zh_Hant")


def collect() -> Catalog:
    """Return every sentence of the code and the templates, with where it stands."""
    found = Catalog(project="zhike", charset="utf-8")
    app = ROOT / "app"
    for name, line, message, comments, context in extract_from_dir(app, METHODS, OPTIONS, KEYWORDS, ["Translators:"]):
        found.add(message, None, [(f"app/{name}", line)], auto_comments=comments, context=context)
    return found


def update(language: str, found: Catalog) -> tuple[int, int]:
    """Bring one catalogue up to date and compile it; return how many sentences it has, and how many lack words."""
    source = FOLDER / language / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    catalog = _read(source, language)
    catalog.update(found, no_fuzzy_matching=True)
    with source.open("wb") as write:
        write_po(write, catalog, width=120, sort_output=True, ignore_obsolete=True)
    with source.with_suffix(".mo").open("wb") as write:
        write_mo(write, catalog)
    return len(catalog), sum(not _is_translated(message.string) for message in catalog if message.id)


def compile_all(folder: Path = FOLDER) -> None:
    """Compile every catalogue that is newer than what was compiled from it."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            with source.open("rb") as read, target.open("wb") as write:
                write_mo(write, read_po(read))


def _read(source: Path, language: str) -> Catalog:
    if not source.exists():
        return Catalog(locale=Locale.parse(language), project="zhike", charset="utf-8")
    with source.open("rb") as read:
        return read_po(read, locale=language)


def _is_translated(words: object) -> bool:
    return all(words) if isinstance(words, tuple | list) else bool(words)


def main() -> None:
    """Bring all catalogues up to date; with the word ``compile``, only compile them."""
    if sys.argv[1:] == ["compile"]:
        compile_all()
        return
    sentences = collect()
    for one in LANGUAGES:
        total, missing = update(one, sentences)
        sys.stdout.write(f"{one}: {total} sentences, {missing} without a translation\n")


if __name__ == "__main__":
    main()
