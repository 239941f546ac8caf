"""Columns that the vault keeps: what a model declares, so that its code reads and writes plain values.

    sealed = SealedField("numéro, chiffré", kind="phone")
    number_index = IndexField("numéro, index aveugle")
    number = secret("phone", "sealed", "number_index")

Rotation finds every sealed column by its field: declaring one is all there is to do.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from jigi.foundation.keyring import vault


class SealedField(models.BinaryField):
    """A value sealed by the vault as `kind`; empty when there is none."""

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        self.kind = kind
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "kind": self.kind}


class IndexField(models.BinaryField):
    """The blind index of a sealed value: found and compared by the database, which can't read the value."""


def secret(kind: str, sealed: str, index: str) -> property:
    """A property over two columns: reading opens the value (Unsealable when it can't), writing seals and indexes it."""

    def opened(self: models.Model) -> str:
        return vault().unseal(kind, bytes(getattr(self, sealed)))

    def closed(self: models.Model, text: str) -> None:
        for column, value in sealed_columns(kind, text, sealed, index).items():
            setattr(self, column, value)

    return property(opened, closed)


def sealed_columns(kind: str, text: str, sealed: str, index: str) -> dict[str, bytes]:
    """The two columns of a value, for `QuerySet.update`."""
    return {sealed: vault().seal(kind, text), index: vault().index(kind, text)}


def sealed_bytes(kind: str, content: bytes) -> bytes:
    """Bytes of any kind, sealed: one letter a byte, so that they come back as they were."""
    return vault().seal(kind, content.decode("latin-1"))


def opened_bytes(kind: str, sealed: bytes | memoryview) -> bytes:
    """What `sealed_bytes` sealed. Whoever calls records the reading."""
    return vault().unseal(kind, bytes(sealed)).encode("latin-1")
