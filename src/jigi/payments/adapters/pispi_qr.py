"""The square code of PI-SPI: an EMV merchant-presented payload (EMVCo QRCPS 1.1), written and read.

A payload is a chain of fields: two signs of tag, two digits of length, the text. Tag 36 holds the scheme and the alias
that is paid, 54 whole francs, 58 the country, 62 the label (05) and the channel (11); 63 closes it with
CRC-16/CCITT-FALSE of everything before its own value. Other fields are read over.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

SCHEME = "int.bceao.pi"
XOF = "952"
STATIC, DYNAMIC, TRANSFER = "000", "400", "731"
MOST = 512
_AMOUNT = re.compile(r"([1-9]\d{0,12})(?:\.0{1,2})?", re.ASCII)


class NotACode(ValueError):
    """A text that is no payload of the platform; the message says why, in French."""


@dataclass(frozen=True)
class PaymentCode:
    """What a code says: the alias to pay, the country of its account, whole francs (None: the payer writes them)."""

    alias: str
    country: str
    amount_xof: int | None = None
    label: str = ""
    channel: str = STATIC
    name: str = "X"
    city: str = "X"


def encode(code: PaymentCode) -> str:
    """The payload of a code. Raises NotACode when a part has no place in it."""
    if not code.alias or len(code.country) != 2 or (code.amount_xof is not None and code.amount_xof <= 0):
        raise NotACode("Un code porte un alias, un pays de deux lettres et, s’il en a un, un montant positif")
    amount = "" if code.amount_xof is None else _field("54", str(code.amount_xof))
    label = _field("05", code.label) if code.label else ""
    body = (
        _field("00", "01") + _field("36", _field("00", SCHEME) + _field("01", code.alias)) + _field("52", "0000")
        + _field("53", XOF) + amount + _field("58", code.country) + _field("59", code.name) + _field("60", code.city)
        + _field("62", label + _field("11", code.channel)) + "6304"
    )  # fmt: skip
    return body + checksum(body)


def decode(payload: str) -> PaymentCode:
    """Read a payload. Raises NotACode for another scheme or currency, a broken chain or a wrong checksum."""
    if len(payload) > MOST or not payload.isascii() or payload[-8:-4] != "6304":
        raise NotACode("Ce texte n’est pas un code de paiement : il ne finit pas par sa somme de contrôle")
    if checksum(payload[:-4]) != payload[-4:].upper():
        raise NotACode("La somme de contrôle est fausse : le code est mal lu ou a été altéré")
    fields = dict(_fields(payload))
    account, more = dict(_fields(fields.get("36", ""))), dict(_fields(fields.get("62", "")))
    if account.get("00") != SCHEME or not account.get("01"):
        raise NotACode("Ce code n’est pas de la plateforme PI-SPI")
    if fields.get("53") != XOF:
        raise NotACode("La monnaie de ce code n’est pas le franc CFA")
    return PaymentCode(
        account["01"], fields.get("58", ""), _amount(fields.get("54")), more.get("05", ""), more.get("11", ""),
        fields.get("59", ""), fields.get("60", ""),
    )  # fmt: skip


def checksum(text: str) -> str:
    """CRC-16/CCITT-FALSE (polynomial 1021, from FFFF) of an ASCII text, four hexadecimal digits."""
    return f"{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def _field(tag: str, text: str) -> str:
    if not text.isascii() or not text.isprintable() or len(text) > 99:
        raise NotACode("Un champ du code a au plus 99 signes, sans accent")
    return f"{tag}{len(text):02}{text}"


def _fields(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (tag.isalnum() and length.isdigit()) or at + 4 + int(length) > len(text):
            raise NotACode("La chaîne des champs est rompue")
        yield tag, text[at + 4 : at + 4 + int(length)]
        at += 4 + int(length)


def _amount(text: str | None) -> int | None:
    if text is None:
        return None
    if not (found := _AMOUNT.fullmatch(text)):
        raise NotACode("Le montant n’est pas un nombre entier de francs")
    return int(found[1])
