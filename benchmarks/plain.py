"""Plain Flask-AppBuilder on the same rows: its own screens as they come, no history, no scope, no masking.

Settings: BENCH_PLAIN_URL, the database.
"""

import os
from typing import Any

import sqlalchemy as sa
from flask import Flask, redirect
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.actions import action
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.utils.legacy import get_sqla_class

from benchmarks.counting import Counting

USER, PASSWORD = "admin", "plain-only-for-measurements"


class Owner(Model):
    __tablename__ = "owner"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(60), nullable=False)

    def __repr__(self) -> str:
        return str(self.name)


class Company(Model):
    __tablename__ = "company"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(200), nullable=False)
    kind = sa.Column(sa.String(20))
    credit_code = sa.Column(sa.String(18), index=True)
    level = sa.Column(sa.String(40))
    status = sa.Column(sa.String(40))
    industry = sa.Column(sa.String(40))
    region = sa.Column(sa.String(40))
    address = sa.Column(sa.String(200))
    registered_on = sa.Column(sa.Date)
    phone = sa.Column(sa.String(32), index=True)
    legal_person = sa.Column(sa.String(60))
    source = sa.Column(sa.String(40))
    notes = sa.Column(sa.String(4000))
    owner_id = sa.Column(sa.Integer, sa.ForeignKey("owner.id"), index=True)
    department_id = sa.Column(sa.Integer, index=True)
    created_at = sa.Column(sa.DateTime)
    updated_at = sa.Column(sa.DateTime)
    owner = sa.orm.relationship(Owner)

    def __repr__(self) -> str:
        return str(self.name)


class PlainTicket(Model):
    __tablename__ = "ticket"
    id = sa.Column(sa.Integer, primary_key=True)
    number = sa.Column(sa.String(30), unique=True)
    title = sa.Column(sa.String(120))
    company_id = sa.Column(sa.Integer, sa.ForeignKey("company.id"), index=True)
    type = sa.Column(sa.String(40))
    priority = sa.Column(sa.String(20))
    state = sa.Column(sa.String(40))
    phase = sa.Column(sa.String(20), index=True)
    assignee_id = sa.Column(sa.Integer, sa.ForeignKey("owner.id"), index=True)
    due_at = sa.Column(sa.DateTime)
    progress = sa.Column(sa.Integer)
    last_remark = sa.Column(sa.String(300))
    created_at = sa.Column(sa.DateTime, index=True)
    company = sa.orm.relationship(Company)
    assignee = sa.orm.relationship(Owner)

    def __repr__(self) -> str:
        return str(self.number)


class OfTicket:
    """What belongs to a ticket: whose it is, by whom and when."""

    id = sa.Column(sa.Integer, primary_key=True)
    at = sa.Column(sa.DateTime)

    @sa.orm.declared_attr
    def ticket_id(self) -> Any:
        return sa.Column(sa.Integer, sa.ForeignKey("ticket.id"), index=True)

    @sa.orm.declared_attr
    def by_id(self) -> Any:
        return sa.Column(sa.Integer, sa.ForeignKey("owner.id"))

    @sa.orm.declared_attr
    def ticket(self) -> Any:
        return sa.orm.relationship(PlainTicket)

    @sa.orm.declared_attr
    def by(self) -> Any:
        return sa.orm.relationship(Owner)


class PlainMove(OfTicket, Model):
    __tablename__ = "move"
    verb = sa.Column(sa.String(20))
    from_state = sa.Column(sa.String(40))
    to_state = sa.Column(sa.String(40))
    seconds = sa.Column(sa.Integer)


class PlainNote(OfTicket, Model):
    __tablename__ = "note"
    kind = sa.Column(sa.String(20))
    words = sa.Column(sa.String(4000))


class PlainWork(OfTicket, Model):
    __tablename__ = "work"
    what = sa.Column(sa.String(2000))
    minutes = sa.Column(sa.Integer)


class NoteView(ModelView):
    datamodel = SQLAInterface(PlainNote)
    route_base = "/notes"
    list_columns = ["kind", "words", "by", "at"]
    search_exclude_columns = ["ticket"]


class WorkView(ModelView):
    datamodel = SQLAInterface(PlainWork)
    route_base = "/work"
    list_columns = ["what", "minutes", "by", "at"]
    search_exclude_columns = ["ticket"]


class MoveView(ModelView):
    datamodel = SQLAInterface(PlainMove)
    route_base = "/moves"
    list_columns = ["verb", "from_state", "to_state", "by", "at", "seconds"]
    search_exclude_columns = ["ticket"]


class TicketView(ModelView):
    datamodel = SQLAInterface(PlainTicket)
    related_views = [MoveView, NoteView, WorkView]  # they stand on the ticket's page, as the documentation shows it
    route_base = "/tickets"
    list_columns = ["number", "title", "company", "type", "priority", "state", "assignee", "due_at", "progress"]
    list_columns += ["last_remark", "created_at"]
    search_exclude_columns = ["company"]  # a list of every company would stand in the search form of each page
    page_size = 25
    base_order = ("created_at", "desc")


class CompanyView(ModelView):
    datamodel = SQLAInterface(Company)
    route_base = "/companies"
    list_columns = ["name", "level", "status", "owner", "phone", "region", "industry", "updated_at"]
    page_size = 25
    base_order = ("id", "desc")

    @action("assign", "Assign", "Assign?", "fa-user", single=False)
    def assign(self, items: Any) -> Any:
        """Give the ticked rows another department, one after the other, as the documentation shows it."""
        for item in items:
            item.department_id = 5
            self.datamodel.edit(item)
        return redirect(self.get_redirect())


def create() -> Flask:
    """Return the application; its tables are made if they are not there."""
    app = Flask("plain")
    app.config.update(
        SECRET_KEY="only for measurements, nobody else signs in here",  # noqa: S106 - true
        SQLALCHEMY_DATABASE_URI=os.environ["BENCH_PLAIN_URL"],
        WTF_CSRF_ENABLED=True,
        FAB_ADD_SECURITY_VIEWS=True,
        FAB_SAFE_REDIRECT_HOSTS=["127.0.0.1"],
    )
    db = get_sqla_class()()
    db.init_app(app)
    with app.app_context():
        appbuilder = AppBuilder(app, db.session)
        Model.metadata.create_all(db.engine)
        appbuilder.add_view(CompanyView, "Companies")
        appbuilder.add_view(MoveView, "Moves")
        appbuilder.add_view(NoteView, "Notes")
        appbuilder.add_view(WorkView, "Work")
        appbuilder.add_view(TicketView, "Tickets")
        manager = appbuilder.sm
        if not manager.find_user(USER):
            manager.add_user(USER, "A", "B", "a@b.example", manager.find_role("Admin"), password=PASSWORD)
        db.session.remove()
        db.engine.dispose()
    return app


def app(environ: Any, start_response: Any) -> Any:
    """Answer through an application made at the first request of each process."""
    if "app" not in _made:
        _made["app"] = Counting(create())
    return _made["app"](environ, start_response)


_made: dict[str, Any] = {}
