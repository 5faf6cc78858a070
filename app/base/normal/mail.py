"""E-mail addresses."""

import re

from app.base.errors import Invalid
from app.base.i18n import _
from app.base.normal.words import compact

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9\u4e00-\u9fa5](?:[a-z0-9\u4e00-\u9fa5-]{0,61}[a-z0-9\u4e00-\u9fa5])?"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_LONGEST_LOCAL, _LONGEST = 64, 254  # octets, RFC 5321 section 4.5.3.1


def email(value: object) -> str:
    """Return an e-mail address, half-width, its domain in small letters.

    Raises Invalid if there is not exactly one @, or if either side of it cannot be in an address.
    """
    address = compact(value).replace("。", ".").removeprefix("mailto:")
    if address.count("@") != 1:
        raise Invalid(_("An e-mail address has exactly one @: please write one address like name@example.com."))
    local, domain = address.split("@")
    if len(local) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        raise Invalid(_("“%(part)s” cannot stand before the @ of an e-mail address."), part=local)
    domain = re.sub("[A-Z]", lambda capital: capital[0].lower(), domain)
    if len(address) > _LONGEST or not _DOMAIN.fullmatch(domain):
        raise Invalid(_("“%(part)s” cannot stand after the @ of an e-mail address."), part=domain)
    return f"{local}@{domain}"
