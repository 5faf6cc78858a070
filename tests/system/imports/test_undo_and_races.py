"""Taking an import back, and two at once."""

import threading

import pytest
from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.background import AtOnce
from app.base.errors import DomainError, WrongState
from app.base.history import versions_of
from app.crm.customers import services as customers
from app.crm.customers.models import Customer, CustomerTag, PhoneEntry, PhoneNumber
from app.extensions import db
from app.system.imports import services
from app.system.imports.models import ImportRun
from app.system.imports.services import undoing, writing
from tests import factories
from tests.cast import ANRAN, EVE, LIN, SAM
from tests.system.imports.steps import checked, imported, rows_of, workbook

CODE = "91350000NFEU9W2E97"
HEADINGS = ["单位名称", "电话", "标签", "地址"]


def by_name(name):
    return db.session.scalar(select(Customer).where(Customer.name == name))


def test_undo_removes_what_was_made_gives_back_what_was_changed_and_names_what_was_edited(in_app, tmp_path):
    old = factories.a_customer(name="旧", phone="+8613812345670", address="老地址", tags=("old_customer",)).id
    path = workbook(tmp_path, HEADINGS, ["旧", "13812345671", "月结", "新地址"], ["甲", "13812345672", "月结", ""],
                    ["乙", "13812345673", "", ""], ["丙", "13812345674", "", ""],
                    ["丁", "13812345675", "", ""])  # fmt: skip
    run = imported(path, ANRAN, defaults={"name": "update"})
    with acting(SYSTEM):
        customers.change(by_name("乙"), {"address": "改过"}, actor=SYSTEM, revision=None)
        customers.create_contact({"name": "王丽", "phones": ()}, actor=SYSTEM, customer=by_name("丙"))
        customers.delete(by_name("丁"), actor=SYSTEM)
    with acting(ANRAN.actor):
        shown = services.preview(run)
        done = services.undo(run, actor=ANRAN.actor)
    assert (shown.removed, shown.put_back, shown.kept, shown.names) == (1, 1, 3, ["乙", "丙", "丁"])
    assert (done.removed, done.put_back, done.names) == (1, 1, ["乙", "丙", "丁"])
    with acting(SYSTEM):
        customer = db.session.get(Customer, old)
        assert (customer.phone, customer.address) == ("+8613812345670", "老地址")
        assert [tag.code for tag in customer.tags] == ["old_customer"]
        assert by_name("甲") is None
        assert by_name("乙").address == "改过"
        assert (
            db.session.scalar(select(func.count()).select_from(PhoneEntry).where(PhoneEntry.number == "+8613812345672"))
            == 0
        )
        assert db.session.get(PhoneNumber, "+8613812345672").customer_count == 0
        for cls in (Customer, CustomerTag):
            versions = versions_of(cls)
            gone = select(func.count()).select_from(versions).where(versions.operation_type == 2)
            assert db.session.scalar(gone) >= 1, cls


def test_what_the_importer_may_no_longer_change_is_kept_and_named(in_app, tmp_path):
    old = factories.a_customer(name="旧", phone="+8613812345670", address="老地址", owner=LIN.id).id
    path = workbook(tmp_path, HEADINGS, ["旧", "13812345670", "", "新地址"])
    run = imported(path, SAM, defaults={"name": "update", "phone": "update"})
    with acting(SYSTEM):
        moved = db.session.get(Customer, old)
        assert moved.address == "新地址"
        db.session.execute(
            Customer.__table__.update().where(Customer.__table__.c.id == old).values(owner_id=EVE.id, department_id=5)
        )
        db.session.commit()
    with acting(SAM.actor):
        done = services.undo(run, actor=SAM.actor)
    assert (done.put_back, done.names) == (0, ["旧"])
    with acting(SYSTEM):
        db.session.expire_all()
        assert db.session.get(Customer, old).address == "新地址"


def test_an_import_is_taken_back_only_once(in_app, tmp_path):
    run = imported(workbook(tmp_path, HEADINGS[:2], ["甲", "13812345672"]), ANRAN)
    with acting(ANRAN.actor):
        services.undo(run, actor=ANRAN.actor)
        with pytest.raises(WrongState, match="has been taken back already"):
            services.undo(run, actor=ANRAN.actor)
        with pytest.raises(WrongState, match="has been taken back already"):
            services.import_run(run, actor=ANRAN.actor)


def test_a_row_the_database_refuses_is_returned_and_all_others_come_in(in_app, tmp_path):
    rows = [[f"客户{n}", f"1381234{n:04}"] for n in range(9)]
    with acting(ANRAN.actor):
        run = checked(workbook(tmp_path, ["单位名称", "电话"], *rows), ANRAN)
        row = db.session.execute(db.text("SELECT id FROM imports_row WHERE number = 6")).scalar()
        db.session.execute(db.text('UPDATE imports_row SET "values" = \'{"name": ""}\' WHERE id = :id'), {"id": row})
        db.session.commit()
        services.import_run(run, actor=ANRAN.actor)
        assert run.counts == {"create": 8, "update": 0, "skip": 0, "reject": 1}
        assert "a value cannot be stored" in rows_of(run)[6].problems[0]["sentence"]
    with acting(SYSTEM):
        assert db.session.scalar(select(func.count(Customer.id))) == 8


class CutOffError(Exception):
    pass


class CutsOff(AtOnce):
    """Progress of a worker that dies after so many steps."""

    def __init__(self, actor, *, after):
        super().__init__({}, actor)
        self.left = after

    def step(self, change, *, done, total=None):
        if not self.left:
            raise CutOffError
        self.left -= 1
        return super().step(change, done=done, total=total)


@pytest.mark.parametrize("after", range(5))
def test_an_import_and_its_undoing_that_were_cut_off_go_on_and_do_nothing_twice(in_app, tmp_path, monkeypatch, after):
    monkeypatch.setattr(writing, "CHUNK", 3)
    monkeypatch.setattr(undoing, "CHUNK", 3)
    old = factories.a_customer(name="旧", phone="+8613812345670", address="老地址").id
    rows = [["旧", "13812345670", "", "新地址"], *[[f"客户{n}", f"1391234{n:04}", "月结", ""] for n in range(7)]]
    with acting(ANRAN.actor):
        run = checked(workbook(tmp_path, HEADINGS, *rows), ANRAN)
        services.choose(run, defaults={"name": "update"}, rows={}, words=(), actor=ANRAN.actor)
        with pytest.raises(CutOffError):
            services.import_run(run, actor=ANRAN.actor, progress=CutsOff(ANRAN.actor, after=after))
        services.import_run(run, actor=ANRAN.actor)
        assert run.counts == {"create": 7, "update": 1, "skip": 0, "reject": 0}
        assert db.session.scalar(select(func.count(Customer.id))) == 8
        assert db.session.scalar(select(func.count(CustomerTag.id))) == 7
        assert db.session.get(Customer, old).address == "新地址"

        with pytest.raises(CutOffError):
            services.undo(run, actor=ANRAN.actor, progress=CutsOff(ANRAN.actor, after=after))
        done = services.undo(run, actor=ANRAN.actor)
        assert (done.removed, done.put_back, done.kept) == (7, 1, 0)
        assert run.state == "undone"
        assert [one.address for one in db.session.scalars(select(Customer))] == ["老地址"]


def test_what_an_import_cut_off_has_written_can_be_taken_back(in_app, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "CHUNK", 3)
    rows = [[f"客户{n}", f"1391234{n:04}"] for n in range(7)]
    with acting(ANRAN.actor):
        run = checked(workbook(tmp_path, HEADINGS[:2], *rows), ANRAN)
        with pytest.raises(CutOffError):
            services.import_run(run, actor=ANRAN.actor, progress=CutsOff(ANRAN.actor, after=2))
        assert db.session.scalar(select(func.count(Customer.id))) == 3
        done = services.undo(run, actor=ANRAN.actor)
        assert (done.removed, run.counts["create"]) == (3, 3)
        assert db.session.scalar(select(func.count(Customer.id))) == 0
        with pytest.raises(WrongState, match="taken back already"):
            services.import_run(run, actor=ANRAN.actor)


def test_two_imports_of_one_file_at_once_use_no_code_twice(in_app, tmp_path):
    path = workbook(tmp_path, ["单位名称", "信用代码"], ["甲", CODE])
    with acting(ANRAN.actor):
        runs = [checked(path, ANRAN).id for _time in range(2)]
        db.session.remove()
    start, refusals = threading.Barrier(2), []

    def bring_in(key):
        with in_app.app_context(), acting(ANRAN.actor) as actor:
            run = db.session.get(ImportRun, key)
            db.session.rollback()
            start.wait()
            try:
                services.import_run(run, actor=actor)
            except DomainError as refusal:
                refusals.append(str(refusal))

    threads = [threading.Thread(target=bring_in, args=(key,)) for key in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with acting(SYSTEM):
        assert refusals == []
        assert db.session.scalar(select(func.count(Customer.id)).where(Customer.credit_code == CODE)) == 1
        counts = sorted((db.session.get(ImportRun, key).counts for key in runs), key=lambda one: one["create"])
        assert [(one["create"], one["reject"]) for one in counts] == [(0, 1), (1, 0)]


def test_a_code_taken_by_hand_after_the_check_is_returned_with_a_sentence(in_app, tmp_path):
    with acting(ANRAN.actor):
        run = checked(workbook(tmp_path, ["单位名称", "信用代码"], ["甲", CODE]), ANRAN)
    factories.a_customer(credit_code=CODE, owner=LIN.id)
    with acting(ANRAN.actor):
        services.import_run(run, actor=ANRAN.actor)
    assert run.counts == {"create": 0, "update": 0, "skip": 0, "reject": 1}


def test_a_customer_that_another_record_points_to_is_kept(in_app, tmp_path):
    run = imported(workbook(tmp_path, HEADINGS[:2], ["母公司", "13812345672"], ["甲", "13812345673"]), ANRAN)
    with acting(SYSTEM):
        parent = by_name("母公司").id
    factories.a_customer(name="子公司", parent=parent)
    with acting(ANRAN.actor):
        done = services.undo(run, actor=ANRAN.actor)
    assert (done.removed, done.names) == (1, ["母公司"])
