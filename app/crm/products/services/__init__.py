"""What can be done with products. One verb, one transaction, one line of history."""

from app.crm.products.services.editing import change, create, delete, restore, retire, revive
from app.crm.products.services.importing import ProductTarget
from app.crm.products.services.naming import name_products
from app.crm.products.services.recycling import product_bin
from app.crm.products.services.searching import product_kind
from app.crm.products.services.taking_back import take_back

__all__ = [
    "ProductTarget",
    "change",
    "create",
    "delete",
    "name_products",
    "product_bin",
    "product_kind",
    "restore",
    "retire",
    "revive",
    "take_back",
]
