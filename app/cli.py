"""The commands: ``flask setup``, ``flask create-admin``, ``flask demo``, ``flask customers import|export``."""

import click
from flask import current_app
from flask.cli import with_appcontext

from app.base.actor import SYSTEM, acting


@click.command("setup")
@with_appcontext
def setup() -> None:
    """Bring the database up to date: migrations, permissions, dictionaries, roles. Safe to repeat."""
    from flask_migrate import upgrade

    upgrade()
    prepare()


def prepare() -> None:
    """Fill an up-to-date schema with what the program needs: screens and buttons, dictionaries, roles, grants."""
    from importlib import import_module

    from app.domains import DOMAINS
    from app.system.dictionary import services as dictionary
    from app.system.security import services as security

    house = current_app.extensions["house"]
    with acting(SYSTEM):
        security.know(house.screens())
        dictionary.seed()
        for domain in DOMAINS:
            if grants := _grants(import_module, domain):
                security.seed(grants)
        security.seed_reaches()


def _grants(import_module, domain):  # noqa: ANN001, ANN202 - two lines
    try:
        return import_module(f"app.{domain}.grants").GRANTS
    except ModuleNotFoundError:
        return {}


@click.command("create-admin")
@click.option("--username", prompt=True)
@click.option("--name", prompt=True)
@click.option("--email", prompt=True)
@click.password_option()
@with_appcontext
def create_admin(username: str, name: str, email: str, password: str) -> None:
    """Make the first administrator of an installation."""
    from app.base.errors import DomainError
    from app.base.transaction import transaction
    from app.system.security import services as security
    from app.system.sign_in import services as sign_in

    @transaction
    def make() -> None:
        values = {"username": username, "name": name, "email": email, "language": "zh_Hans", "roles": ["admin"]}
        employee = security.hire(values, actor=SYSTEM)
        sign_in.first_password(employee.account, new=password, settings=current_app.config["ZHIKE"])
        employee.must_change_password = False

    with acting(SYSTEM):
        try:
            make()
        except DomainError as refusal:
            raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{username} can sign in now.")


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Fill an empty installation with demo people and customers. Refused in production."""
    from app.demo import load
    from app.system.security import queries as security

    settings = current_app.config["ZHIKE"]
    if settings.mode == "production":
        raise click.ClickException("Demo data do not belong into production.")
    if security.accounts_with_role("admin"):
        raise click.ClickException("There are accounts already; demo data go into an empty installation only.")
    people, customers = load.load(settings)
    click.echo(f"{people} people and {customers} customers.")


commands = [setup, create_admin, demo]
