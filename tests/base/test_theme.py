"""The theme by itself: macros escape, every template renders with much and with nothing, rules of the house hold."""

import gzip
import re
from pathlib import Path

import pytest
from markupsafe import Markup

from app.base import vendor
from tests.gallery import create_app, frame
from tests.gallery_pages import PAGES

TEMPLATES = sorted((vendor.ROOT / "app" / "templates" / "zhike").rglob("*.html"))
MACROS = '{% import "zhike/macros.html" as zk %}'
EVIL = "<script>alert(1)</script>"
KINDS = sorted({template for template, _ in PAGES.values()})


@pytest.fixture(scope="module")
def app():
    app = create_app()
    app.testing = True
    return app


@pytest.fixture
def render(app):
    with app.test_request_context("/list"):
        yield lambda source, **context: app.jinja_env.from_string(MACROS + source).render(**context)


@pytest.mark.parametrize(
    "source",
    [
        "{{ zk.chip(evil, 'blue') }}",
        "{{ zk.flag(evil) }}",
        "{{ zk.level(evil, 'red', evil) }}",
        "{{ zk.person(evil) }}",
        "{{ zk.phone(evil) }}",
        "{{ zk.delta(evil, 'up') }}",
        "{{ zk.tabs([{'label': evil, 'url': evil, 'count': evil}], evil) }}",
        "{{ zk.crumbs([{'label': evil, 'url': evil}], evil, evil) }}",
        "{{ zk.facts([{'k': evil, 'v': evil, 's': evil}]) }}",
        "{{ zk.fields([{'label': evil, 'value': evil}]) }}",
        "{{ zk.filter_chip({'field': evil, 'op': evil, 'values': [evil], 'remove_url': evil}) }}",
        "{{ zk.menu([{'label': evil, 'url': evil, 'method': 'POST', 'confirm': evil}], evil) }}",
        "{{ zk.empty(evil, evil, [{'label': evil, 'url': evil, 'text': evil}]) }}",
        "{{ zk.field('id', evil, evil, help=evil, errors=[evil], warn=evil) }}",
        "{{ zk.error_summary([('id', evil, evil)], evil) }}",
        "{{ zk.builder(evil, evil, {'a': {'b': evil}}) }}",
        "{{ zk.stats([{'k': evil, 'v': evil, 's': evil, 'url': evil}]) }}",
        "{{ zk.choice(evil, evil, evil, label=evil) }}",
        "{{ zk.diffrow(evil, evil, evil) }}",
        "{{ zk.steps([{'label': evil, 'text': evil}]) }}",
    ],
)
def test_a_macro_escapes_what_it_is_given(render, source):
    assert "<script>alert" not in render(source, evil=EVIL)


def test_markup_passes_through_a_cell_and_a_fact(render):
    page = {
        "columns": [{"label": "A"}, {"label": "B"}],
        "rows": [{"label": "x", "cells": ["x", Markup("<b>bold</b>")], "actions": []}],
    }
    assert "<b>bold</b>" in render("{{ zk.table(page) }}", page=page)
    assert "<b>bold</b>" in render("{{ zk.facts([{'k': 'k', 'v': v}]) }}", v=Markup("<b>bold</b>"))


def test_a_negated_condition_is_set_apart(render):
    assert "is-not" in render("{{ zk.filter_chip({'op': 'is not', 'negated': True}) }}")


def test_a_post_action_names_its_question_and_needs_no_script_to_be_a_post(render):
    shown = render(
        "{{ zk.menu([{'label': 'Delete', 'url': '/d', 'method': 'POST', 'confirm': 'Sure?', 'danger': True}], 'm') }}"
    )
    assert 'form="zk-post"' in shown
    assert 'formaction="/d"' in shown
    assert 'data-confirm="Sure?"' in shown


def test_a_masked_phone_shows_how_many_companies_it_serves(render):
    shown = render("{{ zk.phone('138****5678', 3, '/p') }}")
    assert '<span class="dots">****</span>5678' in shown
    assert 'href="/p"' in shown


def test_nobody_is_shown_in_words(render):
    assert "未分派" in render("{{ zk.person(None) }}")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_page_renders_in_full(app, name, language):
    client = app.test_client()
    client.set_cookie("language", language)
    answer = client.get(f"/{name}")
    assert answer.status_code == 200
    lang = {"zh_Hans": "zh-Hans", "en": "en"}[language] if name != "signed-out" else "zh-Hans"
    assert f'<html lang="{lang}"' in answer.text
    assert answer.text.count("<h1") == 1
    assert 'id="main"' in answer.text


@pytest.mark.parametrize("template", KINDS)
@pytest.mark.parametrize("with_frame", [True, False])
def test_a_template_renders_with_nothing_but_a_title(app, template, with_frame):
    form = PAGES["form"][1] if "form" in template else dict
    with app.test_request_context("/x"):
        given = {"form": form()["form"]} if form is not dict else {}
        shown = app.jinja_env.get_template(template).render(
            page={"title": EVIL},
            frame=frame() if with_frame else {},
            request=None,
            get_flashed_messages=lambda **_: [],
            **given,
        )
    assert "<script>alert" not in shown


@pytest.mark.parametrize("given", [{}, {"page": {"title": "T"}}, {"frame": {}, "page": None}])
def test_a_page_of_its_own_needs_no_more_than_content(app, given):
    source = '{% extends "zhike/base.html" %}{% block content %}<p>ours</p>{% endblock %}'
    with app.test_request_context("/x"):
        assert "<p>ours</p>" in app.jinja_env.from_string(source).render(get_flashed_messages=lambda **_: [], **given)


def test_an_error_is_beside_its_field_and_in_the_summary(app):
    shown = app.test_client().get("/form").text
    assert 'href="#code"' in shown
    assert 'aria-describedby="code-err"' in shown
    assert 'id="code-err"' in shown


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_inline_style_handler_or_bare_script(app, name):
    shown = app.test_client().get(f"/{name}").text
    assert not re.search(r"<[^>]+\sstyle=", shown)
    assert not re.search(r"<[^>]+\son[a-z]+=", shown)
    assert all("nonce=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", shown))


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_posts_carry_a_token(app, name):
    shown = app.test_client().get(f"/{name}").text
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    forms = re.findall(r'<form[^>]*method="post".*?</form>', shown, re.DOTALL)
    assert all('name="csrf_token"' in one for one in forms)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_chinese_and_no_inline_code(path):
    source = path.read_text("utf-8")
    assert not re.search(r"[\u4e00-\u9fff]", source)
    assert not re.search(r"\sstyle=|\son(?:click|change|submit|load)=", source)


@pytest.mark.parametrize("path", sorted((vendor.ROOT / "app/static/js").glob("*.js")), ids=lambda path: path.name)
def test_a_script_speaks_no_language_of_its_own(path):
    code = re.sub(r"//.*|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL if "/*" in path.name else 0)
    assert not re.search(r"[\u4e00-\u9fff]", code)
    assert "eval(" not in code
    assert "innerHTML" not in code


def test_our_own_scripts_and_styles_stay_small():
    """As they are sent: compressed."""
    sent = {kind: sum(map(size_sent, (vendor.ROOT / "app/static").rglob(f"*.{kind}"))) for kind in ("js", "css")}
    assert sent["js"] < 60_000
    assert sent["css"] < 40_000


def size_sent(path):
    return 0 if "vendor" in path.parts else len(gzip.compress(path.read_bytes()))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ icon('dots') }}", {"dots"}),
        ('zk.icon("arrow-up", label=_("x"))', {"arrow-up"}),
        ('{"label": "x", "icon": "key"}', {"key"}),
        ('add_view(V, icon="users", category_icon="settings")', {"users", "settings"}),
        ('zk.menu(items, icon_name="download")', {"download"}),
        ('KIND_ICONS = {"call": "phone", "visit": "map-pin"}', {"phone", "map-pin"}),
        ('icon(name) and data-iconic="no"', set()),
    ],
)
def test_icons_are_found_wherever_they_are_named(text, names):
    assert vendor.icons_in(text) == names


@pytest.mark.skipif(not vendor.MODULES.exists(), reason="npm packages are not installed")
def test_every_icon_in_use_exists():
    assert vendor.sprite(vendor.icons_used()).count("<symbol") == len(vendor.icons_used())


@pytest.mark.skipif(not vendor.MODULES.exists(), reason="npm packages are not installed")
def test_an_unknown_icon_is_named_with_its_file():
    with pytest.raises(vendor.Missing, match=r"no icon “no-such-icon” \(named in app/x\.html\)"):
        vendor.symbol("no-such-icon", Path("app/x.html"))


@pytest.mark.parametrize("folder", [".", "tests/lighthouse"])
def test_the_lock_file_names_no_download_address(folder):
    assert "resolved" not in (vendor.ROOT / folder / "package-lock.json").read_text()
