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
        paths |= {f"{api.route_base}/{{id}}/{name}": _press(api) for name in api.more_paths}
    scheme = {"bearer": {"type": "http", "scheme": "bearer", "description": "A personal token (zk_…) or a JWT."}}
    schemas = {api.resource_name: _schema(api, api.read_fields) for api in apis}
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1"},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {"securitySchemes": scheme, "schemas": schemas},
    }


def _schema(api: DomainApi, names: Sequence[str]) -> dict[str, Any]:
    own = {"id": {"type": "integer"}, "revision": {"type": "integer"}}
    return {"type": "object", "properties": own | {name: _property(api.specs[name]) for name in names}}


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
    return {
        "get": {
            "tags": [api.resource_name],
            "parameters": _asked(QUERY),
            "responses": {"200": _answer(api, many=True)} | PROBLEMS,
        },
        "post": {
            "tags": [api.resource_name],
            "parameters": _asked(api.queries.get("post", ())),
            "requestBody": _body_of(api),
            "responses": {"201": _answer(api)} | PROBLEMS,
        },
    }


KEY = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]


def _press(api: DomainApi) -> dict[str, Any]:
    names = {"type": "string", "enum": [name for name in api.read_fields if api.specs[name].group]}
    result = {"type": "object", "properties": {"field": names, "value": {}}}
    answer = {"type": "object", "properties": {"result": result}}
    asked = {"type": "object", "required": ["field"], "properties": {"field": names}}
    answers = {"200": {"description": "OK", "content": {"application/json": {"schema": answer}}}} | PROBLEMS
    body = {"required": True, "content": {"application/json": {"schema": asked}}}
    return {"parameters": KEY, "post": {"tags": [api.resource_name], "requestBody": body, "responses": answers}}


def _item(api: DomainApi) -> dict[str, Any]:
    tags, gone = [api.resource_name], {"204": {"description": "Deleted"}}
    change: dict[str, Any] = {"tags": tags, "requestBody": _body_of(api), "responses": {"200": _answer(api)} | PROBLEMS}
    change["parameters"] = _asked(api.queries.get("put", ()))
    remove = {"tags": tags, "parameters": _asked(api.queries.get("delete", ())), "responses": gone | PROBLEMS}
    return {
        "parameters": KEY,
        "get": {"tags": tags, "responses": {"200": _answer(api)} | PROBLEMS},
        "put": change,
        "patch": change,
        "delete": remove,
    }
