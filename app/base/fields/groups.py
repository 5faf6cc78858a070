"""Groups of personal data: what of a record is shown in full only with a permission, and called what.

A field names its group by code; whoever lacks the group's permission sees a mask. Domains register their groups
together with the screens that hold the permissions.
"""

from dataclasses import dataclass

#: The group of a text that may hold any personal value (a file's name, a filter in words): masked for whoever
#: lacks one of the permissions.
ANY = "*"


@dataclass(frozen=True)
class Group:
    """One group of fields. ``permission``: (permission, view) that shows it in full.

    ``is_personal``: its values may stand in any text. What is hidden for another reason masks nothing else.
    """

    code: str
    label: object
    permission: tuple[str, str]
    is_personal: bool = True


#: By code, in the order of the screen of roles.
groups: dict[str, Group] = {}


def register(group: Group) -> None:
    """Make a group known; whoever registers it gives its screen the permission."""
    groups[group.code] = group


def is_among(code: str, hidden: frozenset[str]) -> bool:
    """Tell whether a field of group ``code`` is masked for somebody from whom ``hidden`` groups are."""
    if code != ANY:
        return code in hidden
    return any(one not in groups or groups[one].is_personal for one in hidden)
