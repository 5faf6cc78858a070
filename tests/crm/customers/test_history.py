import pytest
from sqlalchemy import select

from app.base import clock
from app.base.actor import SYSTEM, Channel, acting
from app.base.errors import Invalid, InvalidFields
from app.base.history import change_set_class
from app.crm.customers import queries, services
from app.crm.customers.models import Contact, ContactLink, ContactPhone, Customer
from app.extensions import db
from app.system.audit import queries as audit
from app.system.audit.queries import Asked
from app.system.recycle import services as bins
from tests.cast import EVE, LIN, MEI, SAM, XU
from tests.factories import a_customer
from tests.system.recycle.steps import entry, entry_of

pytestmark = pytest.mark.usefixtures("no_key_data", "in_app")
PHONE, OTHER = "+8613800138000", "+8613900139000"


@pytest.fixture
def lin(in_app):
    with acting(LIN.actor) as actor:
        yield actor


@pytest.fixture
def grown(lin):
    """A customer of Lin's with four change sets: made, changed, given a contact, changed by Sam."""
    made = services.create(
        {"name": "晨光", "phone": PHONE, "tags": ("old_customer",), "address": "文化路 1 号"}, actor=lin
    )
    services.change(made, {"name": "晨光商贸", "tags": ("erp_switch",)}, actor=lin, revision=1)
    services.create_contact({"name": "王小明", "phones": (OTHER,), "position": "finance"}, actor=lin, customer=made)
    sam = SAM.actor.by(Channel.API)
    with acting(sam):
        services.change(made, {"address": "文化路 2 号 A 座"}, actor=sam, revision=made.revision)
    return made


def numbers(record):
    return [one.number for one in reversed(audit.sets(type(record), record.id))]


def told(lines):
    return {(line.key[0].__name__, line.spec.name): (line.old, line.new) for line in lines}


def test_each_change_set_tells_who_when_how_and_what(grown):
    newest, *_middle, first = audit.sets(Customer, grown.id)

    assert [one.place for one in audit.sets(Customer, grown.id)] == [4, 3, 2, 1]
    assert (newest.who, newest.channel, [str(what) for what in newest.what]) == ("沈萌", "api", ["Address"])
    assert (first.who, first.channel, [str(what) for what in first.what]) == ("林晓", "web", ["Created", "Tag"])
    assert abs((clock.now() - newest.at).total_seconds()) < 60


def test_any_two_versions_differ_field_by_field_with_children(grown):
    made, changed, contact, moved = numbers(grown)

    lines = audit.differences(
        audit.snapshot(Customer, grown.id, made), audit.snapshot(Customer, grown.id, moved), without=audit.SILENT
    )

    assert told(lines) == {
        ("Customer", "name"): ("晨光", "晨光商贸"),
        ("Customer", "address"): ("文化路 1 号", "文化路 2 号 A 座"),
        ("CustomerTag", "code"): (None, "erp_switch"),
        ("ContactLink", "position"): (None, "finance"),
        ("ContactLink", "is_primary"): (None, True),
        ("Contact", "name"): (None, "王小明"),
        ("ContactPhone", "number"): (None, OTHER),
    } | {("CustomerTag", "code"): told(lines)["CustomerTag", "code"]}
    assert {line.old for line in lines if line.spec.name == "code"} == {"old_customer", None}
    assert changed < contact


def test_one_field_is_taken_back_and_all_else_stays(grown, lin):
    made = numbers(grown)[0]

    count = services.take_back(grown, number=made, only=[("customers_customer", grown.id, "name")], actor=lin)

    assert (count, grown.name, grown.address) == (1, "晨光", "文化路 2 号 A 座")
    assert [tag.code for tag in grown.tags] == ["erp_switch"]
    assert audit.sets(Customer, grown.id)[0].note == "Taken back to v1"


def test_a_whole_version_is_taken_back_with_contacts_and_tags(grown, lin):
    made = numbers(grown)[0]

    services.take_back(grown, number=made, only=None, actor=lin)

    assert (grown.name, grown.address) == ("晨光", "文化路 1 号")
    assert [tag.code for tag in grown.tags] == ["old_customer"]
    assert queries.links_of(grown) == []
    with acting(SYSTEM):
        assert OTHER not in {row.number for row in db.session.scalars(select(ContactPhone)) if row.contact_id < 0}


def test_taking_back_the_taking_back_brings_the_contact_again(grown, lin):
    made, _changed, _contact, moved = numbers(grown)
    services.take_back(grown, number=made, only=None, actor=lin)

    services.take_back(grown, number=moved, only=None, actor=lin)

    link = queries.links_of(grown)[0]
    assert (link.contact.name, link.position, link.is_primary) == ("王小明", "finance", True)
    assert (grown.name, [tag.code for tag in grown.tags]) == ("晨光商贸", ["erp_switch"])


def test_taking_back_nothing_or_what_never_was_is_refused(grown, lin):
    with pytest.raises(Invalid, match="Nothing differs from that version"):
        services.take_back(grown, number=numbers(grown)[-1], only=None, actor=lin)
    with pytest.raises(Invalid, match="did not exist then"):
        services.take_back(grown, number=0, only=None, actor=lin)


def test_the_rules_hold_for_what_is_taken_back(lin):
    first = services.create({"name": "甲", "credit_code": "91350000NFEU9W2E97", "phone": PHONE}, actor=lin)
    services.change(first, {"credit_code": None}, actor=lin, revision=1)
    a_customer(credit_code="91350000NFEU9W2E97", owner=EVE.id)

    with pytest.raises(InvalidFields):
        services.take_back(first, number=numbers(first)[0], only=None, actor=lin)

    db.session.refresh(first)
    assert first.credit_code is None


def test_a_contacts_own_history_is_taken_back_too(lin):
    customer = services.create({"name": "甲", "phone": PHONE}, actor=lin)
    contact = services.create_contact({"name": "王小明", "phones": (PHONE,)}, actor=lin, customer=customer)
    services.change_contact(contact, {"name": "王大明", "phones": (OTHER,)}, actor=lin, revision=contact.revision)

    services.take_contact_back(contact, number=numbers(contact)[0], only=None, actor=lin)

    assert (contact.name, [row.number for row in contact.phones]) == ("王小明", [PHONE])


def test_many_edits_in_one_flush_are_versioned_as_truly_as_one(lin):
    made = [services.create({"name": f"甲{n}", "phone": PHONE}, actor=lin) for n in range(5)]
    for row in made:
        row.address = "新址"
    db.session.commit()

    for row in made:
        shown = audit.sets(Customer, row.id)
        assert [str(what) for what in shown[0].what] == ["Address"]
        assert len({one.number for one in shown}) == 2
    assert len({audit.sets(Customer, row.id)[0].number for row in made}) == 1


def test_the_list_of_all_changes_is_narrowed_by_name_field_person_channel_and_day(grown):
    def entries(**asked):
        return audit.feed(Customer, Asked(**asked), limit=50)

    assert len(entries()) == 4
    assert [entry.who for entry in entries(field="address")] == ["沈萌"]
    assert [entry.channel for entry in entries(user_id=SAM.id)] == ["api"]
    assert len(entries(words="晨光", channel="web")) == 3
    assert entries(words="别的") == entries(channel="import") == entries(user_id=MEI.id) == []
    assert len(entries(first=clock.today(), last=clock.today())) == 4
    (label, old, new, spec), *_rest = entries(field="address")[0].what
    assert (str(label), old, new, spec.name) == ("Address", "文化路 1 号", "文化路 2 号 A 座", "address")


def test_the_list_of_all_changes_pages_without_a_gap_and_without_a_double(grown):
    seen, before = [], None
    while page := audit.feed(Customer, Asked(), limit=1, before=before):
        seen += [(entry.number, entry.record.id) for entry in page]
        before = seen[-1]
    assert seen == [(number, grown.id) for number in reversed(numbers(grown))]


def test_the_list_of_all_changes_keeps_to_the_scope(grown):
    a_customer(name="叶薇的", owner=EVE.id)

    with acting(EVE.actor):
        assert {entry.record.name for entry in audit.feed(Customer, Asked(), limit=50)} == {"叶薇的"}
    with acting(XU.actor):
        assert {entry.record.name for entry in audit.feed(Customer, Asked(), limit=50)} == {"叶薇的", "晨光商贸"}


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7])
def test_the_newest_changes_are_the_head_of_all_for_whoever_sees_all(grown, limit):
    for name in ("甲", "乙"):
        a_customer(name=name, phones=(OTHER,), tags=("old_customer",))
    with acting(SYSTEM):
        gone = services.create({"name": "不再有", "phone": PHONE}, actor=SYSTEM)
        services.delete(gone, actor=SYSTEM)
        bins.purge(entry(entry_of("customer", gone.id)), typed="不再有", actor=SYSTEM)
        few, many = (audit.feed(Customer, Asked(), limit=most) for most in (limit, 50))
    assert [told_of(one) for one in few] == [told_of(one) for one in many][:limit]
    assert len(few) == min(limit, 6)


def test_the_newest_changes_are_those_in_scope_and_of_what_was_asked(grown):
    a_customer(name="叶薇的", owner=EVE.id)
    for number in range(6):
        a_customer(name=f"林晓的{number}")
    with acting(EVE.actor):
        assert [one.record.name for one in audit.feed(Customer, Asked(), limit=1)] == ["叶薇的"]
    with acting(SYSTEM):
        assert [one.record.name for one in audit.feed(Customer, Asked(words="叶"), limit=1)] == ["叶薇的"]
        every, seen, before = [told_of(one) for one in audit.feed(Customer, Asked(), limit=50)], [], None
        while page := audit.feed(Customer, Asked(), limit=2, before=before):
            seen += [told_of(one) for one in page]
            before = page[-1].number, page[-1].record.id
    assert seen == every


def told_of(entry):
    return entry.number, entry.record.name, [str(label) for label, *_values in entry.what]


def test_the_version_classes_keep_to_the_scope_as_well(grown):
    from app.base.history import versions_of  # noqa: PLC0415 - classes exist once the app does

    for model in (Customer, ContactLink, Contact, ContactPhone):
        with acting(EVE.actor):
            assert db.session.scalars(select(versions_of(model))).all() == [], model
        with acting(LIN.actor):
            assert db.session.scalars(select(versions_of(model))).all() != [], model


def test_who_acts_is_kept_with_address_and_request(lin):
    import dataclasses  # noqa: PLC0415 - one use

    caller = dataclasses.replace(lin, address="192.0.2.7", request_id="abc-1")
    with acting(caller):
        services.create({"name": "甲", "phone": PHONE}, actor=caller)

    change = change_set_class()
    newest = db.session.scalars(select(change).order_by(change.id.desc())).first()
    assert (newest.user_id, newest.remote_addr, newest.request_id, newest.channel) == (
        LIN.id,
        "192.0.2.7",
        "abc-1",
        "web",
    )
