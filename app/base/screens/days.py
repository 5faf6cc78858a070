"""What day is meant: asked by every field for a day when it is left."""

from flask import Flask, Response, jsonify, request

from app.base import clock, wording
from app.base.errors import Invalid
from app.base.fields import Date

LONGEST = 60
DAY = Date()


def prepare(app: Flask) -> None:
    """Give the address to everybody who is signed in, today's date to the calendar."""
    app.add_url_rule("/day", "day", understood)
    app.jinja_env.globals["zk_today"] = clock.today


def understood() -> Response:
    """Answer the day that ``text`` means as {value, text}; {problem} says why it means none."""
    try:
        day = DAY.parse(request.args.get("text", "")[:LONGEST])
    except Invalid as refusal:
        return jsonify({"problem": str(refusal)})
    return jsonify({"value": wording.day(day), "text": wording.dated(day)} if day else {"value": "", "text": ""})
