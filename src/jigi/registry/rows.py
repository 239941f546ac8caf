"""What an act writes in the register, row by row, so that another act can put it back exactly.

A row is told as JSON: numbers, text, days in ISO; documents and telephones in clear, so whoever keeps it seals it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from jigi.foundation.errors import Raced
from jigi.foundation.sealed import sealed_columns
from jigi.registry.models import Health, Household, Identifier, LivingConditions, Membership, Person, Phone

TABLES: dict[str, type[models.Model]] = {
    "household": Household, "person": Person, "membership": Membership, "identifier": Identifier, "phone": Phone,
    "health": Health, "living": LivingConditions,
}  # fmt: skip
SECRETS = {"identifier": ("value", "document", "sealed", "value_index"),
           "phone": ("number", "phone", "sealed", "number_index")}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """One row that was written: its columns before (None: it was not there) and after (None: it is no more).

    `derived` columns follow from the members: they are put back only where nothing moved them since.
    """

    table: str
    row: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    derived: bool = False

    def told(self) -> dict[str, Any]:
        return asdict(self)

    def of(self, columns: Collection[str]) -> Written:
        """The same, of some columns only."""
        kept = [
            None if row is None else {n: v for n, v in row.items() if n in columns} for row in (self.before, self.after)
        ]
        return replace(self, before=kept[0], after=kept[1])


class Rows:
    """The journal of one act."""

    def __init__(self) -> None:
        self.written: list[Written] = []

    def insert(self, row: models.Model) -> None:
        row.save(force_insert=True)
        row.refresh_from_db()
        self._note(row, None, state(row))

    def update(self, row: models.Model, facts: Mapping[str, Any], *, derived: bool = False) -> None:
        """Write the facts that differ; facts are named by column (`commune_id`), secrets by their plain name."""
        before = state(row)
        changed = {name: value for name, value in facts.items() if before[name] != as_json(value)}
        if not changed:
            return
        type(row)._default_manager.filter(pk=row.pk).update(**_columns(_name(row), changed))
        row.refresh_from_db()
        after = state(row)
        self._note(row, {n: before[n] for n in changed}, {n: after[n] for n in changed}, derived=derived)

    def delete(self, row: models.Model) -> None:
        """Delete one row, and nothing with it: what still points to it makes the database refuse."""
        before = state(row)
        self._note(row, before, None)
        type(row)._default_manager.filter(pk=row.pk)._raw_delete(using="default")

    def put_back(self, done: Sequence[Written]) -> None:
        """Undo what another act wrote, last row first; Raced where a row is no longer as that act left it."""
        for one in reversed(_gathered([one for one in done if not one.derived])):
            self._put_back(one)

    def _put_back(self, one: Written) -> None:
        model = TABLES[one.table]
        if one.after is None:
            assert one.before is not None
            self.insert(model(pk=one.row, **_columns(one.table, _typed(model, one.before))))
            return
        row = model._default_manager.select_for_update().filter(pk=one.row).first()
        now = state(row) if row else {}
        if row is None or any(now[name] != value for name, value in one.after.items()):
            raise Raced(
                "Le registre a changé depuis : ceci ne peut plus être défait tel quel",
                why=f"« {model._meta.verbose_name} » n’est plus comme cette demande l’avait laissé.",
                remedy="Défaites d’abord les changements venus après, ou demandez un nouveau changement.",
            )
        if one.before is None:
            self.delete(row)
        else:
            self.update(row, _typed(model, one.before))

    def _note(
        self, row: models.Model, before: dict[str, Any] | None, after: dict[str, Any] | None, *, derived: bool = False
    ) -> None:
        self.written.append(Written(_name(row), row.pk, before, after, derived))


def _gathered(done: Sequence[Written]) -> list[Written]:
    """The same, what follows one another on one row as one: columns that a constraint binds change together."""
    found: list[Written] = []
    for one in done:
        last = found[-1] if found else None
        if (
            last
            and (last.table, last.row) == (one.table, one.row)
            and last.before
            and one.before
            and last.after
            and one.after
        ):
            found[-1] = replace(last, before=one.before | last.before, after=last.after | one.after)
        else:
            found.append(one)
    return found


def state(row: models.Model) -> dict[str, Any]:
    """A row as JSON, by column; without its number, its time and what the database makes of other columns."""
    name = _name(row)
    plain, *_ = SECRETS.get(name, ("",))
    hidden = {"id", "recorded_at", *SECRETS.get(name, ())} - {plain}
    found = {
        field.attname: field.value_to_string(row)
        if isinstance(field, models.BinaryField)
        else as_json(getattr(row, field.attname))
        for field in row._meta.local_fields
        if field.attname not in hidden and not isinstance(field, models.GeneratedField)
    }
    return found | ({plain: getattr(row, plain)} if plain else {})


def as_json(value: Any) -> Any:
    """A value of a column as JSON holds it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _typed(model: type[models.Model], facts: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field.attname: field for field in model._meta.local_fields}
    return {name: fields[name].to_python(value) if name in fields else value for name, value in facts.items()}


def _columns(table: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of some facts: a secret is sealed and indexed."""
    columns = dict(facts)
    if table in SECRETS:
        plain, kind, sealed, index = SECRETS[table]
        if plain in columns:
            columns |= sealed_columns(kind, columns.pop(plain), sealed, index)
    return columns


def _name(row: models.Model) -> str:
    return next(name for name, model in TABLES.items() if isinstance(row, model))
