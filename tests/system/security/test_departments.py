"""The tree of departments: how it is drawn, what may be moved and closed."""

import re

import pytest

from app.base.actor import SYSTEM, Level, acting
from app.extensions import db
from app.system.security import queries, services
from app.system.security.models import Department, Employee
from tests.cast import DEPARTMENTS, LIN, SAM


def edit(app, browser, name, **given):
    with app.app_context():
        row = db.session.get(Department, DEPARTMENTS[name][0])
        sent = {"name": row.name, "kind": row.kind, "parent": str(row.parent_id or ""), "revision": str(row.revision)}
    return browser.post(f"/departments/{DEPARTMENTS[name][0]}/edit", data=sent | given)


def test_the_tree_stands_in_its_order_with_its_people(as_user):
    text = as_user("anran").get("/departments/").text
    drawn = re.findall(r'class="zk-branch" data-depth="(\d)">([^<]+)<', text)
    assert drawn[:5] == [("0", "总部"), ("1", "客服一部"), ("2", "客服一组"), ("2", "客服二组"), ("1", "客服二部")]
    row = re.search(r"客服一部</span>.*?</tr>", text, re.DOTALL)[0]
    assert re.findall(r">(\d+)<", row) == ["1", "4"]


def test_the_tree_costs_few_statements(as_user, statements):
    anran = as_user("anran")
    anran.get("/departments/")
    with statements() as seen:
        anran.get("/departments/")
    assert len(seen) <= 12


@pytest.mark.parametrize("below", ["客服一部", "客服一组"])
def test_a_department_does_not_stand_below_itself(app, as_user, below):
    answer = edit(app, as_user("anran"), "客服一部", parent=str(DEPARTMENTS[below][0]))
    assert answer.status_code == 422
    assert "A department cannot stand below itself." in answer.text


def test_moving_a_department_moves_what_its_supervisor_sees(app, as_user):
    as_user("anran").get("/")
    with app.app_context():
        assert DEPARTMENTS["财务部"][0] not in queries.actor(SAM.id).departments_below
    edit(app, as_user("anran"), "财务部", parent=str(DEPARTMENTS["客服一部"][0]))
    with app.app_context():
        actor = queries.actor(SAM.id)
    assert DEPARTMENTS["财务部"][0] in actor.departments_below
    assert actor.reach("customers").read is Level.BELOW


@pytest.mark.parametrize(
    ("name", "words"), [("客服一组", "2; departments below it: 0"), ("客服一部", "1; departments below it: 2")]
)
def test_a_department_that_is_not_empty_stays(app, as_user, read, name, words):
    anran, key = as_user("anran"), DEPARTMENTS[name][0]
    anran.post(f"/departments/{key}/delete")
    assert f"People in it: {words}. Move them first." in anran.get("/departments/").text
    assert read(Department, key) is not None


def test_an_empty_department_is_closed(app, as_user, read):
    anran = as_user("anran")
    anran.post("/departments/new", data={"name": "新部", "kind": "team", "parent": "1"})
    with app.app_context():
        key = max(row.id for row, _depth in queries.department_tree())
    anran.post(f"/departments/{key}/delete")
    assert read(Department, key) is None


def test_two_departments_of_one_name_are_refused_in_words(as_user):
    answer = as_user("anran").post("/departments/new", data={"name": "财务部", "kind": "team"})
    assert answer.status_code == 422
    assert "There is a department of this name." in answer.text


def test_the_head_is_shown_and_their_leaving_leaves_the_department(app, as_user):
    anran = as_user("anran")
    edit(app, anran, "客服一组", head=str(LIN.id))
    assert re.search(r"客服一组</span>(?:(?!</tr>).)*林晓", anran.get("/departments/").text, re.DOTALL)
    with app.app_context(), acting(SYSTEM):
        services.disable(db.session.get(Employee, LIN.id), actor=SYSTEM)
    assert anran.get("/departments/").status_code == 200


@pytest.mark.parametrize("path", ["new", "3/edit", "3/delete"])
@pytest.mark.parametrize("who", ["lin", "xu", "bai"])
def test_who_may_not_change_departments_is_refused(as_user, who, path):
    assert as_user(who).post(f"/departments/{path}").status_code == 403


@pytest.mark.parametrize("path", ["edit", "delete"])
def test_a_department_that_is_not_there_is_not_found(as_user, path):
    assert as_user("anran").post(f"/departments/999/{path}").status_code == 404
