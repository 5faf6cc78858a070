"""The pages of tickets from raw SQL. See raw.py."""

from collections.abc import Callable

from flask import Flask

COLUMNS = """t.id, t.number, t.title, c.name, t.type, t.priority, t.state, u.name AS with_whom, t.due_at, t.progress,
    t.last_remark, t.created_at"""
JOINED = "JOIN customers_customer c ON c.id = t.customer_id LEFT JOIN security_employee u ON u.id = t.assignee_id"
LIST = f"""SELECT {COLUMNS} FROM (SELECT * FROM tickets_ticket WHERE deleted_at IS NULL {{where}}
    ORDER BY created_at DESC, id DESC LIMIT 25) t {JOINED} ORDER BY t.created_at DESC, t.id DESC"""
BOARD = f"""SELECT {COLUMNS}, n FROM (SELECT *, count(*) OVER (PARTITION BY phase) n, row_number() OVER
    (PARTITION BY phase ORDER BY priority <> 'urgent', due_at, id) place FROM tickets_ticket WHERE deleted_at IS NULL
    AND phase IN ('new', 'dispatched', 'working', 'waiting', 'solved', 'reviewed')) t {JOINED} WHERE place <= 50"""
PARTS = (
    f"SELECT {COLUMNS}, t.description, t.solution FROM tickets_ticket t {JOINED} WHERE t.id = :key",
    "SELECT m.*, u.name FROM tickets_move m LEFT JOIN security_employee u ON u.id = m.by_id WHERE ticket_id = :key",
    "SELECT * FROM tickets_note WHERE ticket_id = :key",
    "SELECT * FROM tickets_work WHERE ticket_id = :key",
)
TIMES = """SELECT m.from_state, count(*), sum(m.seconds), max(m.seconds) FROM tickets_move m JOIN tickets_ticket t
    ON t.id = m.ticket_id WHERE t.type = 'after_sales' AND t.deleted_at IS NULL AND m.from_state IS NOT NULL
    GROUP BY m.from_state"""


def add(app: Flask, shown: Callable[..., str]) -> None:
    """Add the pages. ``shown(statement, **given)``: a statement as a page."""
    with_whom, in_phase = "AND assignee_id = :key", "AND phase = :phase"
    app.add_url_rule("/tickets", "tickets", lambda: shown(LIST.format(where="")))
    app.add_url_rule("/tickets/board", "board", lambda: shown(BOARD))
    app.add_url_rule("/tickets/times", "times", lambda: shown(TIMES))
    app.add_url_rule("/tickets/with/<int:key>", "with_whom", lambda key: shown(LIST.format(where=with_whom), key=key))
    app.add_url_rule("/tickets/phase/<phase>", "phase", lambda phase: shown(LIST.format(where=in_phase), phase=phase))
    app.add_url_rule(
        "/tickets/contains/<word>",
        "titled",
        lambda word: shown(LIST.format(where="AND title LIKE :pattern"), pattern=f"%{word}%"),
    )
    app.add_url_rule("/tickets/<int:key>", "ticket", lambda key: "".join(shown(one, key=key) for one in PARTS))
