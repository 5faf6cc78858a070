"""Two people who meet: the first has done something and not yet committed it when the second acts."""

from contextlib import suppress
from threading import Event, Thread

from sqlalchemy import text

from app.base.actor import acting
from app.base.i18n import speaking
from app.base.transaction import transaction
from app.extensions import db
from app.system.security import queries as security
from tests.bed.databases import SQLITE

PATIENCE = 30


class Meeting:
    """``first`` and ``second``: (id of a person, what they do, given the actor). What became of each is kept."""

    def __init__(self, app, first, second):
        self.app, self.first, self.second = app, first, second
        self.is_done, self.may_end = Event(), Event()
        self.outcomes = {}

    def run(self):
        """Let them meet; return what became of the first and of the second: a value, or the error."""
        threads = [Thread(target=self._begin), Thread(target=self._follow)]
        for thread in threads:
            thread.start()
        assert self.is_done.wait(PATIENCE), self.outcomes
        for _try in range(20):
            threads[1].join(0.05)
            if not threads[1].is_alive() or self._somebody_waits():
                break
        self.may_end.set()
        for thread in threads:
            thread.join(PATIENCE)
        return self.outcomes["first"], self.outcomes["second"]

    def _begin(self):
        person, act = self.first

        @transaction
        def held(actor):
            found = act(actor)
            db.session.flush()
            self.is_done.set()
            assert self.may_end.wait(PATIENCE)
            return found

        self._as(person, held, "first")
        self.is_done.set()

    def _follow(self):
        person, act = self.second
        assert self.is_done.wait(PATIENCE)
        self._as(person, act, "second")

    def _as(self, person, act, name):
        with self.app.app_context(), speaking("en"):
            actor = security.actor(person)
            db.session.rollback()
            with acting(actor):
                try:
                    self.outcomes[name] = act(actor)
                except Exception as error:  # noqa: BLE001 - what a clerk would have seen is the outcome
                    self.outcomes[name] = error
                finally:
                    db.session.remove()

    def _somebody_waits(self):
        with self.app.app_context(), suppress(Exception):
            if db.engine.dialect.name != SQLITE:
                return bool(db.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
        return False


class Writers:
    """Several people who enter fees at once, of whom a third changes their mind at the last moment."""

    def __init__(self, app, customers, product, *, day, each):
        self.app, self.customers, self.product, self.day, self.each = app, customers, product, day, each
        self.kept, self.failed = [], []

    def run(self):
        threads = [Thread(target=self._enter, args=pair) for pair in enumerate(self.customers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.failed == []
        return self.kept

    def _enter(self, place, customer):
        with self.app.app_context(), speaking("en"):
            actor = security.actor(3)
            for turn in range(self.each):
                with acting(actor):
                    self._once(actor, customer, place * self.each + turn + 1, drops=(turn * 7 + place) % 10 < 3)

    def _once(self, actor, customer, amount, *, drops):
        from app.crm.customers import queries  # noqa: PLC0415 - the models are loaded by then
        from app.crm.fees import services  # noqa: PLC0415

        @transaction
        def enter():
            values = {"product": self.product, "amount": amount, "received_on": self.day}
            fee = services.record(queries.by_id(customer), values, actor=actor)
            if drops:
                raise ChangedTheirMindError
            return fee.number

        try:
            db.session.rollback()
            self.kept.append(enter())
        except ChangedTheirMindError:
            pass
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            self.failed.append(error)
        finally:
            db.session.remove()


class ChangedTheirMindError(Exception):
    pass
