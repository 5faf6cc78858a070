"""The screen of roles: one save for everything, counted at the next request in every process; what stays as it is."""

import json
import re

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select, text

from app import create_app
from app.base.actor import SYSTEM, Level, Reach, acting
from app.base.transaction import listen
from app.cli import prepare
from app.extensions import db
from app.system.security import queries, services
from app.system.security.facts import RightsChanged
from app.system.security.models import Employee, KnownRight
from tests.bed import browsers
from tests.cast import BAI, LIN


def role_id(app, name):
    with app.app_context():
        return db.session.scalar(select(Role.id).where(Role.name == name))


def page_of(browser, key):
    """Return what the form of a role's page would send."""
    html = browser.get(f"/roles/{key}").text
    form = html.split('id="zk-rights"')[1].split("</form>")[0]
    sent = {"before": re.search(r'name="before" value="([^"]*)"', form)[1].replace("&#34;", '"')}
    sent["right"] = re.findall(r'name="right" value="([^"]*)"[^>]* checked', form)
    for name, options in re.findall(r'<select class="form-select" name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
        sent[name] = re.search(r'value="(\w+)" selected', options)[1]
    return sent


def save(browser, key, *, tick=(), untick=(), **reaches):
    sent = page_of(browser, key)
    sent["right"] = [one for one in sent["right"] if one not in untick] + list(tick)
    sent |= {name.replace("_", "."): level for name, level in reaches.items()}
    return browser.post(f"/roles/{key}", data=sent)


def rights_of(app, name):
    with app.app_context():
        key = db.session.scalar(select(Role.id).where(Role.name == name))
        return queries.rights(frozenset([key]))


# ── the save ──


def test_one_save_grants_withdraws_and_sets_the_reach(app, as_user):
    anran, key = as_user("anran"), role_id(app, "agent")
    heard = []
    listen(RightsChanged, heard.append)
    tick, untick = ["ChangesView.view"], ["CustomerView.can_share", "CustomerView.can_phones"]
    save(anran, key, tick=tick, untick=untick, reach_customers_read="BELOW")
    rights = rights_of(app, "agent")
    assert ("can_list", "ChangesView") in rights
    assert {("can_share", "CustomerView"), ("can_phones", "CustomerView")} & rights == set()
    with app.app_context():
        actor = queries.actor(LIN.id)
    assert actor.reach("customers") == Reach(Level.BELOW, Level.OWN)
    assert actor.hidden_groups == {"phones", "accounts", "identity", "pool_hidden"}
    assert len(heard) == 1
    assert heard[0].granted == (("can_list", "ChangesView"),)
    assert heard[0].domains == ("customers",)


def test_nothing_is_saved_if_one_part_is_refused(app, as_user):
    anran, key = as_user("anran"), role_id(app, "agent")
    before = rights_of(app, "agent")
    save(anran, key, tick=["ChangesView.view"], reach_customers_read="NONE")
    assert "A role cannot change more than it sees." in anran.get("/roles/").text
    assert rights_of(app, "agent") == before


def test_two_administrators_at_once_do_not_undo_each_other(app, as_user):
    anran, key = as_user("anran"), role_id(app, "agent")
    sent = page_of(anran, key)
    save(anran, key, tick=["DepartmentView.view"])
    anran.post(f"/roles/{key}", data=sent | {"right": [*sent["right"], "ChangesView.view"]})
    assert {("can_list", "DepartmentView"), ("can_list", "ChangesView")} <= rights_of(app, "agent")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"before": "x"},
        {"before": "[]"},
        {"before": '{"rights": 1, "reaches": {}}'},
        {"before": '{"rights": [], "reaches": {"customers": ["X", "Y"]}}'},
        {"before": '{"rights": [], "reaches": {"customers": ["OWN"]}}', "reach.customers.read": "OWN"},
        {"before": '{"rights": [], "reaches": {}}', "right": ["NoView.view"]},
        {"before": '{"rights": [], "reaches": {}}', "right": ["CustomerView.can_fly"]},
    ],
)
def test_a_page_that_means_nothing_changes_nothing(app, as_user, sent):
    anran, key = as_user("anran"), role_id(app, "agent")
    before = rights_of(app, "agent")
    assert anran.post(f"/roles/{key}", data=sent).status_code == 302
    assert "open for too long" in anran.get("/roles/").text
    assert rights_of(app, "agent") == before


def test_the_administrator_keeps_the_way_to_roles(app, as_user):
    anran, key = as_user("anran"), role_id(app, "admin")
    save(anran, key, untick=["RoleView.edit"])
    assert "The administrator must be able to reach users and roles." in anran.get("/roles/").text
    assert ("can_edit", "RoleView") in rights_of(app, "admin")


def test_a_level_without_a_meaning_is_refused(app, as_user):
    anran, key = as_user("anran"), role_id(app, "agent")
    save(anran, key, reach_logs_read="OWN")
    assert "means nothing here" in anran.get("/roles/").text


def test_a_change_counts_at_the_next_click_of_another_process(app, as_user, watch):
    other = create_app(app.config["ZHIKE"])  # a second process: its own engine and caches on the same database
    browser = browsers.signed_in(other, "lin")
    assert browser.get("/changes/").status_code == 403
    save(as_user("anran"), role_id(app, "agent"), tick=["ChangesView.view"])
    assert browser.get("/changes/").status_code == 200
    save(as_user("anran"), role_id(app, "agent"), untick=["ChangesView.view"])
    assert browser.get("/changes/").status_code == 403
    watch.touched.update({"sign_in_session"})
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_disabled_person_is_out_in_another_process_too(app, watch):
    other = create_app(app.config["ZHIKE"])
    browser = browsers.signed_in(other, "lin")
    assert browser.get("/me/").status_code == 200
    with app.app_context(), acting(SYSTEM):
        services.disable(db.session.get(Employee, LIN.id), actor=SYSTEM)
    assert browser.get("/me/").status_code == 302
    watch.touched.update({"sign_in_session"})
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


# ── gates ──

POSTS = {"": "edit", "/rename": "edit", "/delete": "delete"}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("who", ["xu", "lin", "bai"])
def test_who_may_not_change_roles_is_refused(app, as_user, who, path):
    assert as_user(who).post(f"/roles/{role_id(app, 'agent')}{path}").status_code == 403


@pytest.mark.parametrize("who", ["xu", "lin", "bai"])
def test_who_may_not_make_roles_is_refused(as_user, who):
    assert as_user(who).post("/roles/new", data={"name": "班长"}).status_code == 403


@pytest.mark.parametrize("path", POSTS)
def test_a_role_that_is_not_there_is_not_found(as_user, path):
    assert as_user("anran").post(f"/roles/999{path}").status_code == 404


def test_the_auditor_reads_the_matrix_and_cannot_tick(as_user):
    text_ = as_user("xu").get("/roles/").text
    assert "data-rights-save" not in text_
    matrix = re.search(r"<form[^>]*data-rights.*?</form>", text_, re.DOTALL)[0]
    assert matrix.count('type="checkbox"') == matrix.count(" disabled>") - matrix.count("<select")


# ── own roles ──


def make(browser, name="班长", like=""):
    return browser.post("/roles/new", data={"name": name, "like": like})


def test_a_copy_has_the_rights_and_the_reach_of_its_model(app, as_user):
    make(as_user("anran"), like=str(role_id(app, "agent")))
    assert rights_of(app, "班长") == rights_of(app, "agent")
    with app.app_context():
        mine, agents = (db.session.scalar(select(Role).where(Role.name == name)) for name in ("班长", "agent"))
        assert queries.reaches_of(mine) == queries.reaches_of(agents)


def test_a_role_made_here_is_given_like_any_other(app, as_user):
    anran = as_user("anran")
    make(anran)
    assert 'value="班长"' in anran.get("/users/new").text
    with app.app_context():
        revision = db.session.get(Employee, BAI.id).revision
    given = {"name": "白洁", "username": "bai", "email": "bai@example.cn", "language": "en", "number": "E017"}
    anran.post(f"/users/{BAI.id}/edit", data=given | {"roles": ["班长"], "revision": str(revision)})
    key = role_id(app, "班长")
    save(anran, key, tick=["DepartmentView.view"])
    assert as_user("bai").get("/departments/").status_code == 200
    assert "白洁" in anran.get(f"/roles/{key}?tab=people").text
    anran.post(f"/roles/{key}/delete")
    assert "People who hold this role: 1." in anran.get("/roles/").text
    assert role_id(app, "班长") == key


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Give the role a name."), ("Agent", "There is a role of this name."), ("长" * 41, "at most 40 characters")],
)
def test_a_role_needs_a_name_of_its_own(as_user, name, words):
    anran = as_user("anran")
    make(anran, name)
    assert words in anran.get("/roles/").text


def test_a_role_nobody_holds_is_renamed_and_deleted(app, as_user):
    anran = as_user("anran")
    make(anran, like=str(role_id(app, "agent")))
    key = role_id(app, "班长")
    anran.post(f"/roles/{key}/rename", data={"name": "大班长"})
    assert role_id(app, "大班长") == key
    anran.post(f"/roles/{key}/delete")
    assert role_id(app, "大班长") is None


@pytest.mark.parametrize("path", ["rename", "delete"])
def test_a_built_in_role_stays(app, as_user, path):
    anran, key = as_user("anran"), role_id(app, "customer")
    anran.post(f"/roles/{key}/{path}", data={"name": "别名"})
    assert "This role is built in" in anran.get("/roles/").text
    assert role_id(app, "customer") == key


# ── seeds and upgrades ──


def test_what_was_taken_away_is_not_given_again_by_setup(app, as_user):
    anran, key = as_user("anran"), role_id(app, "agent")
    save(anran, key, tick=["ChangesView.view"], untick=["CustomerView.can_share"], reach_customers_write="NONE")
    with app.app_context():
        prepare()
    rights = rights_of(app, "agent")
    assert ("can_share", "CustomerView") not in rights
    assert ("can_list", "ChangesView") in rights
    with app.app_context():
        assert queries.actor(LIN.id).reach("customers").write is Level.NONE


def test_the_matrix_counts_what_differs_from_the_standard(app, as_user):
    anran, key = as_user("anran"), role_id(app, "agent")
    assert "Only differing from standard 0" in anran.get(f"/roles/{key}").text
    save(anran, key, untick=["CustomerView.can_share"], reach_customers_read="ALL")
    assert "Only differing from standard 2" in anran.get(f"/roles/{key}").text


def test_an_upgrade_lists_the_rights_it_brought(app, as_user):
    anran, key = as_user("anran"), role_id(app, "agent")
    assert "New since" not in anran.get(f"/roles/{key}").text
    with app.app_context():
        new = (KnownRight.permission == "can_share", KnownRight.view == "CustomerView")
        db.session.execute(KnownRight.__table__.delete().where(*new))
        db.session.execute(text("UPDATE security_known_right SET known_at = '2026-01-01 00:00:00'"))
        db.session.commit()
        prepare()
    assert re.search(r"New since \d{4}-\d\d-\d\d 1<", anran.get(f"/roles/{key}").text)


def test_the_matrix_names_every_right_of_every_screen(app, as_user):
    shown = set(re.findall(r'name="right" value="([^"]*)"', as_user("anran").get("/roles/").text))
    house = app.extensions["house"]
    columns = {"can_list": "view", "can_show": "view", "can_add": "add", "can_edit": "edit", "can_delete": "delete"}
    columns |= {"can_export": "export", "can_import": "import"}
    wanted = {f"{view}.{columns.get(one, one)}" for view, buttons in house.screens().items() for one in buttons}
    assert shown == wanted


def test_a_page_of_a_role_costs_few_statements(app, as_user, statements):
    anran, key = as_user("anran"), role_id(app, "agent")
    anran.get(f"/roles/{key}")
    with statements() as seen:
        anran.get(f"/roles/{key}")
    assert len(seen) <= 14
    assert json.loads(page_of(anran, key)["before"])["reaches"]["customers"] == ["OWN", "OWN"]
