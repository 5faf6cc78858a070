"""What a key seals opens with that key only, in its own column only, and looks different every time."""

import pytest

from app.base.sealed import KeyRing, Unopened

PLACE, OTHER = "customers_customer.document_number", "contacts_contact.document_number"
NUMBER = "11010519491231002X"
OLD, NEW = "k1:" + "A" * 43 + "=", "k2:" + "B" * 42 + "A="


@pytest.fixture
def old():
    return KeyRing.of([OLD])


@pytest.fixture
def both():
    return KeyRing.of([NEW, OLD])


def test_what_was_sealed_is_opened(old):
    token = old.seal(NUMBER, place=PLACE)
    assert token.startswith("v1|k1|")
    assert NUMBER not in token
    assert old.open(token, place=PLACE) == NUMBER


def test_the_same_value_is_sealed_differently_every_time(old):
    assert old.seal(NUMBER, place=PLACE) != old.seal(NUMBER, place=PLACE)


def test_a_value_does_not_open_in_another_column(old):
    with pytest.raises(Unopened):
        old.open(old.seal(NUMBER, place=PLACE), place=OTHER)


def test_a_value_that_was_tampered_with_does_not_open(old):
    token = old.seal(NUMBER, place=PLACE)
    changed = token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:]
    with pytest.raises(Unopened):
        old.open(changed, place=PLACE)


@pytest.mark.parametrize(
    "token", ["", "v1|k1|", "v1|k1|x|y", "v2|k1|AAAA|AAAA", NUMBER, "v1|k1|AAAAAAAAAAAAAAAA|=", "v1|k1|é|ü"]
)
def test_what_was_never_sealed_does_not_open_and_does_not_crash(old, token):
    with pytest.raises(Unopened):
        old.open(token, place=PLACE)


def test_the_newest_key_seals_and_all_keys_open(old, both):
    token = old.seal(NUMBER, place=PLACE)
    assert both.open(token, place=PLACE) == NUMBER
    assert both.seal(NUMBER, place=PLACE).startswith("v1|k2|")


def test_a_missing_key_is_named(old, both):
    with pytest.raises(Unopened, match="the key it was encrypted with is missing") as error:
        old.open(both.seal(NUMBER, place=PLACE), place=PLACE)
    assert error.value.key == "k2"


def test_another_key_under_the_same_name_does_not_open(old):
    with pytest.raises(Unopened):
        KeyRing.of(["k1:" + "B" * 42 + "A="]).open(old.seal(NUMBER, place=PLACE), place=PLACE)


def test_values_sealed_again_stay_equal_if_they_were_and_only_then(old, both):
    first, second = old.seal(NUMBER, place=PLACE), old.seal(NUMBER, place=PLACE)
    assert both.resealed(first, place=PLACE) == both.resealed(first, place=PLACE)
    assert both.resealed(first, place=PLACE) != both.resealed(second, place=PLACE)
    assert both.open(both.resealed(first, place=PLACE), place=PLACE) == NUMBER


def test_a_value_is_found_by_its_hash_under_each_key(old, both):
    hashed = old.blind(NUMBER, place=PLACE)
    assert hashed in both.blinds(NUMBER, place=PLACE)
    assert both.blind(NUMBER, place=PLACE) != hashed
    assert old.blind(NUMBER, place=OTHER) != hashed
    assert NUMBER not in hashed


def test_the_ring_does_not_print_its_keys(both):
    assert repr(both) == "KeyRing(k2, k1)"
