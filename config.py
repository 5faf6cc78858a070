"""Every setting of an installation, read from the environment once, at start, and checked there.

A wrong or missing value stops the start with a sentence; nothing is guessed in production.
"""

from __future__ import annotations

import binascii
import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
SHORTEST_SECRET = 32
KEY_BYTES = 32
DEMO_KEY = "demo"  # the name of a key that was made up


class SettingsError(Exception):
    """A setting is missing or wrong. The message says which, and what to do."""


@dataclass(frozen=True)
class Settings:
    """What may differ from one installation to the next. Field names are those of the environment, in lower case."""

    #: "demo" (default: demo accounts, shown at start), "production", or "test".
    mode: str = "demo"
    #: Where instance files stand: the SQLite database, the secret made up for a demo, uploads.
    data_dir: Path = ROOT / "instance"
    #: SQLAlchemy address of the database. SQLite and PostgreSQL are supported.
    database_url: str = ""
    #: Redis, for rate limits and jobs shared by all processes. Empty: jobs run in threads of the one server process.
    redis_url: str = ""
    #: Signs cookies and tokens. At least 32 characters; production refuses to start without one of its own.
    secret_key: str = ""
    #: Seals the log, so that tampering shows. At least 32 characters; lost or changed, nothing older can be verified.
    log_key: str = ""
    #: Keys of encrypted columns: name:key, the key being 32 bytes in base64; the first one encrypts, all decrypt.
    #: Lost, what they encrypted is lost. Made up once for a demo, under the name "demo", which production refuses.
    encryption_keys: tuple[str, ...] = ()
    #: For so many months the log is kept; older ones are removed whole.
    log_keep_months: int = 24
    #: The address the server listens on, and its port.
    host: str = "127.0.0.1"
    port: int = 8000
    #: Processes that serve pages. More than one needs REDIS_URL, so that all count attempts together.
    web_workers: int = 1
    #: How many proxies in front may be believed about the client's address and scheme.
    proxies: int = 0
    #: Host names under which the product may be called. Empty: any (not in production).
    hosts: tuple[str, ...] = ()
    #: Send cookies over TLS only. Default: yes in production.
    secure_cookies: bool = False
    #: Minutes without a request, and minutes in all, after which a session ends.
    session_idle_minutes: int = 60
    session_max_minutes: int = 720
    #: Failed sign-ins within so many minutes that lock an account, and for how long.
    lockout_failures: int = 10
    lockout_window_minutes: int = 15
    lockout_minutes: int = 15
    #: Sign-in attempts per address, by form and API together.
    sign_in_limit: str = "30 per minute"
    #: Shortest password, in characters.
    password_min_length: int = 10
    #: Seconds after which a job whose worker is not heard of goes on in another one.
    job_lease_seconds: int = 60
    #: Customers outside the own data scope that the check for duplicates tells of, per person and day.
    lookup_per_day: int = 100
    #: Rows of a list, or of a file to import, from which work goes to the background.
    background_from_rows: int = 500
    #: Rows up to which a list is exported while the person waits; a job writes longer files.
    export_at_once_rows: int = 5000
    #: Masked values (phone numbers, e-mail addresses, …) that a person may have shown in full in a day.
    reveal_per_day: int = 200
    #: The address under which people reach the installation, as it stands in mails: https://crm.example.cn. Empty: made
    #: of the first of HOSTS, or of HOST and PORT.
    public_url: str = ""
    #: Hosts of the own network to which messages may be sent (mail server, gateway), by name or address as an
    #: administrator writes them. All other addresses that are not public are refused.
    channel_hosts: tuple[str, ...] = ()
    #: Largest upload, in MB.
    upload_max_mb: int = 50
    #: Most rows of a PDF.
    pdf_max_rows: int = 5000
    #: Most files of one record, and the families of files that are taken in.
    files_per_record: int = 200
    file_families: tuple[str, ...] = ("picture", "pdf", "office", "text", "archive", "audio", "video")
    #: Where the content of files stands: a folder (file:///srv/zhike/files; default: "files" in DATA_DIR) or a
    #: bucket (s3://bucket/folder; its key, region and address come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    #: AWS_REGION and, for anything but Amazon's own, AWS_ENDPOINT_URL).
    storage_url: str = ""
    #: Name and second line of the installation.
    site_name: str = "知客"
    site_tagline: str = "Zhike"
    #: Log lines as JSON (production) or as plain text.
    log_json: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the checked settings. Raises SettingsError with the name of the setting and what to do."""
        given = {name.lower(): value for name, value in environment.items() if name.lower() in cls.__annotations__}
        given.pop("extra", None)
        mode = given.get("mode", "demo")
        defaults = {"secure_cookies": mode == "production", "log_json": mode == "production"}
        values = defaults | {name: _typed(cls, name, value) for name, value in given.items()}
        return cls(**values).completed()

    def completed(self) -> Settings:
        """Return the settings with what follows from others filled in. Raises SettingsError."""
        if self.mode not in {"demo", "production", "test"}:
            raise SettingsError(f"MODE is {self.mode!r}; it must be demo, production or test.")
        if self.mode == "production":
            self._check_production()
        if self.web_workers > 1 and not self.redis_url:
            raise SettingsError(
                "WEB_WORKERS is more than 1: REDIS_URL must be set, so that they count attempts together."
            )
        url = self.database_url or f"sqlite:///{self.data_dir / 'zhike.sqlite'}"
        files = self.storage_url or f"file://{(self.data_dir / 'files').absolute()}"
        if not files.startswith(("file://", "s3://")):
            raise SettingsError(f"STORAGE_URL is {files!r}; it must begin with file:// or s3://.")
        public = self.public_url or (f"https://{self.hosts[0]}" if self.hosts else f"http://{self.host}:{self.port}")
        if not public.startswith(("http://", "https://")):
            raise SettingsError(f"PUBLIC_URL is {public!r}; it must begin with http:// or https://.")
        secret = self.secret_key or self._made_up("secret")
        log_key = self.log_key or self._made_up("log-key")
        keys = self.encryption_keys or (f"{DEMO_KEY}:{self._made_up('encryption-key', _encryption_key)}",)
        _check_keys(keys)
        made = replace(self, secret_key=secret, log_key=log_key, encryption_keys=keys)
        return replace(made, database_url=_driver(url), storage_url=files, public_url=public.rstrip("/"))

    def _check_production(self) -> None:
        if len(self.secret_key) < SHORTEST_SECRET:
            raise SettingsError(
                f"SECRET_KEY must be set in production, {SHORTEST_SECRET} characters or more. "
                'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        if len(self.log_key) < SHORTEST_SECRET:
            raise SettingsError(
                f"LOG_KEY must be set in production, {SHORTEST_SECRET} characters or more: it seals the log. "
                "Make one as for SECRET_KEY, keep a copy outside of this machine, and never change it."
            )
        if not self.encryption_keys or any(key.startswith(f"{DEMO_KEY}:") for key in self.encryption_keys):
            raise SettingsError(
                "ENCRYPTION_KEYS must be set in production, as name:key, to a key that is no demo's: personal data are "
                "encrypted with it. Keep a copy outside of this machine: without it they are lost. Make one with: "
                'python3 -c "import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())"'
            )
        if not self.database_url:
            raise SettingsError("DATABASE_URL must be set in production, for example postgresql://zhike@db/zhike.")
        if not self.hosts:
            raise SettingsError("HOSTS must name the host names of this installation, for example crm.example.cn.")

    def _made_up(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
        """Return a random secret kept beside the demo database, so that a restart signs nobody out."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        file = self.data_dir / name
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(make())
        return file.read_text()

    def flask(self) -> dict[str, Any]:
        """Return the same settings under the names Flask and its extensions know."""
        return {
            "ZHIKE": self,
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": _engine(self.database_url),
            "MAX_CONTENT_LENGTH": self.upload_max_mb * 1024 * 1024 + 64 * 1024,  # a file, and the form around it
            "MAX_FORM_MEMORY_SIZE": 5 * 1024 * 1024,
            "MAX_FORM_PARTS": 5000,
            "SESSION_COOKIE_NAME": "zhike",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.secure_cookies,
            "TRUSTED_HOSTS": list(self.hosts) or None,
            "APP_NAME": self.site_name,
            "BABEL_DEFAULT_LOCALE": "zh_Hans",
            "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
            "LANGUAGES": {
                "zh_Hans": {"flag": "cn", "name": "简体中文"},
                "zh_Hant": {"flag": "tw", "name": "繁體中文"},
                "en": {"flag": "gb", "name": "English"},
            },
            "AUTH_ROLE_ADMIN": "admin",
            "AUTH_ROLE_PUBLIC": "public",
            "FAB_CREATE_DB": False,
            "FAB_UPDATE_PERMS": False,
            "FAB_SECURITY_MANAGER_CLASS": "app.system.sign_in.views.HouseSecurity",
            "FAB_INDEX_VIEW": "app.home.views.HomeView",
            "FAB_BASE_TEMPLATE": "zhike/base.html",
            "FAB_SAFE_REDIRECT_HOSTS": list(self.hosts),
            "FAB_API_MAX_PAGE_SIZE": 100,
            "RATELIMIT_ENABLED": True,
            "RATELIMIT_STORAGE_URI": self.redis_url or "memory://",
            "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
            "JWT_ACCESS_TOKEN_EXPIRES": 900,
            "WTF_CSRF_TIME_LIMIT": None,
        } | dict(self.extra)


def _typed(cls: type, name: str, value: str) -> Any:
    kind = cls.__annotations__[name]
    try:
        if kind == "bool":
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[value.lower()]
        if kind == "tuple[str, ...]":
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return {"int": int, "Path": Path}.get(kind, str)(value)
    except (KeyError, ValueError) as error:
        raise SettingsError(f"{name.upper()} is {value!r}, which is not a {kind}.") from error


def _encryption_key() -> str:
    """Return a new key for encrypted columns, in base64."""
    return b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _check_keys(keys: tuple[str, ...]) -> None:
    """Raise SettingsError unless each is ``name:key``, no name twice, every key of the right length."""
    names = [key.partition(":")[0] for key in keys]
    for place, (name, key) in enumerate(zip(names, keys, strict=True), start=1):
        if not re.fullmatch(r"[a-z0-9-]{1,16}", name) or name in names[: place - 1]:
            raise SettingsError(f"ENCRYPTION_KEYS: key {place} needs a name of its own: a-z, 0-9 and -, at most 16.")
        if _key_length(key.partition(":")[2]) != KEY_BYTES:
            raise SettingsError(f"ENCRYPTION_KEYS: {name} is not {KEY_BYTES} bytes in base64.")


def _key_length(written: str) -> int:
    try:
        return len(b64decode(written, validate=True))
    except binascii.Error:
        return 0


def _driver(url: str) -> str:
    """Return the address with the driver this product brings along."""
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    if not url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise SettingsError(
            f"DATABASE_URL begins with {url.split(':', maxsplit=1)[0]!r}; SQLite and PostgreSQL are supported."
        )
    return url


def _engine(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10}}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10, "pool_recycle": 1800}
