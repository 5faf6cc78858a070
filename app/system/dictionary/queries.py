"""The values of dictionaries, cached in every process under the stamp "dictionary"."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select

from app.base.actor import Actor
from app.base.choices import Found, Item, Values
from app.base.stamps import Cached
from app.extensions import db
from app.system.dictionary import rules
from app.system.dictionary.models import Dictionary, DictionaryValue

STAMP = "dictionary"
LANGUAGES = ("zh_Hans", "zh_Hant", "en")
COLORS = ("gray", "blue", "sky", "teal", "green", "lime", "amber", "orange", "red", "pink", "purple", "indigo")
COLOR_NAMES = {
    "zh_Hans": ("灰", "蓝", "天蓝", "青", "绿", "黄绿", "琥珀", "橙", "红", "粉", "紫", "靛"),
    "zh_Hant": ("灰", "藍", "天藍", "青", "綠", "黃綠", "琥珀", "橙", "紅", "粉", "紫", "靛"),
    "en": COLORS,
}
OWN_NAMES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}


def _values(dictionary: str, language: str) -> Values:
    if dictionary == "color":
        return Values(tuple(Item(code, name, code) for code, name in zip(COLORS, COLOR_NAMES[language], strict=True)))
    if dictionary == "language":
        return Values(tuple(Item(code, name) for code, name in OWN_NAMES.items()))
    kept = db.session.get(Dictionary, dictionary)
    found = select(DictionaryValue).where(DictionaryValue.dictionary_code == dictionary)
    rows = db.session.scalars(found.order_by(DictionaryValue.position, DictionaryValue.id))
    is_open = kept is not None and kept.policy == rules.OPEN
    return Values(tuple(_item(row, language) for row in rows), is_open=is_open)


def _item(row: DictionaryValue, language: str) -> Item:
    labels = {"zh_Hans": row.label_zh_hans, "zh_Hant": row.label_zh_hant, "en": row.label_en}
    return Item(
        code=row.code,
        label=labels[language],
        color=row.color,
        parent=row.parent_code,
        is_active=row.is_active,
        is_default=row.is_default,
        words=tuple(word for word in (*labels.values(), row.short, row.initials) if word),
    )


#: ``values(dictionary, language)``
values = Cached(STAMP, _values)


def name_in(dictionary: Dictionary, language: str) -> str:
    """Return what a dictionary is called in a language."""
    names = {"zh_Hans": dictionary.name_zh_hans, "zh_Hant": dictionary.name_zh_hant, "en": dictionary.name_en}
    return names[language]


def with_counts(dictionaries: list[Dictionary]) -> list[Dictionary]:
    """Tell each dictionary how many values it has, in use and retired."""
    table = DictionaryValue.__table__
    counted = select(table.c.dictionary_code, table.c.is_active, func.count()).group_by(
        table.c.dictionary_code, table.c.is_active
    )
    wanted = counted.where(table.c.dictionary_code.in_([one.code for one in dictionaries]))
    found = {(code, bool(active)): count for code, active, count in db.session.execute(wanted)}
    for one in dictionaries:
        one.values_in_use, one.values_retired = found.get((one.code, True), 0), found.get((one.code, False), 0)
    return dictionaries


class DictionaryNames:
    """How dictionaries are named and found in searching choices."""

    def labels(self, ids: Iterable[int]) -> Mapping[int, str]:  # noqa: ARG002 - their keys are words
        return {}

    def search(self, words: str, *, actor: Actor, limit: int) -> Sequence[Found]:  # noqa: ARG002 - open to all
        found = select(Dictionary).where(Dictionary.name_zh_hans.contains(words, autoescape=True)).limit(limit)
        return [Found(row.code, row.name_zh_hans) for row in db.session.scalars(found)]

    def exists(self, key: int, *, actor: Actor) -> bool:  # noqa: ARG002 - their keys are words
        return False
