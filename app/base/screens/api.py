"""REST out of fields: the same records, rights, scope, masks and services as on the screens, as JSON.

A program signs in with a personal token or a JWT (``Authorization: Bearer …``). A browser's cookie opens only
reading, so that no foreign page can write with it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ClassVar

from flask import Response, abort, g, jsonify, request
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.security.decorators import permission_name
from flask_jwt_extended import verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWTError
from sqlalchemy import select

from app.base.actor import Actor, Channel
from app.base.errors import Invalid, InvalidFields, NotAllowed
from app.base.fields import Choices, Field, Hidden, Link, Phones, fields_of, is_hidden, parsed, seen, text_of, value_of
from app.base.i18n import _
from app.base.scope import may_write
from app.base.screens.listing import COUNT_LIMIT, Listing, filterable
from app.base.screens.outside import not_found
from app.extensions import db

PAGE_CAP, PAGE_DEFAULT = 100, 25
LONGEST_SIZE = 5  # digits
LONGEST_KEY = 9  # digits: more do not fit an INTEGER of PostgreSQL


def signed(method: Callable[..., Response]) -> Callable[..., Response]:
    """Let only a known program, or a reading browser, call; 401 or 403 as JSON else."""

    @wraps(method)
    def guarded(self: "DomainApi", *args: Any, **kwargs: Any) -> Response:
        _identify()
        name = f"can_{guarded._permission_name}"  # type: ignore[attr-defined]  # noqa: SLF001 - upstream's mark
        if not self.appbuilder.sm.has_access(name, self.class_permission_name):
            abort(403)
        return method(self, *args, **kwargs)

    return guarded


def _identify() -> None:
    if g.get("actor") is None:
        try:
            verify_jwt_in_request()
        except (JWTExtendedException, PyJWTError):
            abort(401)
    if g.get("actor") is None:
        abort(401)
    if g.actor.channel is not Channel.API and request.method != "GET":
        raise NotAllowed(_("Programs sign in with a token. A browser session may only read here."))


class DomainApi(BaseApi):
    """List, read, make, change and delete the records of one model."""

    model: ClassVar[type]
    resource_name = ""
    subject: ClassVar[str] = ""  # the screen whose segments may be asked for
    read_fields: ClassVar[Sequence[str]] = ()
    write_fields: ClassVar[Sequence[str]] = ()
    more_read: ClassVar[Mapping[str, Mapping[str, Any]]] = {}  # what is no field of a record: name → JSON schema
    create: ClassVar[Callable[..., Any]]  # service(values, *, actor) -> record
    change: ClassVar[Callable[..., Any]]  # service(record, values, *, actor, revision)
    remove: ClassVar[Callable[..., Any]]  # service(record, *, actor)
    queries: ClassVar[Mapping[str, Sequence[str]]] = {}  # method → further names in the address
    more_paths: ClassVar[Sequence[str]] = ()  # buttons of a record, for the description
    bodies: ClassVar[Mapping[str, Mapping[str, str]]] = {}  # button → what is sent: name → JSON type; "!": required
    allow_browser_login = True
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]

    @property
    def specs(self) -> Mapping[str, Field]:
        return fields_of(self.model)

    @property
    def actor(self) -> Actor:
        """Who calls; upstream asks for every attribute at start, when there is nobody."""
        return g.get("actor") or Actor(id=None)

    # ── reading ──

    @expose("/", methods=["GET"])
    @permission_name("list")
    @signed
    def index(self) -> Response:
        """Answer one page of the records in scope: ``filter`` or ``segment``, ``sort``, ``page`` or ``after``."""
        listing = self._listing()
        _checked = listing.filter
        rows = listing.rows
        last = rows[-1].id if rows and listing.has_more else None
        found = {"count": min(listing.count, COUNT_LIMIT), "count_is_capped": listing.count > COUNT_LIMIT}
        return jsonify(found | {"next_after": last, "result": self.drawn_all(rows)})

    def _listing(self) -> Listing:
        asked = dict(request.args.items())
        size = asked.get("page_size", "")
        columns = [self.specs[name] for name in self.read_fields]
        listing = Listing(self.model, filterable(self.model), columns, asked, self.actor, subject=self.subject)
        listing.page_size = min(max(int(size), 1), PAGE_CAP) if _is_number(size) else PAGE_DEFAULT
        return listing

    @expose("/<pk>", methods=["GET"])
    @permission_name("show")
    @signed
    def read(self, pk: str) -> Response:
        """Answer one record in scope."""
        record = self.record(pk)
        self.looked_at(record)
        return jsonify({"result": self.drawn(record)})

    def looked_at(self, record: Any) -> None:
        """Do what the domain wants done when a program has read all of a record. Nothing, unless it says so."""

    def record(self, pk: str, *, write: bool = False) -> Any:
        """Return the record in scope: 404 otherwise, 403 with a sentence if it may only be read."""
        if not (pk.isascii() and pk.isdigit() and len(pk) <= LONGEST_KEY):
            abort(404)
        found = db.session.scalar(select(self.model).where(self.model.id == int(pk)))  # type: ignore[attr-defined]
        if found is None:
            not_found(self.model, int(pk))
        if write and not may_write(found, self.actor):
            raise NotAllowed(_("You may read this record, but not change it. Ask its owner or a supervisor."))
        return found

    def drawn(self, record: Any) -> dict[str, Any]:
        """Return a record as JSON: its id, its revision, and the fields listed for reading, masked as on screens."""
        values = {name: self._value(self.specs[name], record) for name in self.read_fields}
        return {"id": record.id, "revision": record.revision} | values

    def drawn_all(self, records: Sequence[Any]) -> list[dict[str, Any]]:
        """Return records as JSON. A domain whose ``more_read`` is asked once for all of them says so here."""
        return [self.drawn(one) for one in records]

    def _value(self, spec: Field, record: Any) -> Any:
        value = seen(spec, value_of(record, spec), actor=self.actor, record=record)
        if isinstance(value, Hidden):
            return str(value)
        if isinstance(spec, Link) and value is not None:
            return {"id": value, "name": text_of(record, spec, actor=self.actor)}
        return spec.plain(value)

    # ── writing ──

    @expose("/", methods=["POST"])
    @permission_name("add")
    @signed
    def post(self) -> Response:
        """Make a record of the fields listed for writing."""
        record = type(self).create(self._given(), actor=self.actor)
        answer = jsonify({"result": self.drawn(record)})
        answer.status_code = 201
        return answer

    @expose("/<pk>", methods=["PUT", "PATCH"])
    @permission_name("edit")
    @signed
    def put(self, pk: str) -> Response:
        """Change the given fields of a record. ``revision`` must be the one that was read: else 409."""
        record = self.record(pk, write=True)
        values = self._given(record)
        revision = self._body().get("revision")
        if not isinstance(revision, int) or isinstance(revision, bool):
            raise InvalidFields({"revision": _("Send the revision that you have read.")})
        type(self).change(record, values, actor=self.actor, revision=revision)
        return jsonify({"result": self.drawn(record)})

    @expose("/<pk>", methods=["DELETE"])
    @permission_name("delete")
    @signed
    def delete(self, pk: str) -> Response:
        """Delete a record; it can be restored from the recycle bin."""
        type(self).remove(self.record(pk, write=True), actor=self.actor, **self.removal())
        return Response(status=204)

    def removal(self) -> dict[str, Any]:
        """Return what the domain wants to be told of a deletion, out of the address. Nothing, unless it says so."""
        return {}

    def _body(self) -> dict[str, Any]:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise Invalid(_("Send one JSON object."))
        return body

    def _given(self, record: Any = None) -> dict[str, Any]:
        """Return the values sent, by field name. Raises InvalidFields for unknown, wrong or masked ones."""
        body = {name: value for name, value in self._body().items() if name not in ("id", "revision")}
        problems: dict[str, object] = {}
        for name, value in body.items():
            if name not in self.write_fields or (record and is_hidden(self.specs[name], self.actor, record)):
                problems[name] = _("There is no such field, or it cannot be written.")
            elif isinstance(value, dict) or (isinstance(value, list) and not _takes_list(self.specs[name])):
                problems[name] = _("Send a single value.")
        known = {name: value for name, value in body.items() if name not in problems}
        values = parsed(self.specs, known, complain=problems.__setitem__)
        if problems:
            raise InvalidFields(problems)
        return values


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_SIZE


def _takes_list(spec: Field) -> bool:
    return isinstance(spec, Choices | Phones)
