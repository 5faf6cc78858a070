"""The commands: ``flask setup|create-admin|demo``, ``customers import|export``, ``logs``, ``search``, ``keys``."""

from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from app.base.actor import SYSTEM, Actor, Channel, acting


@click.command("setup")
@with_appcontext
def setup() -> None:
    """Bring the database up to date: migrations, permissions, dictionaries, roles. Safe to repeat."""
    from flask_migrate import upgrade

    upgrade()
    prepare()


#: Domains with rows that an installation begins with, made once by their service ``seed``.
SEEDED = ("crm.followups", "crm.pool", "crm.recalls", "system.approvals", "sales.opportunities", "desk.tickets")


def prepare() -> None:
    """Fill an up-to-date schema with what the program needs: screens and buttons, dictionaries, roles, the index."""
    from importlib import import_module

    from app.domains import DOMAINS
    from app.system.dictionary import services as dictionary
    from app.system.logs import services as logs
    from app.system.search import services as search
    from app.system.security import services as security

    house = current_app.extensions["house"]
    with acting(SYSTEM):
        security.know(house.screens())
        dictionary.seed()
        for domain in DOMAINS:
            if grants := _grants(import_module, domain):
                security.seed(grants)
        security.seed_reaches()
        for domain in SEEDED:
            import_module(f"app.{domain}.services").seed()
        if fresh := search.unknown():
            search.rebuild(fresh)
        logs.begin(key=current_app.config["ZHIKE"].log_key)


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


@click.group("customers")
def customers() -> None:
    """Bring customers in from files, and write them to files."""


@customers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "username", required=True, help="User name of the person who imports.")
@click.option("--template", type=click.Choice(["company", "person"]), default="company", show_default=True)
@click.option("--dry-run", is_flag=True, help="Check only; nothing is imported.")
@click.option("--accept-new-words", is_flag=True, help="Add new words of open dictionaries.")
@click.option("--code", type=click.Choice(["skip", "update"]), default="skip", help="Rows with an equal credit code.")
@click.option("--name", type=click.Choice(["skip", "update", "keep_both"]), default="skip", help="With an equal name.")
@click.option("--phone", type=click.Choice(["skip", "update", "keep_both"]), default="keep_both", help="Equal phone.")
@click.option("--result", type=click.Path(dir_okay=False, path_type=Path), help="Where returned rows are written.")
@with_appcontext
def import_customers(
    file: Path,
    username: str,
    template: str,
    result: Path | None,
    *,
    dry_run: bool,
    accept_new_words: bool,
    **choices: str,
) -> None:
    """Import a file of any length; columns are mapped as guessed."""
    from app.base.errors import DomainError

    with acting(_person(username)) as actor:
        try:
            run = _checked(file, template, actor)
            _chosen(run, choices, actor, accept_new_words=accept_new_words)
            _finished(run, actor, result or file.with_name(f"{file.stem}-not-imported.xlsx"), dry_run=dry_run)
        except DomainError as refusal:
            raise click.ClickException(str(refusal)) from refusal


def _person(username: str, *, button: str = "can_import") -> Actor:
    from app.extensions import db
    from app.system.security import queries

    with acting(SYSTEM):
        key = queries.employees_by_words([username]).get(username)
        found = queries.actor(key) if key else None
    db.session.rollback()  # SQLite's write lock is not held while the file is read
    if found is None:
        raise click.ClickException(f"There is no active user {username!r}.")
    if (button, "CustomerView") not in queries.rights(found.role_ids):
        raise click.ClickException(f"{username!r} may not {button.removeprefix('can_')} customers.")
    return found


@customers.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "username", required=True, help="User name of the person who exports: their rights and scope.")
@click.option("--filter", "conditions", default="", help="The filter of the list's address, as JSON.")
@with_appcontext
def export_customers(file: Path, username: str, conditions: str) -> None:
    """Write the customers a person sees to FILE (.xlsx or .csv). The export is logged as theirs."""
    from app.base.errors import DomainError
    from app.base.screens import exports
    from app.crm.customers.views import CustomerView

    asked = {"filter": conditions, "format": "csv" if file.suffix == ".csv" else "xlsx"}
    with acting(_person(username, button="can_export").by(Channel.COMMAND)) as actor:
        try:
            listing, specs = CustomerView.exported(asked, actor=actor)
            columns, rows = exports.columns_of(specs), exports.Rows(listing, specs)
            with file.open("wb") as stream:
                count = exports.write(
                    stream,
                    columns,
                    rows,
                    name=CustomerView.title,
                    what="CustomerView",
                    asked=asked,
                    file_format=asked["format"],
                )
        except DomainError as refusal:
            raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{count:,} customers: {file}")


def _checked(file: Path, template: str, actor: Actor) -> Any:
    from app.system.imports import services

    about = {"file_name": file.name, "kind": "customers", "template": template}
    run = services.upload(file, actor=actor, in_browser=False, **about)
    for column in run.columns:
        click.echo(f"  {column['heading'] or '-'} -> {column['field'] or 'not imported'} ({column['confidence']})")
    services.check(run, [column["field"] for column in run.columns], actor=actor)
    return run


def _chosen(run: Any, choices: dict[str, str], actor: Actor, *, accept_new_words: bool) -> None:
    from app.system.imports import services

    words = [(one["dictionary"], one["word"]) for one in run.proposals]
    if words:
        click.echo(f"New words: {', '.join(word for _dictionary, word in words)}")
    services.choose(run, defaults=choices, rows={}, words=words if accept_new_words else [], actor=actor)


def _finished(run: Any, actor: Actor, result: Path, *, dry_run: bool) -> None:
    from app.system.imports import services

    if not dry_run:
        services.import_run(run, actor=actor)
        click.echo(", ".join(f"{name}: {count:,}" for name, count in run.counts.items()))
    else:
        click.echo(", ".join(f"{name}: {count:,}" for name, count in services.forecast(run).items()))
    with result.open("wb") as stream:
        returned = services.write_result(run, stream)
    click.echo(f"{returned:,} rows not imported: {result}")
    if dry_run:
        services.discard(run, actor=actor)


@click.group("search")
def search() -> None:
    """Look after the index of quick search."""


@search.command("rebuild")
@with_appcontext
def rebuild_search() -> None:
    """Write the index anew. Everybody may go on working meanwhile."""
    from app.system.search import services

    with acting(SYSTEM):
        click.echo(f"{services.rebuild():,} records can be found.")


@click.group("logs")
def logs() -> None:
    """Look after the log."""


@logs.command("verify")
@with_appcontext
def verify_logs() -> None:
    """Compute the chain of the log again. Exit 1 if it is broken; the last line can be kept elsewhere as a proof."""
    from app.system.logs import queries, rules, services

    with acting(SYSTEM):
        found = services.verify(key=current_app.config["ZHIKE"].log_key)
        if found.reason is not None:
            raise click.ClickException(f"The chain is broken at seal {found.number}: {rules.REASONS[found.reason]}.")
        head = queries.head()
    click.echo(f"The chain is whole up to seal {found.number}.")
    click.echo(f"{found.number}:{head.chain_hash if head else ''}")


@click.group("keys")
def keys() -> None:
    """Look after the keys of encrypted columns."""


@keys.command("status")
@with_appcontext
def status_of_keys() -> None:
    """Tell how many values are under which key. Exit 1 if there are some that no key of the setting opens."""
    from app.base.sealed import ring
    from app.system.keys import queries

    known, missing = ring(), set[str]()
    with acting(SYSTEM):
        for place in queries.places():
            for key, count in sorted(queries.used(place).items()):
                click.echo(f"  {place}: {count:,} under {key or 'no key yet'}")
                missing |= {key} - {"", *known.keys}
    click.echo(f"The current key is {known.current}; the setting has {', '.join(known.keys)}.")
    if missing:
        raise click.ClickException(f"These keys are missing in ENCRYPTION_KEYS: {', '.join(sorted(missing))}.")


@keys.command("rotate")
@with_appcontext
def rotate_keys() -> None:
    """Encrypt everything with the first key of the setting. Everybody may go on working meanwhile."""
    from app.system.jobs import queries as jobs_of
    from app.system.jobs import services as jobs
    from app.system.keys import services

    with acting(SYSTEM):
        job_id = services.begin_rotation(actor=SYSTEM)
    jobs.work(job_id, lease_seconds=current_app.config["ZHIKE"].job_lease_seconds)
    with acting(SYSTEM):
        job = jobs_of.by_id(job_id)
        click.echo(f"Job {job_id}: {job.state if job else 'gone'}, {job.done_count if job else 0:,} values.")
        if job and job.problem:
            raise click.ClickException(str(job.problem))


commands = [setup, create_admin, demo, customers, logs, search, keys]
