"""Forms out of fields: WTForms with one kind of input per kind of field, which keeps what was typed."""

from collections.abc import Iterable
from typing import Any

from flask_babel import ngettext as say_many
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError

from app.base import choices
from app.base.errors import Invalid
from app.base.fields import (
    Boolean,
    Choice,
    Choices,
    Date,
    Field,
    Link,
    Links,
    LongText,
    Moment,
    Number,
    Secret,
    value_of,
)
from app.base.i18n import _
from app.base.i18n import gettext as say

#: A dictionary up to this size is sent with the form; a longer one is searched on the server.
MOST_OPTIONS = 60
LONG_TEXT = 4000  # characters: whoever may write more has more room


class OurWords:
    """Sentences of WTForms out of our catalogues: its own know "zh" alone, and would serve it to both of ours."""

    gettext = staticmethod(say)
    ngettext = staticmethod(say_many)


class HouseForm(FlaskForm):
    """Every form of the house."""

    class Meta(FlaskForm.Meta):
        """Upstream's own sentences come from our catalogues."""

        def get_translations(self, _form: Any) -> OurWords:
            return OurWords()


class Reading:
    """Mixed into an input: keeps the typed text, and reads it by its field when the form is checked."""

    def __init__(self, *args: Any, spec: Field, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spec, self.value = spec, None
        self.flags.required = spec.required  # type: ignore[attr-defined]

    def pre_validate(self, _form: Any) -> None:
        """Read what was typed. Raises ValidationError with the field's own sentence."""
        try:
            self.value = self.spec.parse(self.data)  # type: ignore[attr-defined]
        except Invalid as refusal:
            raise ValidationError(str(refusal)) from refusal
        if self.spec.required and self.value in (None, "", ()):
            raise ValidationError(str(_("Please fill this in.")))


class Line(Reading, StringField):
    pass


class Lines(Reading, TextAreaField):
    pass


class Unseen(Reading, PasswordField):
    """What is typed here never comes back."""


class One(Reading, SelectField):
    def pre_validate(self, form: Any) -> None:
        Reading.pre_validate(self, form)


class Several(Reading, SelectMultipleField):
    def pre_validate(self, form: Any) -> None:
        Reading.pre_validate(self, form)


def form_class(specs: Iterable[Field], *, choices_url: str) -> type[HouseForm]:
    """Return a form with an input for each field. ``choices_url`` answers searches: ``…/<field>?q=``."""
    inputs: dict[str, Any] = {"revision": HiddenField()}
    for spec in specs:
        inputs[spec.name] = _input(spec, choices_url)
    return type("RecordForm", (HouseForm,), inputs)


def _input(spec: Field, choices_url: str) -> Any:
    kind = _kind(spec)
    more: dict[str, Any] = {"data-span": "1"} if spec.wide else {}
    if spec.only:
        more["data-only"] = spec.only
    given: dict[str, Any] = {"label": spec.label, "description": spec.help or "", "spec": spec, "render_kw": more}
    if kind in (One, Several):
        given |= {"choices": [], "validate_choice": False, "coerce": str}
        more |= _search(spec, choices_url)
    elif isinstance(spec, Date):
        more |= {"data-day": "1", "autocomplete": "off"}
    elif isinstance(spec, Moment):
        more |= {"data-day": "moment", "autocomplete": "off"}
    elif isinstance(spec, Number):
        more |= {"class": "zk-number", "inputmode": "decimal" if spec.places else "numeric", "autocomplete": "off"}
    elif isinstance(spec, Secret):
        more["autocomplete"] = "new-password"
    elif length := getattr(spec, "max_length", None):
        more |= _room(length)
    return kind(**given)


def _room(length: int) -> dict[str, Any]:
    """Return how much may be typed: spaces and dashes are taken out later."""
    return {"maxlength": max(length * 2, 40)} | ({"rows": 10} if length > LONG_TEXT else {})


def _kind(spec: Field) -> type[Any]:
    if isinstance(spec, Choices | Links):
        return Several
    if isinstance(spec, Choice | Link | Boolean):
        return One
    if isinstance(spec, Secret):
        return Unseen
    return Lines if isinstance(spec, LongText) else Line


def _search(spec: Field, choices_url: str) -> dict[str, str]:
    if isinstance(spec, Boolean):
        return {"class": "form-select"}
    if isinstance(spec, Link) or is_searched(spec):
        return {"data-search-url": f"{choices_url}/{spec.name}"}
    return {"data-search": "1"}


def is_searched(spec: Field) -> bool:
    """Tell whether a dictionary is too long to be sent with the page."""
    return isinstance(spec, Choice) and (spec.tree or len(spec.values.active) > MOST_OPTIONS)


def fill(form: Any, record: Any) -> Any:
    """Put a record's values into a form that was not sent yet; offer the options of each choice."""
    if record is not None and not form.is_submitted():
        for box in _boxes(form):
            value = value_of(record, box.spec)
            box.data = list(value) if isinstance(box.spec, Choices) else box.spec.typed(value)
        form.revision.data = str(record.revision)
    for box in _boxes(form):
        if isinstance(box, One | Several):
            box.choices = _options(box)
    return form


def default(form: Any) -> Any:
    """Preset the default value of each dictionary in an empty form."""
    if not form.is_submitted():
        for box in _boxes(form):
            if isinstance(box.spec, Choice) and not box.data:
                chosen = [item.code for item in box.spec.values.active if item.is_default]
                box.data = chosen if isinstance(box.spec, Choices) else (chosen or [""])[0]
    return form


def values(form: Any) -> dict[str, Any]:
    """Return what a checked form says, by field name."""
    return {box.short_name: box.value for box in _boxes(form)}


def _boxes(form: Any) -> list[Any]:
    return [box for box in form if isinstance(box, Reading)]


def _options(box: Any) -> list[tuple[str, object]]:
    spec, chosen = box.spec, box.data if isinstance(box.data, list) else [box.data]
    chosen = [str(code) for code in chosen if code not in (None, "")]
    blank: list[tuple[str, object]] = [] if isinstance(box, Several) else [("", "")]
    if isinstance(spec, Boolean):
        return [*blank, ("1", _("Yes")), ("0", _("No"))]
    if isinstance(spec, Link):
        known = choices.labels(spec.to, [code for code in chosen if code.isdigit()])
        return [*blank, *[(code, known.get(int(code), code) if code.isdigit() else code) for code in chosen]]
    return [*blank, *_items(spec, chosen)]


def _items(spec: Choice, chosen: list[str]) -> list[tuple[str, object]]:
    offered = [] if is_searched(spec) else [item.code for item in spec.values.active]
    codes = dict.fromkeys([*offered, *chosen])  # a retired value stays until it is changed
    known = spec.values.by_code
    return [(code, known[code].label if code in known else code) for code in codes]
