"""The undo of a merge: everything that a batch wrote to the register goes at once, or nothing does.

An import only adds: a fiche that the register knows already is left as it is. So what it wrote is the households of
its number with their members; to undo is to take them away, and the past of their rows. Nothing goes while something
was built on them, by what the foreign keys of the database say, or while somebody has corrected them since.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from jigi.foundation import runs
from jigi.foundation.bulk import fetch_sql, run_sql
from jigi.foundation.errors import Refused
from jigi.foundation.fence import unfenced
from jigi.foundation.models import User
from jigi.geography.access import require
from jigi.geography.models import Area
from jigi.intake.models import Batch
from jigi.intake.pipeline import RIGHT, one_at_a_time
from jigi.intake.states import BATCH
from jigi.registry.models import Household

_REMOVED = (
    ("registry_phone", "person_id"),
    ("registry_identifier", "person_id"),
    ("registry_health", "person_id"),
    ("registry_livingconditions", "household_id"),
    ("registry_membership", "household_id"),
    ("registry_person", "id"),
    ("registry_household", "id"),
    # Last: what has just gone was sent there.
    ("registry_pastphone", "person_id"),
    ("registry_pastidentifier", "person_id"),
    ("registry_pasthealth", "person_id"),
    ("registry_pastlivingconditions", "household_id"),
    ("registry_pastmembership", "household_id"),
    ("registry_pastperson", "id"),
    ("registry_pasthousehold", "id"),
)
_OF_PERSONS = ("phone", "identifier", "health", "person")
_GOING = {
    "registry_phone": "false",
    "registry_identifier": "false",
    "registry_health": "false",
    "registry_livingconditions": "false",
    "registry_membership": "held.household_id NOT IN (SELECT id FROM gone_household)"
    " OR held.person_id NOT IN (SELECT id FROM gone_person)",
    "registry_person": "held.id NOT IN (SELECT id FROM gone_person)",
}
"""Of the tables that an import fills, the rows that are not its own; every row of the others is somebody else's."""


@unfenced
def undo(batch: Batch, *, by: User, reason: str) -> Batch:
    """Take away what a merged batch wrote; its counts stay as what it had written, and its files may come again.

    Refused, with what holds and how much of it, when something was built on its households; without a reason; without
    the right to import in every commune of theirs (over the whole country, for a survey). The number of statements
    does not depend on the number of households.
    """
    check(batch, by=by, reason=reason)
    title, subject = f"Versement défait : {batch.file_name}"[:200], f"{BATCH.noun}:{batch.pk}"
    with runs.start("intake.undo", title, by=by, subject=subject) as work, transaction.atomic():
        one_at_a_time()
        batch.refresh_from_db(fields=["status"])
        BATCH.check(batch, "undo")
        with work.step("Ce qui a été bâti dessus") as step:
            step.rows_in = _mark(batch)
            _refuse_what_is_built_on()
        with work.step("Retrait du registre") as step:
            step.rows_out = _remove(batch, work)
        BATCH.move(batch, "undo", by=by, reason=reason.strip())
    return batch


@unfenced
def check(batch: Batch, *, by: User, reason: str) -> None:
    """Refused where `undo` would be before it looks at what was built: the right, the reason, the state."""
    require(by, RIGHT, areas=_areas(batch))
    if len(reason.strip()) < 5:
        raise Refused("Dites pourquoi", remedy="Une phrase suffit : elle est gardée avec la décision.")
    BATCH.check(batch, "undo")


def _areas(batch: Batch) -> list[Area] | None:
    """Where the right is asked: nowhere in particular for a batch that wrote nothing."""
    if batch.survey:
        return list(Area.objects.filter(level=Area.Level.COUNTRY, parent=None)[:1])
    written = Household.objects.filter(batch_id=batch.pk).values("commune")
    return list(Area.objects.filter(pk__in=written)) or None


def _mark(batch: Batch) -> int:
    """Name the households and persons of the batch, and hold them: nothing more can be built on them."""
    run_sql("intake", "drop_gone")
    found = run_sql("intake", "mark_gone_households", {"batch": batch.pk})
    run_sql("intake", "mark_gone_persons")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE gone_household, gone_person")
    return found


def _refuse_what_is_built_on() -> None:
    built = {**_held_by_keys(), **{row["what"]: row["rows"] for row in fetch_sql("intake", "count_touched")}}
    said = [f"{what} ({rows})" for what, rows in built.items() if rows]
    if said:
        raise Refused(
            "Ce lot ne peut plus être défait d’un coup",
            why=f"Depuis qu’il est versé, ses ménages ont servi ou changé : {', '.join(said)}.",
            remedy="Défaites d’abord cela si c’est encore possible, ou corrigez ces ménages un à un par une demande de"
            " changement. Rien n’a été retiré.",
        )  # fmt: skip


def _held_by_keys() -> dict[str, int]:
    """Rows that point at what would go, by the name of their table; a row that points twice counts once."""
    names = {
        model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models(include_auto_created=True)
    }
    asked = sql.SQL(" UNION ALL ").join(_counts())
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT name, max(rows) FROM ({}) AS held GROUP BY name ORDER BY name").format(asked))
        return {names.get(name, name): rows for name, rows in cursor.fetchall()}


def _counts() -> Iterator[sql.Composed]:
    """For every foreign key to a household or a person, how many rows hold one that would go."""
    for key in fetch_sql("intake", "find_keys"):
        name, target = key["name"], key["target"].replace("registry_", "gone_")
        yield sql.SQL(
            "SELECT {said} AS name, count(*) AS rows FROM {held} AS held"
            " JOIN {gone} AS gone ON gone.id = held.{column} WHERE {others}"
        ).format(
            said=sql.Literal(name), held=sql.Identifier(name), gone=sql.Identifier(target),
            column=sql.Identifier(key["column_name"]), others=sql.SQL(_GOING.get(name, "true")),
        )  # fmt: skip


def _remove(batch: Batch, work: runs.Work) -> int:
    """Every row, then their past; the households that went, or the rows of a survey."""
    run_sql("intake", "reopen_submissions")
    removed = run_sql("intake", "remove_survey", {"batch": batch.pk, "survey": batch.survey})
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('jigi.erasing', 'on', true)")
        for done, (table, column) in enumerate(_REMOVED):
            work.progress(done, len(_REMOVED))
            gone = "gone_person" if table.endswith(_OF_PERSONS) else "gone_household"
            count = run_sql("intake", "remove", tables={"table": table, "column": column, "gone": gone})
            removed += count if table == "registry_household" else 0
        cursor.execute("SELECT set_config('jigi.erasing', '', true)")
        # The foreign keys have the last word, here rather than when the transaction ends.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    run_sql("intake", "drop_gone")
    return removed
