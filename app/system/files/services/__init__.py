"""What can be done with files. Taking a content in touches no database; attaching it to a record is a transaction."""

from app.system.files.models import Holder
from app.system.files.rules import Limits
from app.system.files.services.contents import Content, take_in
from app.system.files.services.records import TAKER, attach, erase, register, remove, rename, restore

__all__ = [
    "TAKER",
    "Content",
    "Holder",
    "Limits",
    "attach",
    "erase",
    "register",
    "remove",
    "rename",
    "restore",
    "take_in",
]
