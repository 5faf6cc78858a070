"""The catalogues themselves: one ``.po`` per language, in an order and with a head that do not change by themselves."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from config import ROOT

FOLDER = ROOT / "translations"
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
LANGUAGES = ("zh_Hans", "zh_Hant")
#: Neither a date nor a person: a second run changes nothing.
HEAD = r"""# The sentences of Zhike. English stands in the source; `make messages` keeps this file up to date.
msgid ""
msgstr ""
"Project-Id-Version: zhike\n"
"Language: {language}\n"
"Plural-Forms: nplurals=1; plural=0;\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""


def collect() -> Catalog:
    """Return every sentence of the code and the templates, with the files in which it stands."""
    found = Catalog(project="zhike", charset="utf-8")
    app = ROOT / "app"
    for name, line, message, comments, context in extract_from_dir(app, METHODS, OPTIONS, KEYWORDS, ["Translators:"]):
        found.add(message, None, [(f"app/{name}", line)], auto_comments=comments, context=context)
    return found


def place(language: str, folder: Path = FOLDER) -> Path:
    return folder / language / "LC_MESSAGES" / "messages.po"


def read(language: str, folder: Path = FOLDER) -> Catalog:
    """Return a catalogue as it stands; an empty one if there is none yet."""
    source = place(language, folder)
    written = source.read_bytes() if source.exists() else HEAD.format(language=language).encode()
    return read_po(BytesIO(written), locale=language)


def update(language: str, sentences: Catalog, folder: Path = FOLDER) -> None:
    """Bring one catalogue up to date with the code, and compile it. What is no longer said is dropped."""
    source = place(language, folder)
    source.parent.mkdir(parents=True, exist_ok=True)
    catalog = read(language, folder)
    catalog.update(sentences, no_fuzzy_matching=True)
    body = BytesIO()
    write_po(body, catalog, width=120, sort_output=True, ignore_obsolete=True, omit_header=True, include_lineno=False)
    source.write_bytes(HEAD.format(language=language).encode() + body.getvalue())
    compile_all(folder)


def compile_all(folder: Path = FOLDER) -> None:
    """Compile every catalogue that is newer than what was compiled from it."""
    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime <= source.stat().st_mtime:
            compiled = BytesIO()
            write_mo(compiled, read_po(BytesIO(source.read_bytes())))
            fresh = target.with_suffix(".mo.new")
            fresh.write_bytes(compiled.getvalue())
            fresh.replace(target)  # whoever reads it meanwhile reads the whole of one or the other
