"""Settings come from the environment, are checked once, and production guesses nothing."""

from dataclasses import fields
from pathlib import Path

import pytest

from config import ROOT, Settings, SettingsError

PRODUCTION = {
    "MODE": "production",
    "SECRET_KEY": "k" * 32,
    "LOG_KEY": "l" * 32,
    "ENCRYPTION_KEYS": "k1:" + "A" * 43 + "=",
    "DATABASE_URL": "postgresql://zhike@db/zhike",
    "HOSTS": "crm.example.cn",
}


def settings(tmp_path, **given):
    return Settings.from_environment({"DATA_DIR": str(tmp_path), **given})


def test_nothing_given_is_a_demo_on_sqlite_with_a_secret_of_its_own(tmp_path):
    made = settings(tmp_path)
    assert made.mode == "demo"
    assert made.database_url == f"sqlite:///{tmp_path / 'zhike.sqlite'}"
    assert len(made.secret_key) >= 32
    assert not made.secure_cookies


def test_a_demo_keeps_its_secret_over_a_restart(tmp_path):
    assert settings(tmp_path).secret_key == settings(tmp_path).secret_key
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("without", "words"),
    [
        ("SECRET_KEY", "SECRET_KEY must be set in production, 32 characters or more"),
        ("LOG_KEY", "LOG_KEY must be set in production, 32 characters or more"),
        ("ENCRYPTION_KEYS", "ENCRYPTION_KEYS must be set in production, as name:key"),
        ("DATABASE_URL", "DATABASE_URL must be set in production"),
        ("HOSTS", "HOSTS must name the host names"),
    ],
)
def test_production_refuses_to_guess(tmp_path, without, words):
    given = {name: value for name, value in PRODUCTION.items() if name != without}
    with pytest.raises(SettingsError, match=words):
        settings(tmp_path, **given)


def test_production_refuses_a_short_secret(tmp_path):
    with pytest.raises(SettingsError, match="32 characters or more"):
        settings(tmp_path, **PRODUCTION | {"SECRET_KEY": "k" * 31})
    assert settings(tmp_path, **PRODUCTION).secret_key == "k" * 32


def test_production_sends_cookies_over_tls_only_and_logs_as_json(tmp_path):
    made = settings(tmp_path, **PRODUCTION)
    assert made.secure_cookies
    assert made.log_json
    assert made.flask()["SESSION_COOKIE_SECURE"]
    assert made.flask()["TRUSTED_HOSTS"] == ["crm.example.cn"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "eighty", "PORT is 'eighty', which is not a int"),
        ("SECURE_COOKIES", "perhaps", "SECURE_COOKIES is 'perhaps', which is not a bool"),
        ("WEB_WORKERS", "2", "WEB_WORKERS is more than 1: REDIS_URL must be set"),
        ("MODE", "prod", "MODE is 'prod'; it must be demo, production or test"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL begins with 'mysql'; SQLite and PostgreSQL are supported"),
    ],
)
def test_a_wrong_value_stops_the_start_with_its_name(tmp_path, name, value, words):
    with pytest.raises(SettingsError, match=words):
        settings(tmp_path, **{name: value})


KEY = "A" * 43 + "="


def test_production_refuses_the_key_of_a_demo(tmp_path):
    with pytest.raises(SettingsError, match="to a key that is no demo's"):
        settings(tmp_path, **PRODUCTION | {"ENCRYPTION_KEYS": f"k1:{KEY},demo:{KEY}"})


def test_a_demo_makes_an_encryption_key_up_that_nobody_else_can_read(tmp_path):
    (made,) = settings(tmp_path).encryption_keys
    assert made.startswith("demo:")
    assert settings(tmp_path).encryption_keys == (made,)
    assert (tmp_path / "encryption-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (KEY, "key 1 needs a name of its own"),
        (f"k1:{KEY},k1:{KEY}", "key 2 needs a name of its own"),
        (f"K|1:{KEY}", "key 1 needs a name of its own"),
        ("k1:c2hvcnQ=", "k1 is not 32 bytes in base64"),
        (f"k2:{KEY},k1:no base64", "k1 is not 32 bytes in base64"),
    ],
)
def test_a_key_that_cannot_be_one_stops_the_start_without_being_printed(tmp_path, keys, words):
    with pytest.raises(SettingsError, match=words) as refusal:
        settings(tmp_path, ENCRYPTION_KEYS=keys)
    assert KEY not in str(refusal.value)


@pytest.mark.parametrize("given", ["postgres://a@b/c", "postgresql://a@b/c", "postgresql+psycopg://a@b/c"])
def test_every_spelling_of_postgresql_gets_the_driver_we_bring(tmp_path, given):
    assert settings(tmp_path, DATABASE_URL=given).database_url == "postgresql+psycopg://a@b/c"


def test_a_list_is_given_with_commas(tmp_path):
    assert settings(tmp_path, HOSTS="a.example.cn, b.example.cn,").hosts == ("a.example.cn", "b.example.cn")


def test_a_name_from_elsewhere_in_the_environment_is_no_setting(tmp_path):
    assert settings(tmp_path, EXTRA="x", PATH="/bin").extra == {}


def test_the_table_of_settings_names_every_setting_and_its_default():
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    rows = {
        line.split("|")[1].strip(" `"): line.split("|")[2].strip(" `") for line in page.splitlines() if "| `" in line
    }
    wanted = {field.name.upper(): default(field) for field in fields(Settings) if field.name != "extra"}
    assert rows == wanted


def default(field):
    """Return a default as the table writes it."""
    value = field.default
    if isinstance(value, bool):
        return "yes in production" if field.name in {"secure_cookies", "log_json"} else "yes" if value else "no"
    if isinstance(value, Path):
        return str(value.relative_to(ROOT))
    return ", ".join(value) if isinstance(value, tuple) else str(value)
