"""What can be done to customers, contacts and who may see them. One verb, one transaction, one line of history."""

from app.crm.customers.services.contacts import (
    PLACES,
    attach_contact,
    change_contact,
    create_contact,
    delete_contact,
    detach_contact,
    make_contact_of,
    make_primary,
    restore_contact,
)
from app.crm.customers.services.duplicates import COMPARED, REASONS, Alike, Reason, alike, ask_for, changed
from app.crm.customers.services.edit import (
    change,
    change_as_approved,
    change_or_propose,
    check_keys_together,
    create,
    delete,
    restore,
)
from app.crm.customers.services.following import followed_up, plan
from app.crm.customers.services.history import take_back, take_contact_back
from app.crm.customers.services.holding import because, is_taking_back
from app.crm.customers.services.imports import CustomerTarget
from app.crm.customers.services.keys import keys_from, locked_keys, may_edit_keys, propose_with, proposer
from app.crm.customers.services.looking import look_at
from app.crm.customers.services.many import (
    CHANGED_FOR_MANY,
    change_many,
    changed_columns,
    check_change,
    check_delete,
    delete_many,
    on_many,
    reindex,
    told,
    with_taken_codes,
)
from app.crm.customers.services.owning import OWNING, bring_to, deal_out, let_go
from app.crm.customers.services.phones import mark_number, recount
from app.crm.customers.services.recycling import contact_bin, customer_bin, forbidden_parents, goes_with
from app.crm.customers.services.searching import contact_kind, customer_kind
from app.crm.customers.services.sharing import close_again, open_to, share, unshare

__all__ = [
    "CHANGED_FOR_MANY",
    "COMPARED",
    "OWNING",
    "PLACES",
    "REASONS",
    "Alike",
    "CustomerTarget",
    "Reason",
    "alike",
    "ask_for",
    "attach_contact",
    "because",
    "bring_to",
    "change",
    "change_as_approved",
    "change_contact",
    "change_many",
    "change_or_propose",
    "changed",
    "changed_columns",
    "check_change",
    "check_delete",
    "check_keys_together",
    "close_again",
    "contact_bin",
    "contact_kind",
    "create",
    "create_contact",
    "customer_bin",
    "customer_kind",
    "deal_out",
    "delete",
    "delete_contact",
    "delete_many",
    "detach_contact",
    "followed_up",
    "forbidden_parents",
    "goes_with",
    "is_taking_back",
    "keys_from",
    "let_go",
    "locked_keys",
    "look_at",
    "make_contact_of",
    "make_primary",
    "mark_number",
    "may_edit_keys",
    "on_many",
    "open_to",
    "plan",
    "propose_with",
    "proposer",
    "recount",
    "reindex",
    "restore",
    "restore_contact",
    "share",
    "take_back",
    "take_contact_back",
    "told",
    "unshare",
    "with_taken_codes",
]
