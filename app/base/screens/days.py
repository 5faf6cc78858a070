"""What day is meant: asked by every field for a day when it is left."""

from flask import Flask, Response, jsonify, request

from app.base import clock, wording
from app.base.errors import Invalid
from app.base.fields import Appointment, Date

LONGEST = 60
DAY, APPOINTMENT = Date(), Appointment()


def prepare(app: Flask) -> None:
    """Give the address to everybody who is signed in, today's date to the calendar."""
    app.add_url_rule("/day", "day", understood)
    app.jinja_env.globals["zk_today"] = clock.today


def understood() -> Response:
    """Answer the day that ``text`` means as {value, text}; {problem} says why it means none. ``kind``: moment."""
    typed, kind = request.args.get("text", "")[:LONGEST], request.args.get("kind")
    try:
        moment = APPOINTMENT.parse(typed) if kind == "moment" else None
        day = DAY.parse(typed) if kind != "moment" else None
    except Invalid as refusal:
        return jsonify({"problem": str(refusal)})
    if moment:
        return jsonify({"value": wording.instant(moment), "text": wording.dated(clock.local(moment).date())})
    return jsonify({"value": wording.day(day), "text": wording.dated(day)} if day else {"value": "", "text": ""})
