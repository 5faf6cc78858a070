"""Files of old tickets on their way in, as tests bring them. Inside an app context."""

from datetime import timedelta

from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, acting
from app.base.scope import unscoped
from app.base.sentences import restored
from app.desk.tickets.models import Ticket
from app.extensions import db
from app.system.imports import services as importing
from tests.cast import SAM
from tests.system.imports.steps import rows_of, workbook

COMPANY, CODE = "河南晨光商贸有限公司", "91350000NFEU9W2E97"
#: Each heading as a table of another house has it, and the field that is guessed.
HEADS = {
    "税号": "credit_code",
    "客户名称": "customer",
    "工单编号": "number",
    "类型": "type",
    "问题分类": "category",
    "优先级": "priority",
    "来源": "channel",
    "产品": "product",
    "标题": "title",
    "问题描述": "description",
    "来电人": "caller",
    "来电号码": "caller_phone",
    "状态": "state",
    "处理人": "assignee",
    "截止时间": "due_at",
    "解决办法": "solution",
    "受理时间": "created_at",
    "解决时间": "solved_at",
    "关闭时间": "closed_at",
}
FEWEST = {"customer": COMPANY, "type": "售后服务", "title": "打印机卡纸"}


def days_ago(days, hour=9):
    """A day of the business, as a table writes it, and as it is stored."""
    local = (clock.local(clock.now()) - timedelta(days=days)).replace(
        hour=hour, minute=30, second=0, microsecond=0, tzinfo=None
    )
    return f"{local:%Y-%m-%d %H:%M}", clock.stored(local)


def checked(folder, *rows, who=SAM):
    """Upload and check rows, each by field."""
    heads = [head for head, field in HEADS.items() if any(field in row for row in rows)]
    path = workbook(folder, heads, *[[row.get(HEADS[head], "") for head in heads] for row in rows], name="旧工单.xlsx")
    with acting(who.actor) as actor:
        run = importing.upload(path, file_name=path.name, kind="tickets", template="tickets", actor=actor)
        guessed = [column["field"] for column in run.columns]
        assert guessed == [HEADS[head] for head in heads]
        importing.check(run, guessed, actor=actor)
    return run


def brought_in(folder, *rows, who=SAM):
    run = checked(folder, *rows, who=who)
    return written(run, who=who)


def written(run, who=SAM):
    with acting(who.actor) as actor:
        importing.import_run(run, actor=actor)
    return run


def tickets():
    with unscoped("a test looks"):
        return {one.title: one for one in db.session.scalars(select(Ticket).order_by(Ticket.id))}


def problems(run):
    """What is said of each row, by its number in the file."""
    with acting(SYSTEM):
        return {
            number: [(one["field"], str(restored(one["sentence"]))) for one in row.problems or ()]
            for number, row in rows_of(run).items()
        }
