"""Dictionaries and their values."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import wording
from app.base.fields import Boolean, Choice, Link, Number, Text, field
from app.base.i18n import _
from app.base.scope import PUBLIC


def in_the_readers_language(row: Dictionary | DictionaryValue, what: str) -> str:
    words: str = getattr(row, f"{what}_{wording.language().lower()}")
    return words


class Dictionary(Model):
    """A list of values under one code, for example ``customer_level``."""

    __tablename__ = "dictionary_dictionary"
    __scope__ = PUBLIC

    code: Mapped[str] = mapped_column(String(40), primary_key=True, info=field(Text(_("Code"), sortable=True)))
    name_zh_hans: Mapped[str] = mapped_column(String(60), info=field(Text(_("Name (Simplified)"), sortable=True)))
    name_zh_hant: Mapped[str] = mapped_column(String(60), info=field(Text(_("Name (Traditional)"))))
    name_en: Mapped[str] = mapped_column(String(80), info=field(Text(_("Name (English)"))))
    policy: Mapped[str] = mapped_column(
        String(10), default="editable", info=field(Choice(_("Policy"), dictionary="dictionary_policy"))
    )  # rules.Policy

    values_in_use = values_retired = 0  # told by queries.with_counts

    def __str__(self) -> str:
        return in_the_readers_language(self, "name")


class DictionaryValue(Model):
    """One value: the code is stored in records, the label is what people read."""

    __tablename__ = "dictionary_value"
    __versioned__: dict = {}
    __scope__ = PUBLIC
    __table_args__ = (
        UniqueConstraint("dictionary_code", "code"),
        Index("ix_dictionary_value_order", "dictionary_code", "position"),
        CheckConstraint("code <> ''", name="ck_dictionary_value_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dictionary_code: Mapped[str] = mapped_column(
        ForeignKey("dictionary_dictionary.code"),
        info=field(Link(_("Dictionary"), to="dictionary", relation="dictionary", required=True)),
    )
    code: Mapped[str] = mapped_column(String(40), info=field(Text(_("Code"), required=True, max_length=40)))
    label_zh_hans: Mapped[str] = mapped_column(
        String(80), info=field(Text(_("Label (Simplified)"), required=True, max_length=80))
    )
    label_zh_hant: Mapped[str] = mapped_column(
        String(80), info=field(Text(_("Label (Traditional)"), required=True, max_length=80))
    )
    label_en: Mapped[str] = mapped_column(
        String(120), info=field(Text(_("Label (English)"), required=True, max_length=120))
    )
    short: Mapped[str | None] = mapped_column(String(40))  # how people write it: 河南 for 河南省
    initials: Mapped[str | None] = mapped_column(String(40))  # pinyin initials: hns for 河南省
    parent_code: Mapped[str | None] = mapped_column(String(40), info=field(Text(_("Parent code"), max_length=40)))
    color: Mapped[str] = mapped_column(
        String(10), default="gray", info=field(Choice(_("Colour"), dictionary="color", required=True))
    )
    position: Mapped[int] = mapped_column(default=0, info=field(Number(_("Order"), low=0, high=99999, sortable=True)))
    is_default: Mapped[bool] = mapped_column(default=False, info=field(Boolean(_("Default"))))
    is_active: Mapped[bool] = mapped_column(default=True, info=field(Boolean(_("In use"))))
    revision: Mapped[int] = mapped_column(nullable=False)

    dictionary: Mapped[Dictionary] = relationship(Dictionary)

    __mapper_args__ = {"version_id_col": revision}

    def __str__(self) -> str:
        return in_the_readers_language(self, "label")
