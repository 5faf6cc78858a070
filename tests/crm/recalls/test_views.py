"""The screens of recall: rules at their gates, the dry run, badges, filters, the ways from messages."""

import json
import re

import pytest

from app.base.actor import acting
from app.crm.recalls import services
from app.crm.recalls.models import RecallRule
from app.extensions import db
from tests.cast import ANRAN, LIN
from tests.crm.recalls.steps import a_rule_id, assigned, many, recall, runs

FORM = {
    "name": "三十天",
    "kind": "no_followup",
    "days": "30",
    "level_days": "Key account 60、D 15",
    "spares_deals": "1",
    "spares_planned": "0",
    "warning_days": "1,7,3",
}
MISSING = 999


@pytest.fixture
def rule(once):
    return once(a_rule_id, is_on=False)


@pytest.fixture
def rule_on(once):
    return once(a_rule_id)


def look(app, key):
    with app.app_context(), acting(ANRAN.actor) as anran:
        services.look(db.session.get_one(RecallRule, key), actor=anran)
        db.session.remove()


# ── gates ──

BUTTONS = ("look", "switch-on", "switch-off")


@pytest.mark.parametrize("verb", BUTTONS)
@pytest.mark.parametrize("who", ["sam", "lin", "xu", "bai"])
def test_a_button_asks_for_its_permission(as_user, rule, verb, who):
    assert as_user(who).post(f"/recall-rules/{rule}/{verb}").status_code == 403


@pytest.mark.parametrize("verb", BUTTONS)
def test_a_button_of_a_rule_that_is_not_there_is_not_found(as_user, verb):
    assert as_user("dai").post(f"/recall-rules/{MISSING}/{verb}").status_code == 404


@pytest.mark.parametrize(
    ("verb", "sentence"),
    [("switch-on", "Do a dry run first"), ("switch-off", "This rule is switched off already.")],
)
def test_a_button_that_the_rules_refuse_says_why(as_user, rule, read, verb, sentence):
    page = as_user("dai").post(f"/recall-rules/{rule}/{verb}", follow_redirects=True)
    assert sentence in page.text
    assert read(RecallRule, rule).is_on is False


@pytest.mark.parametrize("verb", BUTTONS)
def test_a_button_is_no_address_to_look_at(as_user, rule, verb):
    assert as_user("dai").get(f"/recall-rules/{rule}/{verb}").status_code == 405


@pytest.mark.parametrize(("who", "status"), [("anran", 200), ("dai", 200), ("sam", 200), ("xu", 200), ("lin", 403)])
def test_who_reads_the_rules(as_user, rule, who, status):
    browser = as_user(who)
    for address in ("/recall-rules/", f"/recall-rules/{rule}", f"/recall-rules/{rule}/dry-run"):
        assert browser.get(address).status_code == status


@pytest.mark.parametrize(("who", "status"), [("anran", 200), ("dai", 200), ("sam", 403), ("xu", 403), ("lin", 403)])
def test_who_changes_the_rules(as_user, rule, who, status):
    browser = as_user(who)
    for address in ("/recall-rules/new", f"/recall-rules/{rule}/edit"):
        assert browser.get(address).status_code == status


# ── keeping ──


def test_a_rule_is_made_by_form_and_is_off(as_user, read):
    page = as_user("dai").post("/recall-rules/new", data=FORM | {"departments": ["2"]}, follow_redirects=True)
    assert "Saved: 三十天" in page.text
    key = int(re.search(r"/recall-rules/(\d+)/look", page.text)[1])
    made = read(RecallRule, key)
    assert (made.days, made.level_days, made.warning_days, made.is_on) == (30, "key:60,d:15", "7, 3, 1", False)
    assert "Key account 60、D 15" in page.text
    assert "客服一部" in page.text
    assert "Switched off" in page.text


def test_being_on_is_no_input_of_the_form(as_user, read):
    sent = FORM | {"is_on": "1", "looked_revision": "1"}
    page = as_user("dai").post("/recall-rules/new", data=sent, follow_redirects=True)
    made = read(RecallRule, int(re.search(r"/recall-rules/(\d+)/look", page.text)[1]))
    assert (made.is_on, made.looked_revision) == (False, None)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("level_days", "Gold 60", "Write a level and its days"),
        ("level_days", "Key account", "is no number of days"),
        ("level_days", "D 4000", "is no number of days between 0 and 3650"),
        ("level_days", "D x", "is no number of days"),
        ("warning_days", "7, x", "is no number of days"),
        ("warning_days", "0", "at least one day before"),
        ("days", "3651", "must be between 0 and 3650"),
        ("days", "-1", "must be between"),
        ("name", "", "Please fill this in."),
        ("kind", "whim", "is not one of the values"),
    ],
)
def test_what_cannot_be_meant_stands_at_its_field(as_user, field, typed, sentence):
    page = as_user("dai").post("/recall-rules/new", data=FORM | {field: typed})
    assert page.status_code == 422
    assert sentence in page.text


def test_a_rule_for_nobody_is_refused(as_user):
    page = as_user("dai").post("/recall-rules/new", data=FORM | {"days": "0", "level_days": "D 0"})
    assert page.status_code == 422
    assert "Give the days after which customers are recalled" in page.text


def test_a_rule_that_is_on_is_not_changed_by_form(as_user, rule_on, read):
    revision = read(RecallRule, rule_on).revision
    page = as_user("dai").post(f"/recall-rules/{rule_on}/edit", data=FORM | {"revision": revision})
    assert page.status_code == 422
    assert "Switch it off before you change it." in page.text


def test_the_way_from_dry_run_to_switched_on_and_off(as_user, rule, read):
    dai = as_user("dai")
    page = dai.post(f"/recall-rules/{rule}/look", follow_redirects=True)
    assert "Noted: you have looked" in page.text
    assert f"/recall-rules/{rule}/switch-on" in page.text
    page = dai.post(f"/recall-rules/{rule}/switch-on", follow_redirects=True)
    assert "recalls from the next night on" in page.text
    assert read(RecallRule, rule).is_on is True
    page = dai.post(f"/recall-rules/{rule}/switch-off", follow_redirects=True)
    assert "The rule is switched off." in page.text
    assert read(RecallRule, rule).is_on is False


def test_the_history_tells_of_days_levels_and_departments(as_user, rule, read):
    dai = as_user("dai")
    dai.post(f"/recall-rules/{rule}/edit", data=FORM | {"revision": 1, "departments": ["3"]})
    page = dai.get(f"/recall-rules/{rule}/history").text
    assert "Key account 60、D 15" in re.sub(r"</?(ins|del)>", "", page)
    assert "客服一组" in page


# ── dry run ──


def test_a_dry_run_shows_whom_and_why(app, as_user, rule, saved, read):
    with app.app_context():
        many(2, 40)
        assigned(35, owner=5, name="叶家商贸", followed=33)
        assigned(1, name="新来的")
        db.session.remove()
    page = as_user("dai").get(f"/recall-rules/{rule}/dry-run").text
    assert "would recall 3 customers" in page
    assert "叶家商贸" in page
    assert "新来的" not in page
    rows = re.findall(r"<tr data-href=.*?</tr>", page)
    cells = [re.sub(r"<[^>]*>", "|", row).split("|") for row in rows]
    shown = [[one for one in row if one.isdigit()] for row in cells]
    assert shown == [["40", "30", "10"], ["40", "30", "10"], ["33", "30", "3"]]
    assert read(RecallRule, rule).looked_at is None  # to look at the page is no note


def test_a_dry_run_of_nobody_says_so(as_user, rule):
    page = as_user("dai").get(f"/recall-rules/{rule}/dry-run").text
    assert "would recall nobody of whom you see" in page
    assert "Export" not in page


def test_a_supervisor_sees_their_own_in_a_dry_run(app, as_user, rule):
    with app.app_context():
        many(2, 40)
        assigned(40, owner=5, name="叶家商贸")
        db.session.remove()
    page = as_user("sam").get(f"/recall-rules/{rule}/dry-run").text
    assert "would recall 2 customers" in page
    assert "叶家商贸" not in page


def test_the_list_behind_a_dry_run_has_the_same_rows(app, as_user, rule):
    with app.app_context():
        many(2, 40)
        assigned(29, name="还没到")
        db.session.remove()
    dai = as_user("dai")
    page = dai.get(f"/recall-rules/{rule}/dry-run").text
    href = re.search(r'href="(/customers/\?filter=[^"]*)"', page)[1].replace("&amp;", "&")
    listed = dai.get(href).text
    assert "客户0" in listed
    assert "客户1" in listed
    assert "还没到" not in listed
    export = re.search(r'href="(/customers/export\?[^"]*)"', page)[1].replace("&amp;", "&")
    assert dai.get(export).status_code == 200


# ── badges, filters ──


@pytest.mark.parametrize(
    ("days", "words", "color"),
    [(22, "Recall in 8 days", "gray"), (23, "Recall in 7 days", "amber"), (26, "Recall in 4 days", "amber"),
     (27, "Recall in 3 days", "red"), (29, "Recall in 1 day", "red"), (30, "Recalled tonight", "red")],
)  # fmt: skip
def test_the_page_of_a_customer_says_how_many_days_are_left(app, as_user, rule_on, days, words, color):
    with app.app_context():
        key = assigned(days)
        db.session.remove()
    page = as_user("lin").get(f"/customers/{key}").text
    assert re.search(rf'data-color="{color}"[^>]*>{words}<', page)
    assert "未跟进" in page


@pytest.mark.parametrize(("days", "is_shown"), [(22, False), (23, True), (40, True)])
def test_a_row_of_the_list_says_it_from_the_first_warning_on(app, as_user, rule_on, days, is_shown):
    with app.app_context():
        assigned(days)
        db.session.remove()
    page = as_user("lin").get("/customers/").text
    assert (re.search(r"zk-chip[^>]*>Recall", page) is not None) == is_shown


def test_while_no_rule_is_on_nothing_is_said(app, as_user, rule):
    with app.app_context():
        key = assigned(90)
        db.session.remove()
    lin = as_user("lin")
    assert "Recalled tonight" not in lin.get(f"/customers/{key}").text
    assert "Recalled tonight" not in lin.get("/customers/").text


def test_the_badges_of_a_list_cost_no_statement_per_row(app, as_user, rule_on, statements):
    with app.app_context():
        many(3, 40)
        db.session.remove()
    lin = as_user("lin")
    lin.get("/customers/")
    with statements() as few:
        lin.get("/customers/")
    with app.app_context():
        many(20, 40)
        db.session.remove()
    with statements() as more:
        page = lin.get("/customers/").text
    assert page.count("Recalled tonight") == 23
    assert len(more) == len(few)


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("below", "4", {"二", "零"}),
        ("below", "0", set()),
        ("above", "2", {"九"}),
        ("is", "2", {"二"}),
        ("not_is", "2", {"零", "九", "永"}),
        ("between", ["0", "2"], {"零", "二"}),
        ("in", ["0", "9"], {"零", "九"}),
        ("empty", None, {"永"}),
        ("not_empty", None, {"零", "二", "九"}),
    ],
)
def test_customers_are_filtered_by_the_days_left(app, as_user, rule_on, op, value, expected):
    with app.app_context():
        for name, days in (("零", 30), ("二", 28), ("九", 21)):
            assigned(days, name=f"{name}号商贸公司")
        assigned(30, name="永号商贸公司", status="deal")
        db.session.remove()
    asked = {"field": "recall_days_left", "op": op} | ({"value": value} if value is not None else {})
    page = as_user("lin").get("/customers/", query_string={"filter": json.dumps({"all": [asked]})}).text
    assert set(re.findall(r'class="zk-name"[^>]*>(.)号商贸公司', page)) == expected


def test_a_filter_by_rule_finds_what_it_recalls_tonight_also_while_it_is_off(app, as_user, rule):
    with app.app_context():
        assigned(30, name="到期公司")
        assigned(29, name="未到公司")
        db.session.remove()
    asked = {"all": [{"field": "recall_due", "op": "is", "value": rule}]}
    page = as_user("lin").get("/customers/", query_string={"filter": json.dumps(asked)}).text
    assert "到期公司" in page
    assert "未到公司" not in page


def test_nobody_is_offered_the_action_of_the_night(app, as_user, rule_on):
    with app.app_context():
        key = assigned(40)
        db.session.remove()
    anran = as_user("anran")
    assert "auto_recall" not in anran.get("/customers/").text
    assert anran.post("/customers/bulk", data={"action": "auto_recall", "ids": [key]}).status_code == 403


# ── from a message ──


def test_a_message_leads_to_the_customers_it_is_about(app, as_user, rule_on):
    with app.app_context():
        assigned(29, name="快收回了")
        assigned(1, name="早着呢")
        db.session.remove()
    page = as_user("lin").get("/recall-rules/soon", follow_redirects=True).text
    assert "快收回了" in page
    assert "早着呢" not in page
    assert as_user("sam").get("/recall-rules/soon/ours", follow_redirects=True).status_code == 200
    assert as_user("bai").get("/recall-rules/soon").status_code == 403


def test_an_owner_reads_in_the_inbox_what_was_recalled(app, as_user, rule_on):
    with app.app_context():
        many(2, 40)
        assert recall() == 2
        run_id = runs()[0].id
        db.session.remove()
    lin = as_user("lin")
    page = lin.get("/inbox/").text
    assert "Recalled from you: 2 customers" in page
    assert "Rule “未跟进”. They stand in the pool now." in page
    assert lin.get(f"/recall-rules/recalled/{run_id}", follow_redirects=True).text.count('data-href="/pool/') == 2
    assert lin.get("/recall-rules/recalled/nonsense", follow_redirects=True).status_code == 200


def test_the_run_of_the_night_is_taken_back_on_its_page(app, as_user, rule_on, read):
    from app.crm.customers.models import Customer  # noqa: PLC0415 - for this alone

    with app.app_context():
        keys = many(2, 40)
        recall()
        run_id = runs()[0].id
        db.session.remove()
    anran = as_user("anran")
    assert "Automatic recall · 未跟进" in anran.get("/runs/").text
    page = anran.post(f"/runs/{run_id}/take-back", follow_redirects=True)
    assert "Undone" in page.text
    assert [read(Customer, key).owner_id for key in keys] == [LIN.id, LIN.id]


def test_what_is_recalled_soon_has_a_tab_as_long_as_a_rule_is_on(as_user, once):
    def tab(who):
        return re.search(r'href="([^"]+)"[^>]*><span class="nm">Recalled soon<', as_user(who).get("/customers/").text)

    assert tab("lin") is None
    once(a_rule_id)
    once(many, count=1, days=24)
    once(assigned, days=1, name="刚分派的")

    page = as_user("lin").get(f"/customers/{tab('lin')[1].replace('&amp;', '&')}").text
    assert "客户0" in page
    assert "刚分派的" not in page
    assert tab("qian") is None  # finance loses nothing by it
