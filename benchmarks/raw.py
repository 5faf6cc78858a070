"""The same pages from raw SQL with the right index and a minimal template: the limit. On the product's own database.

Settings: BENCH_RAW_URL. Nobody signs in, nothing is checked.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template_string, request

from benchmarks import raw_tickets
from benchmarks.counting import Counting

COLUMNS = "c.id, c.name, c.level, c.status, u.name AS owner, c.phone, c.region, c.industry, c.updated_at"
PAGE = """<!doctype html><title>x</title><table>{% for row in rows %}<tr>{% for value in row %}<td>{{ value }}</td>
{% endfor %}</tr>{% endfor %}</table>"""
LIST = """SELECT {columns} FROM (SELECT * FROM customers_customer WHERE deleted_at IS NULL {where} ORDER BY {order}
    LIMIT 25) c LEFT JOIN security_employee u ON u.id = c.owner_id ORDER BY {outer}"""
DEEP = """SELECT {columns} FROM customers_customer c LEFT JOIN security_employee u ON u.id = c.owner_id
    WHERE c.id = ANY (ARRAY (SELECT id FROM customers_customer WHERE deleted_at IS NULL
    ORDER BY updated_at DESC, id DESC OFFSET :skip LIMIT 25)) ORDER BY c.updated_at DESC, c.id DESC"""
NEWEST = "updated_at DESC, id DESC"
FIVE = """AND region = '410300' AND level = 'a' AND industry IS DISTINCT FROM 'food' AND owner_id IS NULL
    AND legal_person LIKE :surname"""
#: Told apart by whether the word is frequent, as the product does by its table of frequencies.
COMMON = "AND name LIKE :pattern"
RARE = """AND name LIKE :pattern AND id = ANY (ARRAY (SELECT record_id FROM search_entry
    WHERE words @@ CAST(:token AS tsquery)))"""
SHOW = "SELECT * FROM customers_customer WHERE id = :key"


def listing(where: str = "", order: str = NEWEST) -> str:
    return LIST.format(columns=COLUMNS, where=where, order=order, outer=", ".join(f"c.{x}" for x in order.split(", ")))


def create() -> Flask:  # noqa: C901 - one small page after the other
    """Return the application."""
    app, engine = Flask("raw"), sa.create_engine(os.environ["BENCH_RAW_URL"], pool_size=10)

    def shown(statement: str, **given: Any) -> str:
        with engine.connect() as connection:
            return render_template_string(PAGE, rows=connection.execute(sa.text(statement), given).all())

    @app.get("/list")
    def first() -> str:
        return shown(listing())

    @app.get("/page/<int:skip>")
    def deep(skip: int) -> str:
        return shown(DEEP.format(columns=COLUMNS), skip=skip)

    @app.get("/contains/<word>")
    def contains(word: str) -> str:
        is_common = request.args.get("common")
        return shown(listing(COMMON if is_common else RARE), pattern=f"%{word}%", token=f"'cn2{word[:2]}'")

    @app.get("/five")
    def five() -> str:
        return shown(listing(FIVE), surname="王%")

    @app.get("/sorted")
    def by_name() -> str:
        return shown(listing("", "name, id"))

    @app.get("/show/<int:key>")
    def show(key: int) -> str:
        return shown(SHOW, key=key)

    raw_tickets.add(app, shown)

    @app.post("/save/<int:key>")
    def save(key: int) -> str:
        given: Mapping[str, Any] = request.form
        with engine.begin() as connection:
            found = connection.execute(sa.text(f"{SHOW} FOR UPDATE"), {"key": key}).mappings().one()
            wanted = {"key": key, "notes": given["notes"]}
            connection.execute(sa.text("UPDATE customers_customer SET notes = :notes WHERE id = :key"), wanted)
            kept = json.dumps(dict(found), default=str)
            connection.execute(sa.text("INSERT INTO bench_history (body) VALUES (:body)"), {"body": kept})
        return "saved"

    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS bench_history (id bigserial PRIMARY KEY, body text)"))
    engine.dispose()
    return app


def app(environ: Any, start_response: Any) -> Any:
    """Answer through an application made at the first request of each process."""
    if "app" not in _made:
        _made["app"] = Counting(create())
    return _made["app"](environ, start_response)


_made: dict[str, Any] = {}
