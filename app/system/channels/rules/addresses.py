"""Where messages may be sent: to public addresses, and to the hosts of the own network that the deployment names."""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from app.base.errors import Invalid
from app.base.i18n import _

LONGEST_URL = 500
HIGHEST_PORT = 65535
NAT64 = IPv6Network("64:ff9b::/96")  # Source: RFC 6052
Address = IPv4Address | IPv6Address


def is_public(text: str) -> bool:
    """Tell whether an IP address, and every IPv4 address within it, is one of the public net."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_is_global(one) for one in (address, *_within(address)))


def _is_global(address: Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _within(address: Address) -> list[Address]:
    """Return the IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]


def is_allowed(host: str, allowed: Collection[str]) -> bool:
    """Tell whether the deployment lets messages go to this host, wherever it is."""
    return host.casefold() in {one.casefold() for one in allowed}


@dataclass(frozen=True)
class Target:
    """An address on the web, taken apart. ``path``: with the query, which may hold a secret: never shown."""

    is_secure: bool
    host: str
    port: int
    path: str


def target(url: str, *, allowed: Collection[str]) -> Target:
    """Return an address taken apart. Raises Invalid for what is none, with a password, or plain HTTP to strangers."""
    parts = _parts(url.strip())
    host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise Invalid(_("That is no web address. Copy it whole, from “https://” on."))
    if parts.scheme == "http" and not is_allowed(host, allowed):
        raise Invalid(_("The address must begin with “https://”: what is sent over “http://” can be read on its way."))
    is_secure = parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    return Target(is_secure, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _parts(url: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - urllib's own
    if len(url) > LONGEST_URL or any(ord(sign) <= ord(" ") or sign == "\\" for sign in url):
        raise Invalid(_("That is no web address. Copy it whole, from “https://” on."))
    try:
        parts = urlsplit(url)
        _port, _host = parts.port, (parts.hostname or "").encode("idna")
    except (ValueError, UnicodeError) as error:
        raise Invalid(_("That is no web address. Copy it whole, from “https://” on.")) from error
    return parts
