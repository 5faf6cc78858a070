"""The description of the REST interfaces as OpenAPI 3.0, out of the same fields."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.base.fields import Field, Phones
from app.base.screens.api import DomainApi

TYPES: Mapping[str, Mapping[str, Any]] = {
    "boolean": {"type": "boolean"},
    "choices": {"type": "array", "items": {"type": "string"}},
    "date": {"type": "string", "format": "date"},
    "link": {"type": "integer"},
    "moment": {"type": "string", "format": "date-time"},
    "number": {"type": "number"},
}


def openapi(apis: Sequence[DomainApi], *, title: str) -> dict[str, Any]:
    """Return the OpenAPI 3.0 description of these interfaces."""
    paths: dict[str, Any] = {}
    for api in apis:
        paths[f"{api.route_base}/"] = _collection(api)
        paths[f"{api.route_base}/{{id}}"] = _item(api)
        paths |= {f"{api.route_base}/{{id}}/{name}": _press(api, name) for name in api.more_paths}
    scheme = {"bearer": {"type": "http", "scheme": "bearer", "description": "A personal token (zk_…) or a JWT."}}
    schemas = {api.resource_name: _schema(api, api.read_fields, api.more_read) for api in apis}
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1"},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {"securitySchemes": scheme, "schemas": schemas},
    }


def _schema(api: DomainApi, names: Sequence[str], more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    own = {"id": {"type": "integer"}, "revision": {"type": "integer"}}
    fields = {name: _property(api.specs[name]) for name in names}
    return {"type": "object", "properties": own | fields | dict(more or {})}


def _property(spec: Field) -> dict[str, Any]:
    kind: dict[str, Any] = dict(TYPES.get(spec.kind, {"type": "string"}))
    if isinstance(spec, Phones):
        kind = {"type": "array", "items": {"type": "string"}}
    return kind | {"title": str(spec.label), "nullable": not spec.required}


def _body_of(api: DomainApi) -> dict[str, Any]:
    schema = _schema(api, api.write_fields)
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answer(api: DomainApi, *, many: bool = False) -> dict[str, Any]:
    one: dict[str, Any] = {"$ref": f"#/components/schemas/{api.resource_name}"}
    result = {"type": "array", "items": one} if many else one
    schema = {"type": "object", "properties": {"result": result}}
    return {"description": "OK", "content": {"application/json": {"schema": schema}}}


PROBLEMS = {
    code: {"description": words}
    for code, words in {
        "401": "No valid token",
        "403": "Not allowed, or only to be read",
        "404": "No such record in scope",
        "409": "Saved by somebody else since the revision was read",
        "422": "A rule of the business says no; error.fields names the fields",
    }.items()
}
QUERY = ("filter", "segment", "sort", "page", "after", "page_size")


def _asked(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]


def _collection(api: DomainApi) -> dict[str, Any]:
    listing = {
        "tags": [api.resource_name],
        "parameters": _asked(QUERY),
        "responses": {"200": _answer(api, many=True)} | PROBLEMS,
    }
    making = {
        "tags": [api.resource_name],
        "parameters": _asked(api.queries.get("post", ())),
        "requestBody": _body_of(api),
        "responses": {"201": _answer(api)} | PROBLEMS,
    }
    return {"get": listing} | _there(api, post=making)


def _there(api: DomainApi, **verbs: dict[str, Any]) -> dict[str, Any]:
    """Return those of some verbs that the interface has."""
    return {verb: said for verb, said in verbs.items() if verb not in api.exclude_route_methods}


KEY = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]


def _press(api: DomainApi, name: str) -> dict[str, Any]:
    answers = {"200": _answer(api)} if name in api.bodies else {"200": _revealed(api)}
    pressing = {"tags": [api.resource_name], "responses": answers | PROBLEMS}
    schema = _sent(api.bodies[name]) if name in api.bodies else _asks_for_field(api)
    if schema["properties"]:
        pressing["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {"parameters": KEY, "post": pressing}


def _sent(body: Mapping[str, str]) -> dict[str, Any]:
    """Return the schema of what a button is sent: "string!" must be there."""
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    schema["properties"] = {name: {"type": kind.removesuffix("!")} for name, kind in body.items()}
    required = [name for name, kind in body.items() if kind.endswith("!")]
    return schema | ({"required": required} if required else {})


def _asks_for_field(api: DomainApi) -> dict[str, Any]:
    return {"type": "object", "required": ["field"], "properties": {"field": _masked(api)}}


def _masked(api: DomainApi) -> dict[str, Any]:
    return {"type": "string", "enum": [name for name in api.read_fields if api.specs[name].group]}


def _revealed(api: DomainApi) -> dict[str, Any]:
    result = {"type": "object", "properties": {"field": _masked(api), "value": {}}}
    schema = {"type": "object", "properties": {"result": result}}
    return {"description": "OK", "content": {"application/json": {"schema": schema}}}


def _item(api: DomainApi) -> dict[str, Any]:
    tags, gone = [api.resource_name], {"204": {"description": "Deleted"}}
    change: dict[str, Any] = {"tags": tags, "requestBody": _body_of(api), "responses": {"200": _answer(api)} | PROBLEMS}
    change["parameters"] = _asked(api.queries.get("put", ()))
    remove = {"tags": tags, "parameters": _asked(api.queries.get("delete", ())), "responses": gone | PROBLEMS}
    reading = {"tags": tags, "responses": {"200": _answer(api)} | PROBLEMS}
    changing = {"put": change, "patch": change} if "put" not in api.exclude_route_methods else {}
    return {"parameters": KEY, "get": reading} | changing | _there(api, delete=remove)
