"""``flask keys …``: what is under which key, and bringing it under another."""

import pytest

from app.base.sealed import KeyRing
from tests.factories import a_customer

OLD, NEW = "k1:" + "A" * 43 + "=", "k2:" + "B" * 42 + "A="


@pytest.fixture
def call(app, saved):
    saved(a_customer, kind="person", name="李文博", document_number="11010519491231002X")
    kept, runner = app.extensions["key_ring"], app.test_cli_runner()

    def run(*words, keys):
        app.extensions["key_ring"] = KeyRing.of(keys)
        done = runner.invoke(args=["keys", *words])
        return done.exit_code, done.output

    yield run
    app.extensions["key_ring"] = kept


def test_the_state_is_told_before_and_after_a_rotation(call):
    code, said = call("status", keys=[NEW, OLD])
    assert (code, "customers_customer.document_number: 1 under k1" in said) == (0, True)
    assert "The current key is k2; the setting has k2, k1." in said

    code, said = call("rotate", keys=[NEW, OLD])
    assert (code, "done, 2 values" in said) == (0, True)

    code, said = call("status", keys=[NEW])
    assert (code, "customers_customer_version.document_number: 1 under k2" in said) == (0, True)
    assert "k1" not in said


def test_a_key_that_is_missing_is_named(call):
    code, said = call("status", keys=[NEW])
    assert (code, "These keys are missing in ENCRYPTION_KEYS: k1." in said) == (1, True)
    code, said = call("rotate", keys=[NEW])
    assert (code, "请补上正确的密钥 k1" in said) == (1, True)  # commands speak the house's language
