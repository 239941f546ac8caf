"""What an act writes in the register, row by row, so that another act can put it back exactly.

A row is told as JSON: numbers, text, days in ISO; documents and telephones in clear, so whoever keeps it seals it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, models
from psycopg.types.json import Jsonb

from jigi.foundation.bulk import copy_rows, statement
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
        self._add(row)
        self._note(row, None, state(row))

    def update(self, row: models.Model, facts: Mapping[str, Any], *, derived: bool = False) -> None:
        """Write the facts that differ; facts are named by column (`commune_id`), secrets by their plain name."""
        before = state(row)
        changed = {name: value for name, value in facts.items() if before[name] != as_json(value)}
        if not changed:
            return
        self._set(row, changed)
        after = state(row)
        self._note(row, {n: before[n] for n in changed}, {n: after[n] for n in changed}, derived=derived)

    def delete(self, row: models.Model) -> None:
        """Delete one row, and nothing with it: what still points to it makes the database refuse."""
        before = state(row)
        self._note(row, before, None)
        self._drop(row)

    def put_back(self, done: Sequence[Written]) -> None:
        """Undo what another act wrote, last row first; Raced where a row is no longer as that act left it."""
        for one in reversed(_gathered([one for one in done if not one.derived])):
            self._put_back(one)

    def check_back(self, done: Sequence[Written]) -> None:
        """Raced where `put_back` would be, before anything is put back."""
        for one in _gathered([one for one in done if not one.derived]):
            if one.after is not None:
                self._left(one, one.after)

    def _put_back(self, one: Written) -> None:
        model = TABLES[one.table]
        if one.after is None:
            assert one.before is not None
            self.insert(model(pk=one.row, **_columns(one.table, _typed(model, one.before))))
            return
        row = self._left(one, one.after)
        if one.before is None:
            self.delete(row)
        else:
            self.update(row, _typed(model, one.before))

    def _left(self, one: Written, after: Mapping[str, Any]) -> models.Model:
        """The row that an act wrote, when it still is as that act left it."""
        row = self._found(one)
        now = state(row) if row else {}
        if row is None or any(now[name] != value for name, value in after.items()):
            raise Raced(
                "Le registre a changé depuis : ceci ne peut plus être défait tel quel",
                why=f"« {TABLES[one.table]._meta.verbose_name} » n’est plus comme cette demande l’avait laissé.",
                remedy="Défaites d’abord les changements venus après, ou demandez un nouveau changement.",
            )
        return row

    def _found(self, one: Written) -> models.Model | None:
        return TABLES[one.table]._default_manager.select_for_update().filter(pk=one.row).first()

    def _add(self, row: models.Model) -> None:
        row.save(force_insert=True)
        row.refresh_from_db()

    def _set(self, row: models.Model, changed: Mapping[str, Any]) -> None:
        type(row)._default_manager.filter(pk=row.pk).update(**_columns(_name(row), changed))
        row.refresh_from_db()

    def _drop(self, row: models.Model) -> None:
        type(row)._default_manager.filter(pk=row.pk)._raw_delete(using="default")

    def _number(self, row: models.Model) -> int:
        number: int = row.pk
        return number

    def _note(
        self, row: models.Model, before: dict[str, Any] | None, after: dict[str, Any] | None, *, derived: bool = False
    ) -> None:
        self.written.append(Written(_name(row), self._number(row), before, after, derived))


class HeldRows(Rows):
    """The journal of many acts: rows change in memory, and reach the database together, in as many statements
    whatever the acts.

    `known` are the rows that acts may put back. A new row has no number until `write`: its journal tells a negative
    one, which `numbered` replaces.
    """

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[tuple[str, int], models.Model] = {}
        self._fresh: list[models.Model] = []
        self._places: dict[int, int] = {}
        self._changed: dict[tuple[str, int], tuple[models.Model, set[str]]] = {}
        self._gone: dict[str, list[int]] = {}

    def write(self) -> None:
        """Delete, change, then insert, table by table."""
        for name, numbers in self._gone.items():
            TABLES[name]._default_manager.filter(pk__in=numbers)._raw_delete(using="default")
        if self._changed:
            self._write_changed()
        for name, model in TABLES.items():
            if rows := [row for row in self._fresh if _name(row) == name]:
                model._default_manager.bulk_create(rows)

    def numbered(self, one: Written) -> Written:
        """What was written, once it is, by the number of its row."""
        return one if one.row > 0 else replace(one, row=self._fresh[-one.row - 1].pk)

    def _write_changed(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS stage_row")
            cursor.execute("CREATE TEMPORARY TABLE stage_row (kind text, id bigint, facts jsonb) ON COMMIT DROP")
            staged = (
                (name, number, Jsonb(_staged(row, set_))) for (name, number), (row, set_) in self._changed.items()
            )
            copy_rows("stage_row", ("kind", "id", "facts"), staged)
            cursor.execute("ANALYZE stage_row")
            query = statement("registry", "write_rows")
            for name in sorted({name for name, _ in self._changed}):
                columns = sorted(set().union(*(set_ for (kind, _), (_, set_) in self._changed.items() if kind == name)))
                written = query.replace("{table}", TABLES[name]._meta.db_table).replace("{columns}", ", ".join(columns))
                cursor.execute(written, {"kind": name})

    def _number(self, row: models.Model) -> int:
        return row.pk or -self._places[id(row)]

    def _found(self, one: Written) -> models.Model | None:
        return self.known.get((one.table, one.row))

    def _add(self, row: models.Model) -> None:
        self._fresh.append(row)
        self._places[id(row)] = len(self._fresh)

    def _set(self, row: models.Model, changed: Mapping[str, Any]) -> None:
        columns = _columns(_name(row), changed)
        for column, value in columns.items():
            setattr(row, column, value)
        if not row._state.adding:
            self._changed.setdefault((_name(row), row.pk), (row, set()))[1].update(columns)

    def _drop(self, row: models.Model) -> None:
        key = (_name(row), row.pk)
        self._changed.pop(key, None)
        self.known.pop(key, None)
        self._gone.setdefault(key[0], []).append(key[1])


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


def _staged(row: models.Model, columns: Collection[str]) -> dict[str, Any]:
    """Columns as jsonb_populate_record reads them."""
    return {name: _bytes_as_text(as_json(getattr(row, name))) for name in columns}


def _bytes_as_text(value: Any) -> Any:
    return f"\\x{bytes(value).hex()}" if isinstance(value, bytes | memoryview) else value


def _name(row: models.Model) -> str:
    return next(name for name, model in TABLES.items() if isinstance(row, model))
