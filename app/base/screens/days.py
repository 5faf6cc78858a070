"""What day is meant: asked by every field for a day when it is left."""

import html
import re

from flask import Flask, Response, jsonify, request

from app.base import clock, wording
from app.base.errors import Invalid
from app.base.fields import Date

LONGEST = 60
DAY = Date()


def prepare(app: Flask) -> None:
    """Give the address to everybody who is signed in, today's date to the calendar, the time to printed pages."""
    app.add_url_rule("/day", "day", understood)
    now = {"zk_today": clock.today, "zk_time": lambda: wording.instant(clock.now())}
    app.jinja_env.globals |= now | {"zk_css": in_css}


def in_css(words: object) -> str:
    """Return words as they stand between the quotes of a style sheet: all but letters and digits by their number."""
    return re.sub(r"[^0-9A-Za-z\u4e00-\u9fff]", lambda sign: f"\\{ord(sign[0]):x} ", html.unescape(str(words)))


def understood() -> Response:
    """Answer the day that ``text`` means as {value, text}; {problem} says why it means none."""
    try:
        day = DAY.parse(request.args.get("text", "")[:LONGEST])
    except Invalid as refusal:
        return jsonify({"problem": str(refusal)})
    return jsonify({"value": wording.day(day), "text": wording.dated(day)} if day else {"value": "", "text": ""})
