"""A button that asks something before it calls its service: one small form, with what was typed kept in any refusal."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import flash, redirect

from app.base.errors import Conflict, DomainError, InvalidFields
from app.base.screens import forms, listpage
from app.extensions import db

LONGEST_KEY = 9  # digits
NO_REVISION = -1  # of a form that brings none: no record has it
Service = Callable[..., Any]


def whole(text: str | None) -> int | None:
    """Return a whole number that was sent, as a key or a revision; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else None


class Asked(NamedTuple):
    """What the form of a button says: on it and on its button, above its fields, and once it is done."""

    title: object
    done: object
    section: object = None
    help: object = None


class Asking:
    """Adds ``ask`` to a screen. ``self`` is the view."""

    def after_asking(self: Any, pk: str) -> str:
        """Return where a button that was pressed leads."""
        return str(self.url("show", pk=pk))

    def asking_url(self: Any) -> str:
        """Return the address at which the form's searching choices ask."""
        return str(self.url("choices", field="-").removesuffix("/-"))

    def ask(
        self: Any, pk: str, form: Any, service: Service, asked: Asked, *, extra: Mapping[str, Any] | None = None
    ) -> Any:
        """Draw ``form``, or send what it holds (and ``extra``) to ``service(record, values, actor=…, revision=…)``.

        A refusal draws it again with what was typed: 409 where somebody else has saved the record, 422 otherwise.
        """
        record = self.record(pk, write=True)
        if not form.is_submitted() or not form.validate():
            return self._drawn(record, form, asked)
        revision, values = whole(form.revision.data), forms.values(form) | dict(extra or {})
        try:
            service(record, values, actor=self.actor(), revision=NO_REVISION if revision is None else revision)
        except Conflict as refusal:
            return self._drawn_again(pk, form, asked, refusal, status=409)
        except InvalidFields as refusal:
            return self._drawn_again(pk, form, asked, _told(form, refusal.problems))
        except DomainError as refusal:
            return self._drawn_again(pk, form, asked, refusal)
        flash(str(asked.done), "success")
        return redirect(self.after_asking(pk))

    def _drawn_again(self: Any, pk: str, form: Any, asked: Asked, problem: object, *, status: int = 422) -> Any:
        db.session.rollback()
        return self._drawn(self.record(pk), form, asked, problem=problem, status=status)

    def _drawn(self: Any, record: Any, form: Any, asked: Asked, *, problem: object = None, status: int = 422) -> Any:
        shown = listpage.form_page(self, form, record, name=str(record), problem=problem)
        names = [one.short_name for one in form if one.short_name != "revision"]
        shown |= {"title": asked.title, "submit_label": asked.title}
        shown["sections"] = [{"id": "fields", "title": asked.section, "help": asked.help, "fields": names}]
        drawn = self.render_template("zhike/form.html", page=shown, form=forms.fill(form, None))
        return drawn, status if form.is_submitted() else 200


def _told(form: Any, problems: Mapping[str, object]) -> str | None:
    """Say each problem at its field; return those of fields that the form does not have."""
    for name, sentence in problems.items():
        if name in form:
            form[name].errors = [str(sentence)]
    return " ".join(str(sentence) for name, sentence in problems.items() if name not in form) or None
