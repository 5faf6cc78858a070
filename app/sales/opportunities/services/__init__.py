"""What can be done with opportunities and stages. One verb, one transaction."""

from app.sales.opportunities.services.allocating import allocate, check_allocate, plan_allocate
from app.sales.opportunities.services.deciding import fee_keeps, fees_hang_on, lose, reopen, win
from app.sales.opportunities.services.editing import KEPT, change, create, delete, from_followup, move, restore
from app.sales.opportunities.services.making import (
    check_make,
    make_of_customers,
    make_of_followups,
    plan_of_customers,
    plan_of_followups,
    stays_of_customers,
    stays_of_followups,
    unmake_of_customers,
    unmake_of_followups,
)
from app.sales.opportunities.services.receivers import OwnerNames
from app.sales.opportunities.services.recycling import (
    forbidden_customers,
    forbidden_followups,
    forbidden_products,
    go_with_contacts,
    go_with_customers,
    opportunity_bin,
)
from app.sales.opportunities.services.searching import opportunity_kind
from app.sales.opportunities.services.staging import add_stage, change_stage, retire_stage, revive_stage, seed
from app.sales.opportunities.services.taking_back import take_back
from app.sales.opportunities.services.telling import tell_given

__all__ = [
    "KEPT",
    "OwnerNames",
    "add_stage",
    "allocate",
    "change",
    "change_stage",
    "check_allocate",
    "check_make",
    "create",
    "delete",
    "fee_keeps",
    "fees_hang_on",
    "forbidden_customers",
    "forbidden_followups",
    "forbidden_products",
    "from_followup",
    "go_with_contacts",
    "go_with_customers",
    "lose",
    "make_of_customers",
    "make_of_followups",
    "move",
    "opportunity_bin",
    "opportunity_kind",
    "plan_allocate",
    "plan_of_customers",
    "plan_of_followups",
    "reopen",
    "restore",
    "retire_stage",
    "revive_stage",
    "seed",
    "stays_of_customers",
    "stays_of_followups",
    "take_back",
    "tell_given",
    "unmake_of_customers",
    "unmake_of_followups",
    "win",
]
