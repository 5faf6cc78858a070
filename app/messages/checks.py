"""What can be wrong with a catalogue, found without reading it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message

HAN = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
WORD = re.compile(r"[A-Za-z]{2,}")
#: What sentences of the code are spoken with.
SPEAKERS = frozenset(["_", "ngettext"])
#: Words that stay as they are in every language.
NAMES = frozenset("Excel csv xlsx".split())


def faults(catalog: Catalog, sentences: Catalog, *, language: str) -> list[str]:
    """Return what is wrong with the catalogue of a language, one sentence each."""
    ours = [message for message in catalog if message.id]
    known = {message.id for message in ours}
    said = {message.id for message in sentences if message.id}
    found = [f"{id_!r} is not in the catalogue" for id_ in said - known]
    found += [f"{id_!r} is said nowhere in the code" for id_ in known - said]
    found += [f"{message.id!r} is obsolete" for message in catalog.obsolete.values()]
    found += [f"{message.id!r} {fault}" for message in ours for fault in _of_one(message, language)]
    return sorted(found)


def unheard(folder: Path, sentences: Catalog) -> list[str]:
    """Return the sentences that the collecting does not hear, such as one inside an f-string."""
    known = {_several(message.id)[0] for message in sentences if message.id}
    said = ((path, call) for path in sorted(folder.rglob("*.py")) for call in _translations(path))
    return sorted(
        f"{path.name}:{call.lineno}: {ast.unparse(call)}" for path, call in said if _literal(call) not in known
    )


def _translations(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
            yield node


def _literal(call: ast.Call) -> object:
    return call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None


def _of_one(message: Message, language: str) -> Iterator[str]:
    words = _several(message.string)
    if not all(words):
        yield "has no translation"
        return
    if message.fuzzy:
        yield "is marked as fuzzy"
    if any(_placeholders(one) != _placeholders(_several(message.id)[-1]) for one in words):
        yield "has other placeholders in its translation"
    if _says_something(_several(message.id)[-1]) and not all(HAN.search(one) for one in words):
        yield "has no Chinese in its translation"
    if language == "zh_Hant" and (found := simplified_only("".join(words))):
        yield f"holds simplified characters: {' '.join(found)}"


def _several(words: object) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, tuple | list) else (str(words),)


def _placeholders(words: str) -> set[str]:
    return set(PLACEHOLDER.findall(words))


def _says_something(english: str) -> bool:
    return bool(set(WORD.findall(PLACEHOLDER.sub(" ", english))) - NAMES)


def simplified_only(text: str) -> list[str]:
    """Return the characters of the text that Traditional Chinese does not know."""
    traditional, taiwan = _characters("STCharacters.txt"), set(_characters("TWVariants.txt").values())
    return [letter for letter in text if letter not in traditional.get(letter, letter) and letter not in taiwan]


@cache
def _characters(name: str) -> dict[str, str]:
    """Return a table of opencc: a simplified character → its traditional ones, or a variant → that of Taiwan."""
    import opencc  # noqa: PLC0415 - only the check reads the tables

    table = Path(opencc.__file__).parent / "dictionary" / name
    return dict(line.split("\t") for line in table.read_text(encoding="utf-8").splitlines())
