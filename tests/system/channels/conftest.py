import pytest

from app.base import public
from app.base.actor import SYSTEM, acting
from app.extensions import db
from app.system.channels import services
from tests.system.channels import servers
from tests.system.channels.steps import a_channel


@pytest.fixture
def box():
    """A mail server: what it was given stands in ``box.mails``; ``box.port``."""
    with servers.mail_server() as (made, port):
        made.port = port
        yield made


@pytest.fixture
def mailing(app, box):
    """A mail channel that is switched on, towards the server of this test; its id."""
    return a_channel(app, port=box.port)


@pytest.fixture
def send(app):
    """Send all that is due, as the worker does; return how many letters left."""

    def run(lease_seconds=20):
        with app.app_context(), acting(SYSTEM):
            try:
                return services.send_waiting(
                    house=public.house(), allowed_hosts=(servers.HOST,), lease_seconds=lease_seconds
                )
            finally:
                db.session.remove()

    return run
