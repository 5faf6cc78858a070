"""Tickets: the list, the board, a ticket's page and similar ones, from raw SQL, plain Flask-AppBuilder and the product.

``make bench-tickets`` (TICKETS=500,000 of ROWS=100,000 customers). In one run, in turn, as ``side_by_side`` does.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from benchmarks import making, plain, side_by_side
from benchmarks.side_by_side import OURS, PLAIN, RAW, Ask, Bench, Table, get, house, serving, show
from tests.cast import EVE, GAO, GUO, JI, LIN, MEI

BEGUN = datetime(2024, 1, 1)  # noqa: DTZ001 - naive UTC, as everywhere
BATCH, OPEN_EVERY = 20_000, 33  # three of a hundred are open
TAKERS, WORKERS = (LIN, MEI, GUO, EVE), (JI, GAO)
THINGS = "针式打印机 服务器 加密狗 发票模块 工资模块 固定资产 往来核销 库存盘点 报表 银行对账 客户端 移动审批".split()
TROUBLES = "打不开 连接超时 提示没有权限 数据对不上 打印错位 无法登录 升级后变慢 结账失败 导出为空 重复过账".split()
WHEN = "早上 昨天下午 月底结账时 换电脑以后 升级之后 断电以后 新同事第一次用 周五".split()
STATES = (("undispatched", "new"), ("dispatched", "dispatched"), ("in_progress", "working"), ("resolved", "solved"))
PATH = ("undispatched", "dispatched", "in_progress", "resolved", "closed")
VERBS = ("open", "dispatch", "accept", "solve", "close")
PHASES = {"closed": "closed", **dict(STATES)}
#: What ``plain`` keeps of a ticket.
COLUMNS = "number title company_id type priority state phase assignee_id due_at progress last_remark created_at".split()
SIMILAR_GOAL_MS = 200
NOTES, STEPS = 12, 3  # of the lively ticket


def tickets(count: int, customers: int, edition_id: int) -> Iterator[dict[str, Any]]:
    """Yield so many tickets with every column that intake and steps fill in; one of 33 is open."""
    for n in range(count):
        at = BEGUN + timedelta(seconds=150 * n)
        is_open = n % OPEN_EVERY == 0
        state, phase = STATES[n // OPEN_EVERY % len(STATES)] if is_open else ("closed", "closed")
        what = f"{THINGS[n % len(THINGS)]}{TROUBLES[n // len(THINGS) % len(TROUBLES)]}"
        worker = WORKERS[n % len(WORKERS)] if phase != "new" else None
        taker, is_done = TAKERS[n % len(TAKERS)], phase in ("solved", "closed")
        yield {
            "number": f"GD-{at:%Y%m%d}-{n:06d}",
            "title": what,
            "customer_id": n % customers + 1,
            "type": "after_sales",
            "priority": ("normal", "normal", "high", "low", "urgent")[n % 5],
            "channel": "phone",
            "description": f"{WHEN[n % len(WHEN)]}{what}，第 {n % 977} 号站点，请尽快处理。",
            "edition_id": edition_id,
            "state": state,
            "phase": phase,
            "assignee_id": worker.id if worker else None,
            "department_id": GAO.department_id,
            "progress": 100 if is_done else 0,
            "due_at": at + timedelta(days=1),
            "solution": f"重装驱动并检查{THINGS[(n + 5) % len(THINGS)]}的设置。" if is_done else None,
            "last_remark": "客户确认可以使用" if is_done else None,
            "moved_at": at + timedelta(hours=5),
            "solved_at": at + timedelta(hours=4) if is_done else None,
            "closed_at": at + timedelta(hours=5) if phase == "closed" else None,
            "created_at": at,
            "created_by_id": taker.id,
            "updated_at": at + timedelta(hours=5),
        }


def fill(count: int, customers: int) -> None:
    """Bring tickets into the product's database: versions and search as always, flow records set by set."""
    from app import create_app
    from app.base.actor import SYSTEM, acting
    from app.base.history import insert_versioned
    from app.base.transaction import transaction
    from app.desk.tickets import queries
    from app.desk.tickets.models import Ticket
    from app.extensions import db
    from app.system.search import services as search
    from config import Settings

    @transaction
    def bring_in(part: list[dict[str, Any]]) -> None:
        insert_versioned(Ticket, part)

    app = create_app(Settings.from_environment())
    with app.app_context(), acting(SYSTEM):
        made = tickets(count, customers, queries.edition_for("after_sales").id)
        while part := list(islice(made, BATCH)):
            bring_in(part)
        with db.engine.begin() as connection:
            for place, statement in enumerate(_moves()):
                connection.execute(sa.text(statement), {"hours": f"{place} hours"})
        search.count_tokens()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _moves() -> Iterator[str]:
    """Yield a statement per step of the way: the opening, and each arrow that leads to where a ticket stands."""
    order = "CASE state " + " ".join(f"WHEN '{code}' THEN {place}" for place, code in enumerate(PATH)) + " END"
    columns = "ticket_id, verb, from_state, to_state, from_phase, to_phase, to_id, at, by_id, seconds"
    for place, code in enumerate(PATH):
        before = PATH[place - 1] if place else None
        source = f"'{before}', '{code}', '{PHASES[before]}'" if before else f"NULL, '{code}', NULL"
        rest = f"assignee_id, created_at + CAST(:hours AS interval), created_by_id, {3600 if before else 'NULL'}"
        yield (
            f"INSERT INTO tickets_move ({columns}) SELECT id, '{VERBS[place]}', {source}, '{PHASES[code]}', {rest}"
            f" FROM tickets_ticket WHERE {order} >= {place}"
        )


def fill_plain(url: str, count: int, customers: int) -> None:
    """Copy the same tickets into the plain application's table."""
    raw = sa.create_engine(url, poolclass=sa.NullPool).raw_connection()
    cursor = raw.cursor()
    with cursor.copy(f"COPY ticket ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for row in tickets(count, customers, 0):
            copy.write_row([row.get(name if name != "company_id" else "customer_id") for name in COLUMNS])
    columns = ("ticket_id", "verb", "from_state", "to_state", "by_id", "at", "seconds")
    with cursor.copy(f"COPY move ({', '.join(columns)}) FROM STDIN") as copy:
        for key, row in enumerate(tickets(count, customers, 0), start=1):
            for place, code in enumerate(PATH[: PATH.index(row["state"]) + 1]):
                before, at = (PATH[place - 1] if place else None), row["created_at"] + timedelta(hours=place)
                copy.write_row([key, VERBS[place], before, code, row["created_by_id"], at, 3600 if place else None])
    raw.commit()
    cursor.execute("ANALYZE")
    raw.commit()
    raw.close()


def databases(folder: Path, urls: dict[str, str], count: int, customers: int) -> None:
    """Add the tickets to both databases if they are not there."""
    kept = folder / f"tickets-{count}.json"
    if kept.exists():
        return
    began = time.perf_counter()
    words = [sys.executable, "-m", "benchmarks.tickets", "fill", str(count), str(customers)]
    making.run_in(words, urls[OURS], folder)
    fill_plain(urls[PLAIN], count, customers)
    print(f"{count:,} tickets with history, flow records and index: {time.perf_counter() - began:.0f} s", flush=True)
    kept.write_text(json.dumps({"count": count}))


def liven(urls: dict[str, str], key: int) -> None:
    """Give one ticket a conversation and steps of work, the same in both databases: the page of a lively ticket."""
    at = BEGUN + timedelta(days=900)
    words = [f"客户说{one}，已回复处理办法，请明天上午再联系。" for one in (*TROUBLES, *THINGS[:NOTES])][:NOTES]
    notes = [(key, ("internal", "to_customer")[n % 2], one, GAO.id, at) for n, one in enumerate(words)]
    steps = [(key, f"检查{THINGS[n]}并重装驱动", 20 + n, JI.id, at) for n in range(STEPS)]
    plain.Model.metadata.create_all(sa.create_engine(urls[PLAIN], poolclass=sa.NullPool))
    for name, prefix in ((PLAIN, ""), (OURS, "tickets_")):
        more, one = (", revision", ", 1") if name == OURS else ("", "")
        with sa.create_engine(urls[name], poolclass=sa.NullPool).begin() as there:
            for table, columns, rows in (
                ("note", "ticket_id, kind, words, by_id, at", notes),
                ("work", "ticket_id, what, minutes, by_id, at", steps),
            ):
                into = f"{prefix}{table}"
                there.exec_driver_sql(f"DELETE FROM {into} WHERE ticket_id = {key}")
                for row in rows:
                    filled = f"INSERT INTO {into} ({columns}{more}) VALUES (%s, %s, %s, %s, %s{one})"
                    there.exec_driver_sql(filled, row)


def questions(count: int) -> dict[str, Ask]:
    """Return what is asked of all three, by the name of its row."""
    whose, phase = f"/tickets/list/?_flt_0_assignee={JI.id}", "/tickets/list/?_flt_3_phase=working"
    key, text = count // 2, quote("早上打印机打印错位，服务器连接超时")
    mine = quote(json.dumps({"all": [{"field": "assignee", "op": "is", "value": str(JI.id)}]}))
    late = quote(json.dumps({"all": [{"field": "phase", "op": "is", "value": "working"}]}))
    word = quote(json.dumps({"all": [{"field": "title", "op": "contains", "value": "重复过账"}]}))
    lists = {PLAIN: "/tickets/list/", RAW: "/tickets"}
    return {
        "first list page": get({OURS: "/tickets/"} | lists),
        "with one person": get(
            {
                OURS: f"/tickets/?filter={mine}",
                PLAIN: whose,
                RAW: "/tickets/with/14",
            }
        ),
        "in work": get(
            {
                OURS: f"/tickets/?filter={late}",
                PLAIN: phase,
                RAW: "/tickets/phase/working",
            }
        ),
        "title contains four characters": get(
            {
                OURS: f"/tickets/?filter={word}",
                PLAIN: "/tickets/list/?_flt_2_title=" + quote("重复过账"),
                RAW: "/tickets/contains/" + quote("重复过账"),
            }
        ),
        "the board (plain: its list of one phase)": get({OURS: "/ticket-board/", PLAIN: phase, RAW: "/tickets/board"}),
        "a ticket's page, everything about it": get(
            {OURS: f"/tickets/{key}", PLAIN: f"/tickets/show/{key}", RAW: f"/tickets/{key}"}
        ),
        "a lively ticket's page, with 15 notes and steps": get(
            {OURS: f"/tickets/{key + 1}", PLAIN: f"/tickets/show/{key + 1}", RAW: f"/tickets/{key + 1}"}
        ),
        "similar solved tickets (plain, raw: title contains)": get(
            {
                OURS: f"/tickets/similar?description={text}",
                PLAIN: "/tickets/list/?_flt_2_title=" + quote("打印错位"),
                RAW: "/tickets/contains/" + quote("打印错位"),
            }
        ),
        "time per step, all records (plain: its list)": get(
            {OURS: "/ticket-times/?period=all", PLAIN: "/tickets/list/", RAW: "/tickets/times"}
        ),
        "first page of whoever dispatches (plain: its list)": get({OURS: "/"} | lists),
    }


def main() -> None:
    """Make the data, ask, print the table and keep it as JSON."""
    rows, count = int(os.environ.get("ROWS", "100000")), int(os.environ.get("TICKETS", "500000"))
    with house() as (folder, url, postmaster):
        making.databases(folder, url, rows)
        urls = {OURS: url.format(name=f"ours_{rows}"), PLAIN: url.format(name=f"plain_{rows}")}
        databases(folder, urls, count, rows)
        liven(urls, count // 2 + 1)
        table: Table = {}
        with serving(folder, urls) as servers:
            bench = Bench(servers, postmaster)
            print(side_by_side.HEAD)
            for name, ask in questions(count).items():
                table[name] = bench.compare(ask)
                show(name, table[name])
    similar = next(row[OURS].ms for name, row in table.items() if name.startswith("similar"))
    print(f"Similar tickets: {similar:.0f} ms; the goal is {SIMILAR_GOAL_MS}.")
    side_by_side.RESULTS.mkdir(exist_ok=True)
    file = side_by_side.RESULTS / f"{time.strftime('%Y%m%d-%H%M')}-tickets-{count}.json"
    pages = {name: {app: asdict(one) for app, one in row.items()} for name, row in table.items()}
    file.write_text(json.dumps({"tickets": count, "rows": rows, "pages": pages}, ensure_ascii=False, indent=1))
    print(f"Kept in {file}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        fill(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
