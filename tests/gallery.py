"""Every template with sample data, to look at the theme without the rest: python -m tests.gallery 8101."""

import secrets
import sys
from pathlib import Path

from flask import Flask, flash, g, redirect, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from app.base import vendor
from app.base.i18n import speak_templates
from app.base.screens import days
from app.base.screens.house import DRAWN
from tests import gallery_list as samples
from tests import gallery_pages as pages

APP = Path(__file__).resolve().parents[1] / "app"
CSP = (
    "default-src 'self'; script-src 'nonce-{0}' 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
)
LANGUAGES = [("zh_Hans", "简体中文"), ("zh_Hant", "繁體中文"), ("en", "English")]


def locale() -> str:
    return request.cookies.get("language", "zh_Hans")


def frame() -> dict:
    languages = [{"code": code, "label": label, "url": "#", "current": code == locale()} for code, label in LANGUAGES]
    return {**samples.FRAME, "languages": languages, "language_url": "/language", "locale": locale()}


def nonce() -> str:
    g.nonce = getattr(g, "nonce", None) or secrets.token_urlsafe(12)
    return g.nonce


def secure(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = CSP.format(nonce())
    return answer


def language() -> Response:
    answer = redirect(request.form.get("next") or "/")
    answer.set_cookie("language", request.form["language"])
    return answer


def posted() -> Response:
    flash(f"收到：{ {k: v for k, v in request.form.items(multi=True) if k != 'csrf_token'} }", "success")
    return redirect(request.referrer or "/")


def choices() -> list[dict]:
    return [one for one in samples.REGIONS if request.args.get("q", "") in one["text"]]


def shown(name: str) -> str:
    template, make = pages.PAGES[name]
    context = make()
    if "flash" in request.args:
        flash("已保存", "success")
    return render_template(template, **{"frame": frame(), **context})


def icons() -> Response | None:
    """Answer for the sprite with the icons of the sample pages in it too."""
    if not request.path.endswith("vendor/icons.svg"):
        return None
    files = [Path(module.__file__) for module in (samples, pages)]
    own = {icon: file for file in files for icon in vendor.icons_in(file.read_text("utf-8"))}
    return Response(vendor.sprite(vendor.icons_used() | own), mimetype="image/svg+xml")


def create_app() -> Flask:
    app = Flask(
        "gallery", template_folder=str(APP / "templates"), static_folder=str(APP / "static"), static_url_path="/static"
    )
    app.config.update(SECRET_KEY="gallery", SEND_FILE_MAX_AGE_DEFAULT=0)
    Babel(app, locale_selector=locale, default_translation_directories=str(APP.parent / "translations"))
    speak_templates(app)
    app.jinja_env.globals |= DRAWN | {"csp_nonce": nonce}
    days.prepare(app)
    CSRFProtect(app)
    app.before_request(icons)
    app.after_request(secure)
    app.add_url_rule("/language", view_func=language, methods=["POST"])
    app.add_url_rule("/post", view_func=posted, methods=["POST"])
    app.add_url_rule("/regions", view_func=choices)
    app.add_url_rule("/filter-fields", view_func=lambda: samples.FILTER_FIELDS, endpoint="filter_fields")
    app.add_url_rule("/count", view_func=lambda: {"text": "3,482 家"}, endpoint="count")
    app.add_url_rule("/", view_func=lambda: redirect("/list"), endpoint="home")
    app.add_url_rule("/<name>", view_func=shown, methods=["GET", "POST"])
    return app


if __name__ == "__main__":
    create_app().run(host="127.0.0.1", port=int(sys.argv[1]), threaded=True)
