"""What lists keep so as not to draw it anew: it is drawn anew as soon as anything that it depends on changes."""

import re
from dataclasses import replace
from datetime import date, datetime

import pytest
from markupsafe import Markup, escape
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.fields import fields_of, value_of
from app.base.i18n import _, speaking
from app.base.screens import markup
from app.base.screens.listing import Listing, filterable
from app.base.screens.shapes import Shape
from app.crm.customers.models import Collaborator, Customer
from app.extensions import db
from app.system.dictionary.models import DictionaryValue
from app.system.notifications import queries as inbox
from app.system.notifications.models import Message
from tests.cast import ANRAN, DEPARTMENTS, EVE, LIN, MEI
from tests.factories import a_customer

MOST_FOR_A_LIST = 6


def cell(page, label):
    """Return what the first row of a list shows under a heading."""
    return re.search(rf'data-label="{label}"><div>(.*?)</div></td>', page, re.DOTALL)[1]


def test_a_shape_escapes_every_character_as_markupsafe_does():
    shape, all_of_them = Shape("{}"), [chr(code) for code in range(0x3000)]
    assert [shape(one) for one in all_of_them] == [escape(one) for one in all_of_them]
    assert shape(Markup("<b>")) == "<b>"
    assert shape(_("<b> & %(name)s", name='"')) == "&lt;b&gt; &amp; &#34;"
    assert shape(type("Word", (str,), {})("<i>")) == "&lt;i&gt;"


def test_a_sentence_of_a_template_is_said_in_the_language_of_each_reader(app):
    said = app.jinja_env.from_string("{{ _('Customer') }}|{{ _('Select %(name)s', name='<b>') }}|{{ _('100%%') }}")
    with app.test_request_context():
        texts = []
        for language in ("en", "zh_Hans", "zh_Hant", "en"):
            with speaking(language):
                texts.append(said.render().split("|"))
    assert [one[0] for one in texts] == ["Customer", "客户", "客戶", "Customer"]
    assert texts[0] == ["Customer", "Select &lt;b&gt;", "100%"]
    assert texts[1][1].endswith("&lt;b&gt;")


def test_a_renamed_tag_stands_in_the_next_list_in_each_language(app, as_user, saved):
    saved(a_customer, tags=("old_customer",))
    lin, chinese = as_user("lin"), as_user("lin", language="zh_Hans")
    assert ">Long-standing<" in cell(lin.get("/customers/").text, "Tags")
    assert ">老客户<" in cell(chinese.get("/customers/").text, "标签")
    with app.app_context(), acting(SYSTEM):
        row = db.session.scalar(select(DictionaryValue).where(DictionaryValue.code == "old_customer"))
        key, kept = row.id, {"label_zh_hant": row.label_zh_hant, "color": row.color, "position": str(row.position)}
        sent = kept | {"is_default": "0", "revision": str(row.revision), "label_en": "Friend", "label_zh_hans": "老友"}

    as_user("anran").post(f"/dictionary-values/{key}/edit", data=sent)

    assert ">Friend<" in cell(lin.get("/customers/").text, "Tags")
    assert ">老友<" in cell(chinese.get("/customers/").text, "标签")


def test_the_same_moment_reads_otherwise_in_another_language_and_on_another_day(in_app, monkeypatch):
    at = datetime(2026, 11, 22, 1, 12)  # 09:12 here
    with in_app.test_request_context():
        monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 22))
        with speaking("en"):
            assert ">Today 09:12<" in markup.moment(at)
            assert ">2026-11-22 09:12<" not in markup.moment(at)
            assert "Today" not in markup.moment(at, near=False)
        with speaking("zh_Hans"):
            assert ">今天 09:12<" in markup.moment(at)
        monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 23))
        with speaking("en"):
            assert ">Yesterday 09:12<" in markup.moment(at)


def test_one_column_shows_a_persons_own_number_and_masks_the_others(app, as_user, saved):
    saved(a_customer, name="甲", phone="+8613800138001")
    theirs = saved(a_customer, name="乙", phone="+8613800138001", owner=MEI.id)
    with app.app_context(), acting(SYSTEM):
        db.session.add(Collaborator(customer_id=theirs, employee_id=LIN.id, can_write=False))
        db.session.commit()

    page = as_user("lin").get("/customers/?sort=name").text

    assert page.count("138 0013 8001") == 1
    assert page.count("138****8001") == 1


def test_a_column_draws_every_field_as_a_single_drawing_does(app, saved):
    saved(a_customer, tags=("old_customer",), level="a", registered_on=date(2026, 1, 2))
    saved(a_customer, name="乙", owner=None)
    with app.test_request_context(), acting(SYSTEM):
        rows = db.session.scalars(select(Customer)).all()
        for actor in (LIN.actor, EVE.actor, ANRAN.actor, None):
            for spec in fields_of(Customer).values():
                draw = markup.column(spec, actor=actor)
                assert [draw(row) for row in rows] == [markup.draw(spec, row, actor=actor) for row in rows], spec.name


def test_a_masked_column_hides_the_same_value_in_one_row_and_shows_it_in_the_next(app, saved):
    keys = [saved(a_customer, level="a", registered_on=date(2026, 1, 2), owner=one.id) for one in (LIN, EVE, LIN)]
    with app.test_request_context(), acting(SYSTEM):
        rows = [db.session.get(Customer, key) for key in keys]
        for name in ("level", "registered_on", "owner"):
            draw = markup.column(replace(fields_of(Customer)[name], group="phones"), actor=LIN.actor)
            assert ["****" in draw(row) for row in rows] == [False, True, False], name


def test_the_tags_of_a_list_are_those_of_its_rows_and_ask_one_statement(app, saved, statements):
    saved(a_customer, name="甲", tags=("old_customer", "bad_credit"))
    saved(a_customer, name="乙")
    spec = fields_of(Customer)["tags"]
    with app.test_request_context(), acting(LIN.actor) as lin:
        listing = Listing(Customer, filterable(Customer), [spec], {"sort": "name"}, lin)
        with statements() as asked:
            shown = [value_of(row, spec) for row in listing.rows]
        db.session.expunge_all()
        loaded = [tuple(sorted(tag.code for tag in row.tags)) for row in db.session.scalars(select(Customer))]
    assert sorted(shown) == sorted(loaded)
    assert ("bad_credit", "old_customer") in shown
    assert len([one for one in asked if "customers_tag" in str(one)]) == 1


def test_a_renamed_department_stands_in_the_form_that_saves_a_segment(app, as_user, saved):
    saved(a_customer)
    address = '/customers/?filter={"all":[{"field":"name","op":"empty"}]}'
    sam, here = as_user("sam"), "客服一部"
    assert f"{here} and below" in sam.get(address).text

    sent = {"name": "客服甲部", "kind": "department", "parent": str(DEPARTMENTS["总部"][0]), "revision": "1"}
    as_user("anran").post(f"/departments/{DEPARTMENTS[here][0]}/edit", data=sent)

    assert "客服甲部 and below" in sam.get(address).text


def test_the_bell_counts_the_messages_of_whom_it_is_asked_about_until_they_are_read(in_app):
    with acting(SYSTEM):
        for recipient, read_at in ((LIN, None), (LIN, clock.now()), (MEI, None), (MEI, None)):
            db.session.add(
                Message(recipient_id=recipient.id, kind="x", params={}, created_at=clock.now(), read_at=read_at)
            )
        db.session.commit()
    with acting(LIN.actor):
        assert [inbox.unread(one.actor) for one in (LIN, MEI, EVE)] == [1, 2, 0]


def test_a_list_asks_six_statements(as_user, saved, statements):
    saved(a_customer, tags=("old_customer",))
    sam = as_user("sam")
    sam.get("/customers/")
    with statements() as asked:
        sam.get("/customers/")
    assert len(asked) <= MOST_FOR_A_LIST


@pytest.mark.parametrize("username", ["lin", "sam"])
def test_the_tags_of_a_row_out_of_scope_are_not_read(app, as_user, saved, username):
    saved(a_customer, name="丙", tags=("bad_credit",), owner=EVE.id)
    saved(a_customer, name="甲")
    assert "zk-tagrow" not in as_user(username).get("/customers/").text
