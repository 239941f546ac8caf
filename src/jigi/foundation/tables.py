"""The tables of a database, made or brought up to date by the migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.core.management import call_command
from django.db import connection
from django.db.migrations.state import ProjectState


def migrate() -> None:
    """Apply the migrations that are missing; all of them, to an empty database, in a fraction of Django's time."""
    if "django_migrations" in connection.introspection.table_names():
        call_command("migrate", verbosity=0, interactive=False)
        return
    with _each_model_drawn_once():
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def _each_model_drawn_once() -> Iterator[None]:
    """Draw a model alone when an operation changes it, not every model that a chain of foreign keys leads to.

    Django (5.2, `ProjectState.reload_model`) draws them all again, five hundred at each of eight hundred operations,
    for migrations that follow reverse relations. Ours make tables in an empty database; a test holds that it ends in
    the same tables, keys, checks and triggers as Django's own way.
    """

    def reload_model(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
        if "apps" in state.__dict__:
            state.apps.unregister_model(app_label, model_name.lower())
            state.apps.render_multiple([state.models[app_label, model_name.lower()]])

    with patch.object(ProjectState, "reload_model", reload_model):
        yield
