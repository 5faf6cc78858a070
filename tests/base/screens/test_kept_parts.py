"""Parts of pages and rows of lists that are drawn once: nobody is shown what was drawn for what they do not share."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from jinja2 import DictLoader, meta
from markupsafe import Markup

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.i18n import _, speaking
from app.base.screens import kept
from app.base.screens.kept import Kept, frozen, part
from app.base.screens.keptrows import KeptRows
from app.crm.customers import services
from app.crm.customers.models import Customer, CustomerTag
from app.extensions import db
from app.system.dictionary import services as dictionary
from app.system.dictionary.models import DictionaryValue
from app.system.security.models import Employee
from tests.cast import LIN, MEI
from tests.factories import a_customer

TEMPLATES = Path(kept.__file__).parents[2] / "templates"
OF_THE_REQUEST = {"request", "session", "g", "config", "get_flashed_messages", "current_user", "appbuilder"}


@pytest.fixture
def drawing(app, monkeypatch):
    """Draw a template of the test's own as a part; ``drawn`` counts how often it was drawn."""
    count, templates = [], {}
    environment = app.jinja_env
    monkeypatch.setattr(environment, "loader", DictLoader(templates))
    monkeypatch.setitem(app.extensions, "kept_parts", Kept(3))
    monkeypatch.setitem(environment.globals, "seen", lambda: count.append(1) or "")

    def draw(text, told=None, *, language="en", base="/", **holes):
        name = f"{hash(text)}.html"
        templates[name] = "{{ seen() }}" + text
        with app.test_request_context(base_url=f"http://localhost{base}"), speaking(language):
            return part(name, told or {}, **holes)

    draw.drawn = count
    return draw


def test_a_part_is_drawn_once_for_all_who_are_told_the_same(drawing):
    assert [drawing("{{ name }}", {"name": "甲"}) for _time in range(3)] == ["甲"] * 3
    assert len(drawing.drawn) == 1
    assert drawing("{{ name }}", {"name": "乙"}) == "乙"


def test_a_part_follows_the_language_the_day_and_the_place(drawing, monkeypatch):
    text = "{{ _('Customer') }} {{ url_for('healthz') }}"
    assert drawing(text).startswith("Customer ")
    assert drawing(text, language="zh_Hans").startswith("客户 ")
    assert drawing(text, base="/zhike/").endswith(" /zhike/healthz")
    assert drawing(text).endswith(" /healthz")
    assert len(drawing.drawn) == 3
    monkeypatch.setattr(clock, "today", lambda: date(2030, 1, 2))
    drawing(text)
    assert len(drawing.drawn) == 4


def test_text_is_not_taken_for_markup_nor_one_for_true(drawing):
    assert drawing("{{ it }}", {"it": Markup("<b>")}) == "<b>"
    assert drawing("{{ it }}", {"it": "<b>"}) == "&lt;b&gt;"
    assert [drawing("{{ it }}", {"it": it}) for it in (True, 1, 1.0, "1")] == ["True", "1", "1.0", "1"]
    assert drawing("{{ it is string }}", {"it": _("Customer")}) != drawing("{{ it is string }}", {"it": "Customer"})
    assert drawing("{{ it is mapping }}", {"it": {}}) != drawing("{{ it is mapping }}", {"it": []})


def test_what_may_change_inside_is_drawn_each_time(drawing):
    one = Customer(name="甲")
    assert drawing("{{ one.name }}", {"one": one}) == "甲"
    one.name = "乙"
    assert drawing("{{ one.name }}", {"one": one}) == "乙"


def test_holes_are_filled_in_each_time_and_escaped(drawing):
    text = "{{ here }}|{{ note }}"
    assert drawing(text, here="/a?<", note=Markup("<i>")) == "/a?&lt;|<i>"
    assert drawing(text, here="/b", note="<") == "/b|&lt;"
    assert len(drawing.drawn) == 1


def test_each_answer_has_its_own_nonce_and_token_in_a_part_that_was_kept(app, drawing):
    text = '<script nonce="{{ csp_nonce() }}"></script><input value="{{ csrf_token() }}">'
    first, second = drawing(text), drawing(text)
    assert len(drawing.drawn) == 1
    found = [re.findall('="([^"]{20,})"', one) for one in (first, second)]
    assert [len(one) for one in found] == [2, 2]
    assert not {*found[0]} & {*found[1]}
    texts = [piece for pieces in app.extensions["kept_parts"].found.values() for piece in pieces]
    assert not any(value in piece for one in found for value in one for piece in texts)


def test_a_part_into_which_a_token_slips_past_its_holes_is_not_kept(drawing):
    text = "{{ zk_action({'label': 'x', 'url': '/', 'method': 'POST', 'form': [('a', 'b')]}) }}"
    tokens = {re.search('csrf_token" value="([^"]+)"', drawing(text))[1] for _time in range(2)}
    assert len(tokens) == len(drawing.drawn) == 2


def test_the_oldest_parts_go(app, drawing):
    for number in (1, 2, 3, 4):
        drawing("{{ it }}", {"it": number})
    assert len(app.extensions["kept_parts"].found) == 3
    drawing("{{ it }}", {"it": 1})
    assert len(drawing.drawn) == 5


def test_only_what_cannot_change_is_compared():
    assert frozen({"a": [1, "x", None]}) == frozen({"a": [1, "x", None]})
    with pytest.raises(TypeError):
        frozen({"a": [Customer()]})
    assert kept.without({"a": 1, "b": 2}, "b") == {"a": 1}


def test_a_part_asks_nothing_of_the_request_that_it_was_not_told(app):
    loader, environment = app.jinja_env.loader, app.jinja_env
    waiting = {name for file in TEMPLATES.rglob("*.html") for name in re.findall(r'zk_kept\("(.*?)"', file.read_text())}
    assert {"zhike/side.html", "zhike/list_body.html"} <= waiting
    seen = set()
    while waiting:
        seen.add(name := waiting.pop())
        tree = environment.parse(loader.get_source(environment, name)[0])
        assert not meta.find_undeclared_variables(tree) & OF_THE_REQUEST, name
        waiting |= {*meta.find_referenced_templates(tree)} - seen


def test_two_people_of_one_role_have_their_own_name_bell_and_token_in_the_frame(as_user, saved):
    saved(a_customer)
    pages = [as_user(name).get("/customers/").text for name in ("lin", "mei", "lin")]
    assert [LIN.name in page for page in pages] == [True, False, True]
    assert [MEI.name in page.split('class="zk-top"')[1].split("</header>")[0] for page in pages] == [False, True, False]
    tokens = [{*re.findall('name="csrf_token" value="([^"]+)"', page)} for page in pages]
    assert [len(one) for one in tokens] == [1, 1, 1]
    nonces = [{*re.findall(r'nonce="([^"]+)"', page)} for page in pages]
    assert [len(one) for one in nonces] == [1, 1, 1]
    assert len(set.union(*tokens)) == len(set.union(*nonces)) == 3


def test_the_form_of_languages_leads_back_to_the_page_it_stands_on(as_user, saved):
    saved(a_customer)
    lin = as_user("lin")
    for address in ("/customers/?sort=name", "/customers/?sort=-name&amp;page_size=10"):
        assert f'name="next" value="{address}"' in lin.get(address.replace("&amp;", "&")).text


# ── rows ──


def row(browser, key, address="/customers/"):
    """Return the row of a customer in a list."""
    return re.search(rf'<tr[^>]* data-href="/customers/{key}">.*?</tr>', browser.get(address).text, re.DOTALL)[0]


@pytest.fixture
def lin(as_user):
    return as_user("lin")


@pytest.fixture
def key(saved):
    return saved(a_customer, tags=("old_customer",), level="a")


def changed(app, model, key, **values):
    """Change a row past everything that might tell of it."""
    with app.app_context(), acting(SYSTEM):
        table = model.__table__
        db.session.connection().execute(table.update().where(table.c.id == key).values(**values))
        db.session.commit()


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("name", "改名商贸", "改名商贸"),
        ("level", "b", 'data-color="'),
        ("industry", "food", "zk-chip"),
        ("region", "410300", "洛阳"),
        ("owner_id", MEI.id, MEI.name),
        ("updated_at", clock.now() - timedelta(days=400), str((clock.now() - timedelta(days=400)).year)),
    ],
)
def test_a_changed_value_stands_in_the_next_list(app, as_user, key, column, value, shown):
    sam = as_user("sam", language="zh_Hans")
    before = row(sam, key)
    changed(app, Customer, key, **{column: value})
    after = row(sam, key)
    assert after != before
    assert shown in after


def test_a_tag_taken_off_is_gone_from_the_next_list(app, lin, key):
    assert "zk-tagrow" in row(lin, key)
    with app.app_context(), acting(SYSTEM):
        db.session.connection().execute(CustomerTag.__table__.delete().where(CustomerTag.customer_id == key))
        db.session.commit()
    assert "zk-tagrow" not in row(lin, key)


def test_a_renamed_owner_stands_in_the_next_list(app, lin, key):
    assert LIN.name in row(lin, key)
    changed(app, Employee, LIN.id, name="林新")
    assert "林新" in row(lin, key)


def test_a_row_follows_the_readers_language_and_the_day(as_user, lin, key, monkeypatch):
    english = row(lin, key)
    assert 'data-label="Tags"' in english
    assert 'data-label="标签"' in row(as_user("lin", language="zh_Hans"), key)
    assert row(lin, key) == english
    today = clock.today()
    monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=3))
    assert row(lin, key) != english


def test_a_row_follows_the_dictionary(app, lin, key):
    before = row(lin, key)
    with app.app_context(), acting(SYSTEM):
        value = db.session.query(DictionaryValue).filter_by(code="old_customer").one()
        dictionary.change_value(value, {"label_en": "Friend"}, actor=SYSTEM, revision=value.revision)
    assert ">Friend<" not in before
    assert ">Friend<" in row(lin, key)


def test_a_row_has_the_buttons_of_whoever_reads_it(app, as_user, key):
    rows = {name: row(as_user(name), key) for name in ("anran", "sam", "xu", "lin")}
    assert f"/customers/{key}/edit" in rows["sam"]
    assert f"/customers/{key}/edit" not in rows["xu"]


def test_the_same_row_is_masked_for_whom_it_is_not_and_shown_to_its_owner(app, as_user, saved):
    theirs = saved(a_customer, name="乙", phone="+8613800138001", owner=MEI.id)
    with app.app_context(), acting(SYSTEM):
        customer = db.session.get(Customer, theirs)
        services.share(customer, employee_id=LIN.id, can_write=False, until_on=None, actor=SYSTEM)
    for _time in range(2):
        assert "138 0013 8001" in row(as_user("mei"), theirs)
        masked = row(as_user("lin"), theirs)
        assert "138****8001" in masked
        assert "138 0013 8001" not in masked


def test_a_row_has_the_columns_that_its_reader_has_chosen_in_their_order(as_user, key):
    sam = as_user("sam")
    for names in (["industry", "region"], ["region", "industry"], ["tags"]):  # the first two hold nothing
        sam.post("/me/settings/columns/CustomerView", data={"columns": ["name", *names], "next": "/customers/"})
        assert re.findall('data-label="(.*?)"', row(sam, key)) == [name.title() for name in names]


@pytest.mark.parametrize("other", [{"role_ids": frozenset({99})}, {"hidden_groups": frozenset({"other"})}])
def test_rows_are_drawn_anew_for_other_rights(app, saved, other):
    saved(a_customer, owner=LIN.id)
    view = next(one for one in app.extensions["house"].baseviews if one.endpoint == "CustomerView")
    with app.test_request_context(), acting(SYSTEM):
        readers = [LIN.actor, LIN.actor, replace(LIN.actor, **other)]
        lists = [view.rows_as(Customer, view.specs, [], {}, one, also=["name", *view.row_needs]) for one in readers]
        keys = [KeptRows(view, one, selectable=False).key(one.rows[0]) for one in lists]
    assert keys[0] == keys[1] != keys[2]
    assert keys[0] is not None
