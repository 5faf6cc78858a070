"""The keys of an installation, and what is done with them. A sealed value says which key it was sealed with.

The form is ``v1|key|nonce|ciphertext``: AES-256-GCM, the name of the column as associated data, so that nothing
opens in a column it was not sealed for. Each column has keys of its own, derived by HKDF-SHA256.
"""

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from app.base.errors import StoreUnavailable
from app.base.i18n import _

FORM, NONCE_BYTES, PARTS = "v1", 12, 4
UNREADABLE = _("This value cannot be read: the key it was encrypted with is missing. Ask whoever looks after the keys.")


class Unopened(StoreUnavailable):
    """A sealed value cannot be opened: its key is missing or another one, or it was sealed for another column."""

    def __init__(self, key: str) -> None:
        super().__init__(UNREADABLE)
        self.key = key


@dataclass(frozen=True, eq=False)
class KeyRing:
    """Keys by name, the current one first: it seals; all of them open."""

    keys: Mapping[str, bytes]

    @classmethod
    def of(cls, written: Iterable[str]) -> "KeyRing":
        """Return the ring of ``name:base64`` parts, as the setting has them."""
        pairs = [part.split(":", 1) for part in written]
        return cls({name: b64decode(key) for name, key in pairs})

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self.keys)})"

    @property
    def current(self) -> str:
        """The name of the key that seals."""
        return next(iter(self.keys))

    def seal(self, plain: str, *, place: str, nonce: bytes = b"") -> str:
        """Return a text as the column ``place`` stores it."""
        nonce = nonce or os.urandom(NONCE_BYTES)
        closed = _box(self.keys[self.current], place).encrypt(nonce, plain.encode(), place.encode())
        return "|".join((FORM, self.current, b64encode(nonce).decode(), b64encode(closed).decode()))

    def open(self, token: str, *, place: str) -> str:
        """Return the text of a sealed value. Raises Unopened."""
        form, name, nonce, closed = _parts(token)
        if form != FORM or name not in self.keys:
            raise Unopened(name)
        try:
            box = _box(self.keys[name], place)
            return box.decrypt(b64decode(nonce), b64decode(closed), place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unopened(name) from error

    def resealed(self, token: str, *, place: str) -> str:
        """Return the value sealed with the current key; equal values stay equal, so that histories compare.

        Raises Unopened.
        """
        secret = _derived(self.keys[self.current], f"nonce {place}")
        nonce = hmac.digest(secret, token.encode(), sha256)[:NONCE_BYTES]
        return self.seal(self.open(token, place=place), place=place, nonce=nonce)

    def blind(self, plain: str, *, place: str, key: str = "") -> str:
        """Return by what a whole value is found in the blind index; it tells nothing to who has not the key."""
        secret = _derived(self.keys[key or self.current], f"index {place}")
        return b64encode(hmac.digest(secret, plain.encode(), sha256)).decode()

    def blinds(self, plain: str, *, place: str) -> Sequence[str]:
        """Return all by which a value may be found while not every row is rotated yet."""
        return [self.blind(plain, place=place, key=name) for name in self.keys]

    def is_current(self, token: str) -> bool:
        """Tell whether a sealed value was sealed with the current key."""
        return token.startswith(self.head)

    @property
    def head(self) -> str:
        """The beginning of everything that the current key sealed."""
        return f"{FORM}|{self.current}|"


def key_of(token: str) -> str:
    """Return the name of the key that a value was sealed with; "" for what was never sealed."""
    return _parts(token)[1]


def _parts(token: str) -> Sequence[str]:
    found = token.split("|")
    return found if len(found) == PARTS else ("", "", "", "")


@lru_cache(maxsize=256)
def _box(key: bytes, place: str) -> AESGCM:
    return AESGCM(_derived(key, f"seal {place}"))


@lru_cache(maxsize=256)
def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"zhike {purpose}".encode()).derive(key)


def ring() -> KeyRing:
    """Return the keys of this installation."""
    found: Any = current_app.extensions["key_ring"]
    return found  # type: ignore[no-any-return]
