"""The vault: what is sealed opens only as what it is, and equal values are found without being read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.vault import KINDS, Keys, Unsealable, Vault, discreet, masked

VAULT = Vault(Keys(bytes(range(32)), {1: b"a" * 32, 2: b"b" * 32}))
OLDER = Vault(Keys(bytes(range(32)), {1: b"a" * 32}))
PHONE = "+22376001122"
WRONG = r"ne s’ouvre pas comme un téléphone.*altérée, ou déplacée.*prévenez l’auditeur"


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=60))
def test_what_is_sealed_opens_again(kind: str, text: str) -> None:
    sealed = VAULT.seal(kind, text)
    assert VAULT.unseal(kind, sealed) == text
    assert text.encode() not in sealed or len(text) < 2


def test_nothing_is_sealed_as_nothing() -> None:
    assert VAULT.seal("account", "") == VAULT.index("account", "") == b""


def test_the_same_value_is_never_sealed_twice_alike() -> None:
    assert len(set(VAULT.seal_many("phone", [PHONE] * 3_000))) == 3_000


@pytest.mark.parametrize("kind", ["account", "document"])
def test_a_value_moved_to_another_kind_is_refused(kind: str) -> None:
    with pytest.raises(Unsealable, match=WRONG):
        VAULT.unseal("phone", VAULT.seal(kind, PHONE))


def test_a_value_altered_by_any_one_bit_is_refused() -> None:
    sealed = VAULT.seal("phone", PHONE)
    for bit in range(8 * len(sealed)):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unsealable):
            VAULT.unseal("phone", bytes(altered))


@pytest.mark.parametrize("length", [1, 12, 13, 28, 29, 40])
def test_a_value_cut_short_is_refused(length: int) -> None:
    with pytest.raises(Unsealable, match=WRONG):
        VAULT.unseal("phone", VAULT.seal("phone", PHONE)[:length])


def test_older_keys_open_and_the_last_one_seals() -> None:
    old = OLDER.seal("phone", PHONE)
    assert (old[0], VAULT.unseal("phone", old)) == (1, PHONE)
    (new,) = VAULT.reseal_many("phone", [old])
    assert (new[0], VAULT.unseal("phone", new)) == (2, PHONE)
    with pytest.raises(Unsealable, match=r"la clé 2, qui n’est pas dans le coffre.*import-key"):
        OLDER.unseal("phone", new)


@given(st.lists(st.text(max_size=20), max_size=30))
def test_many_are_as_one(texts: list[str]) -> None:
    sealed = list(VAULT.seal_many("document", texts))
    assert list(VAULT.unseal_many("document", sealed)) == texts
    assert list(VAULT.index_many("document", texts)) == [VAULT.index("document", text) for text in texts]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "76001122", "+223 76-00-11-22"),
        ("phone", "76 00 11 22", "00223.76.00.11.22"),
        ("document", "1 1 75 9900001 001 a", "11759900001001A"),
        ("account", "ml-01 22a", "ML0122A"),
        ("account", "+22376001122", "22376001122"),
    ],
)
def test_two_spellings_have_one_index(kind: str, one: str, other: str) -> None:
    assert VAULT.index(kind, one) == VAULT.index(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "76001122", "76001123"),
        ("phone", "+221771234567", "+223771234567"),
        ("document", "12/3", "1/23"),
        ("document", "11759900001001A", "11759900001001B"),
    ],
)
def test_two_values_have_two_indexes(kind: str, one: str, other: str) -> None:
    assert VAULT.index(kind, one) != VAULT.index(kind, other)


def test_an_index_is_of_its_kind_and_of_its_root_and_of_no_sealing_key() -> None:
    assert VAULT.index("phone", PHONE) == OLDER.index("phone", PHONE) and len(VAULT.index("phone", PHONE)) == 16
    assert len({VAULT.index(kind, PHONE) for kind in KINDS}) == len(KINDS)
    assert Vault(Keys(b"r" * 32, {1: b"a" * 32})).index("phone", PHONE) != VAULT.index("phone", PHONE)


@pytest.mark.parametrize(
    ("text", "shown", "said"),
    [
        ("76 00 11 22", 2, "•• •• •• 22"),
        ("11759900001001A", 4, "•••••••••••001A"),
        ("12", 4, "12"),
        ("néant", 2, "néant"),
        ("", 2, ""),
    ],
)
def test_what_is_shown_of_a_number(text: str, shown: int, said: str) -> None:
    assert masked(text, shown) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("injoignable au 76 00 11 22, rappeler", "injoignable au •• •• •• 22, rappeler"),
        ("voir +223 66-00-11-22", "voir +••• ••-••-••-22"),
        ("0022376001122", "•••••••••••22"),
        ("NINA 11759900001001A perdu", "NINA •••••••••••••1A perdu"),
        ("NINA 1 1 75 9900001 001", "NINA • • •• ••••••• •01"),
    ],
)
def test_numbers_of_persons_are_masked_in_what_others_write(text: str, said: str) -> None:
    assert discreet(text) == said


@pytest.mark.parametrize(
    "text", ["7-1234-1-34", "T76001122", "payé le 15/04/2015", "20150415", "30 000", "non présenté", "7600112233445"]
)
def test_what_is_no_number_of_a_person_is_left_as_written(text: str) -> None:
    assert discreet(text) == text
