"""The screen of users: every button at its three gates, first passwords, what a list costs."""

import re

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.security import services
from app.system.security.models import Employee
from app.system.sign_in import services as sign_in
from tests.bed import browsers
from tests.cast import ANRAN, GUO, LIN, SAM

NEW = {"name": "赵新", "username": "zhao", "email": "zhao@example.cn", "language": "zh_Hans", "position": "agent"}
BUTTONS = ("disable", "enable", "unlock", "reset", "end-sessions")


def rights_for(app, username, *permissions, view="EmployeeView"):
    """Give a person of the cast a role with just these rights."""
    with app.app_context(), acting(SYSTEM):
        role = services.make_role("出入", like=None, actor=SYSTEM)
        for permission in permissions:
            services.grant(role, (permission, view), actor=SYSTEM)
        person = db.session.scalar(select(Employee).join(User, User.id == Employee.id).where(User.username == username))
        services.change_employee(person, {"roles": ["出入"]}, actor=SYSTEM, revision=None)


def hire(browser, **given):
    return browser.post("/users/new", data=NEW | given)


def shown_secret(answer):
    return re.search(r'<div class="zk-secret"><code>([^<]+)</code>', answer.text)[1]


# ── gates ──


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_needs_its_own_right(app, as_user, button):
    others = [f"can_{one.replace('-', '_')}" for one in BUTTONS if one != button]
    rights_for(app, "bai", "can_list", "can_show", "can_edit", *others)
    assert as_user("bai").post(f"/users/{LIN.id}/{button}").status_code == 403
    assert as_user("sam").post(f"/users/{LIN.id}/{button}").status_code == 403


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_works_with_its_right_alone(app, as_user, button):
    rights_for(app, "bai", f"can_{button.replace('-', '_')}")
    assert as_user("bai").post(f"/users/{LIN.id}/{button}").status_code in {200, 302}


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_finds_only_people_there_are(as_user, button):
    for key in ("999", "0", "9" * 15, "x", "-1"):
        assert as_user("anran").post(f"/users/{key}/{button}").status_code == 404


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_is_pressed_never_read(as_user, button):
    assert as_user("anran").get(f"/users/{LIN.id}/{button}").status_code == 405


@pytest.mark.parametrize("button", BUTTONS)
def test_only_an_administrator_touches_an_administrator(app, as_user, button):
    rights_for(app, "bai", f"can_{button.replace('-', '_')}", "can_show")
    bai = as_user("bai")
    bai.post(f"/users/{ANRAN.id}/{button}")
    assert "Only an administrator may change the account of an administrator." in bai.get(f"/users/{LIN.id}").text
    assert as_user("anran").get("/").status_code == 200


def test_one_cannot_disable_oneself(as_user):
    anran = as_user("anran")
    anran.post(f"/users/{ANRAN.id}/disable")
    assert "You cannot disable your own account." in anran.get("/users/").text


def test_one_does_not_reset_ones_own_password(as_user):
    anran = as_user("anran")
    anran.post(f"/users/{ANRAN.id}/reset")
    assert "Change your own password under" in anran.get("/users/").text


def test_the_last_administrator_stays_one(app, as_user):
    anran = as_user("anran")
    with app.app_context():
        revision = db.session.get(Employee, ANRAN.id).revision
    given = {"name": "安然", "username": "anran", "email": "anran@example.cn", "language": "en", "roles": ["agent"]}
    answer = anran.post(f"/users/{ANRAN.id}/edit", data=given | {"revision": str(revision)})
    assert answer.status_code == 422
    assert "At least one active account must keep the role of administrator." in answer.text
    assert as_user("anran").get("/roles/").status_code == 200


# ── hire and change ──


def test_a_first_password_is_shown_once_and_must_be_changed(app, as_user):
    anran = as_user("anran")
    answer = hire(anran, roles=["agent", "sales"])
    secret = shown_secret(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    fresh = browsers.stranger(app)
    assert fresh.post("/login/", data={"username": "zhao", "password": secret}).location == "/"
    assert fresh.get("/customers/").location == "/me/password"
    with app.app_context():
        key = db.session.scalar(select(User.id).where(User.username == "zhao"))
    assert secret not in anran.get(f"/users/{key}").text


def test_a_first_password_may_be_typed(app, as_user):
    answer = hire(as_user("anran"), password="Typed-horse-77")
    assert answer.status_code == 302
    fresh = browsers.stranger(app)
    assert fresh.post("/login/", data={"username": "zhao", "password": "Typed-horse-77"}).location == "/"


def test_a_weak_first_password_hires_nobody(app, as_user):
    answer = hire(as_user("anran"), password="short")
    assert "The password needs at least 10 characters." in answer.text
    with app.app_context():
        assert db.session.scalar(select(User.id).where(User.username == "zhao")) is None


@pytest.mark.parametrize(
    ("given", "box"),
    [({"username": "LIN"}, "username"), ({"email": "lin@example.cn"}, "email"), ({"number": "e003"}, "number")],
)
def test_what_somebody_else_has_is_refused_beside_its_field(as_user, given, box):
    answer = hire(as_user("anran"), **given)
    assert answer.status_code == 422
    assert "Somebody else has this already." in answer.text
    assert f'id="{box}-err"' in answer.text


def test_roles_are_given_only_with_the_right_to(app, as_user):
    rights_for(app, "bai", "can_add", "can_edit", "can_list", "can_show")
    bai = as_user("bai")
    assert 'name="roles"' not in bai.get("/users/new").text
    hire(bai, roles=["admin"])
    with app.app_context():
        assert db.session.scalar(select(User).where(User.username == "zhao")).roles == []


def test_only_an_administrator_makes_an_administrator(app, as_user):
    rights_for(app, "bai", "can_add", "can_edit", "can_list", "can_show", "can_assign")
    assert "Only an administrator may change" in hire(as_user("bai"), roles=["admin"]).text


def test_a_changed_role_counts_at_the_next_click(app, as_user):
    lin = as_user("lin")
    assert lin.get("/changes/").status_code == 403
    with app.app_context():
        revision = db.session.get(Employee, LIN.id).revision
    given = {"name": "林晓", "username": "lin", "email": "lin@example.cn", "language": "en", "number": "E003"}
    changed = as_user("anran").post(
        f"/users/{LIN.id}/edit", data=given | {"roles": ["agent", "auditor"], "revision": str(revision)}
    )
    assert changed.location == f"/users/{LIN.id}"
    assert lin.get("/changes/").status_code == 200


def test_two_who_edit_one_person_see_each_other(app, as_user):
    anran = as_user("anran")
    with app.app_context():
        revision = db.session.get(Employee, LIN.id).revision
    given = {"name": "林晓", "username": "lin", "email": "lin@example.cn", "language": "zh_Hans", "number": "E003"}
    given |= {"roles": ["agent"], "department": "3", "revision": str(revision)}
    assert anran.post(f"/users/{LIN.id}/edit", data=given | {"name": "林晓晓"}).status_code == 302
    answer = anran.post(f"/users/{LIN.id}/edit", data=given | {"name": "林大晓"})
    assert answer.status_code == 409
    assert "林晓晓" in answer.text


# ── lists ──


def test_the_list_shows_who_is_disabled_or_locked(app, as_user):
    with app.app_context(), acting(SYSTEM):
        services.disable(db.session.get(Employee, GUO.id), actor=SYSTEM)
    fresh = browsers.stranger(app)
    for _time in range(10):
        fresh.post("/login/", data={"username": "sam", "password": "Wrong-horse-9"})
    text = as_user("anran").get("/users/").text
    for name, word in ((GUO.name, "Disabled"), (SAM.name, "Locked"), (LIN.name, "Active")):
        row = re.search(rf"<tr[^>]*>(?:(?!</tr>).)*{name}(?:(?!</tr>).)*</tr>", text, re.DOTALL)[0]
        assert word in re.sub(r"<button.*?</button>", "", row, flags=re.DOTALL)


def test_a_list_of_users_costs_the_same_for_ten_rows_and_for_all(as_user, statements):
    anran = as_user("anran")
    anran.get("/users/")
    with statements() as few:
        anran.get("/users/?page_size=10")
    with statements() as all_:
        anran.get("/users/?page_size=50")
    assert len(all_) + 1 == len(few) <= 12  # what stands on one page is not counted


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ({"field": "roles", "op": "in", "value": ["auditor"]}, {"许诺"}),
        ({"field": "username", "op": "is", "value": "lin"}, {"林晓"}),
        ({"field": "department", "op": "is", "value": "3"}, {"林晓", "梅芳"}),
        ({"field": "roles", "op": "empty"}, {"白洁"}),
        ({"field": "is_active", "op": "not_true"}, {"郭冬"}),
    ],
)
def test_users_are_filtered(app, as_user, condition, names):
    import json  # noqa: PLC0415 - here only

    with app.app_context(), acting(SYSTEM):
        services.disable(db.session.get(Employee, GUO.id), actor=SYSTEM)
    text = as_user("anran").get("/users/", query_string={"filter": json.dumps({"all": [condition]})}).text
    assert set(re.findall(r'<span class="zk-row"><a class="zk-name"[^>]*>([^<]+)</a>', text)) == names


def test_the_auditor_reads_users_and_presses_nothing(as_user):
    xu = as_user("xu")
    text = xu.get(f"/users/{LIN.id}").text
    assert "formaction" not in text.split("<main")[1]
    assert "/reset" not in text


@pytest.mark.one_database
def test_upstreams_role_of_everybody_is_offered_to_nobody(app, as_user):
    with app.app_context(), acting(SYSTEM):
        db.session.add(Role(name="public"))
        db.session.commit()
    assert 'value="public"' not in as_user("anran").get("/users/new").text
    assert sign_in.TOKEN_PREFIX == "zk_"
