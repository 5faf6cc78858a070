"""flask customers import FILE --as USER."""

from sqlalchemy import func, select

from app.base.actor import SYSTEM, acting
from app.base.tabular.reading import open_table
from app.crm.customers.models import Customer
from app.extensions import db
from tests.system.imports.steps import DATA, workbook


def count(app):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalar(select(func.count(Customer.id)))


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["customers", "import", *map(str, arguments)])


def test_the_command_imports_and_writes_what_it_returned(app, tmp_path):
    result = tmp_path / "back.xlsx"
    said = run(app, DATA / "customers-messy.xlsx", "--as", "anran", "--result", result)
    assert said.exit_code == 0, said.output
    assert "create: 297, update: 0, skip: 0, reject: 92" in said.output
    assert count(app) == 297
    with open_table(result, "back.xlsx") as table:
        rows = list(table.rows())
    assert table.headings[-1]
    assert len(rows) == 92
    assert all(values[-1] for _number, values in rows)


def test_a_dry_run_imports_nothing_and_leaves_no_file(app, tmp_path):
    path = workbook(tmp_path, ["单位名称", "电话"], ["甲", "13812345671"])
    said = run(app, path, "--as", "dai", "--dry-run")
    assert "create: 1" in said.output
    assert count(app) == 0


def test_a_person_who_may_not_import_cannot_do_it_by_command(app, tmp_path):
    path = workbook(tmp_path, ["单位名称", "电话"], ["甲", "13812345671"])
    for username, sentence in (("lin", "'lin' may not import customers."), ("nobody", "There is no active user")):
        said = run(app, path, "--as", username)
        assert said.exit_code == 1
        assert sentence in said.output
    assert count(app) == 0
