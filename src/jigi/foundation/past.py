"""What a row was before: a table beside a model's, with the same columns and until when they were so.

    PastHousehold = past_of(Household)

and, in a migration, `SELECT foundation_keep_past('registry_household', 'registry_pasthousehold')`: from then on the
database itself keeps every form that an UPDATE or a DELETE ends, whoever writes (sql/past.sql). A model with a past
has `recorded_at`, since when the row is as it stands; an insertion costs nothing.
"""

from __future__ import annotations

from typing import Any

from django.db import models


def past_of(model: type[models.Model], *, by: str = "id") -> type[models.Model]:
    """The model of the past forms of another: `id` is the row's number, `recorded_at` to `recorded_to` its time.

    They are found by the row, or by the link named `by`. Links stay numbers of rows that may be gone; sealed
    columns stay sealed, and turn with the vault's keys.
    """
    columns: dict[str, Any] = {
        field.name: _column(field) for field in model._meta.local_fields if not isinstance(field, models.GeneratedField)
    }
    sealed = {name: held for name, held in vars(model).items() if isinstance(held, property) and held.fset}
    name = f"Past{model.__name__}"
    return type(
        name,
        (models.Model,),
        columns
        | sealed
        | {
            "past_id": models.BigAutoField("numéro d’ordre", primary_key=True),
            "recorded_to": models.DateTimeField("jusqu’à"),
            "act": models.CharField("acte", max_length=120, default="", blank=True),
            "__module__": model.__module__,
            "__doc__": f"A form that a row of {model.__name__} had, from `recorded_at` to `recorded_to`.",
            "Meta": type(
                "Meta",
                (),
                {
                    "verbose_name": f"{model._meta.verbose_name}, état passé",
                    "indexes": [models.Index(fields=[by], name=f"{name.lower()}_by_row")],
                },
            ),
        },
    )


def _column(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    if field.primary_key:
        return models.BigIntegerField("numéro")
    if isinstance(field, models.ForeignKey):
        return models.ForeignKey(
            field.remote_field.model if field.remote_field.model != "self" else field.model,
            on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+",
            verbose_name=field.verbose_name,
        )  # fmt: skip
    _, _, arguments, options = field.deconstruct()
    copy: models.Field[Any, Any] = type(field)(*arguments, **{**options, "unique": False, "db_index": False})
    return copy
