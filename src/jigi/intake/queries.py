"""What may be asked of imports, questionnaires and fiches; the problems of a batch as a file to correct from."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from jigi.foundation.bulk import copying_out
from jigi.foundation.models import User
from jigi.foundation.tabular import write_rejects
from jigi.geography.access import can, postings_with
from jigi.geography.models import Area
from jigi.intake.models import Batch, Fieldwork, FormVersion, Problem, SetAside, Submission
from jigi.intake.place_lists import PLACE_FILES
from jigi.intake.xlsform import named_media

HEADER = ("fichier", "ligne", "fiche", "colonne", "valeur", "gravité", "constat", "que faire")
WAITING = (Submission.Status.RECEIVED, Submission.Status.HELD, Submission.Status.BATCHED)
CONFIDED = ("plainte",)
"""The questionnaires that tell what is confided to who asks it: of those, nobody sees the fiches of another here."""
_QUERY = """
SELECT file_name, line::text, key, "column", value, severity, message, remedy
FROM intake_problem WHERE batch_id = %(batch)s ORDER BY id
"""


@dataclass(frozen=True)
class ToSee:
    """Fiches of one version that wait for a person: `new` to pour, `held` at the last pouring; since when."""

    form_version: int
    title: str
    version: str
    new: int
    held: int
    since: datetime


def visible_to(user: User) -> QuerySet[Batch]:
    """The imports that a person sees: all with the right at the country, elsewhere their own; none without it."""
    if imports_everywhere(user):
        return Batch.objects.all()
    return Batch.objects.filter(made_by=user) if postings_with(user, "intake.import") else Batch.objects.none()


def imports_everywhere(user: User) -> bool:
    """Whether somebody imports for the whole country."""
    held = postings_with(user, "intake.import")
    return any(posting.area.level == Area.Level.COUNTRY for posting in held)


def fieldwork_seen_by(user: User) -> QuerySet[Fieldwork]:
    """What enumerators brought, in the imports that a person sees."""
    return Fieldwork.objects.filter(batch__in=visible_to(user)).select_related("batch")


def problem_rows(batch: Batch) -> Generator[list[str], None, None]:
    """The problems of a batch in the order of the files, ready to be written under HEADER."""
    french = dict(Problem.Severity.choices)
    with copying_out(_QUERY, {"batch": batch.pk}) as rows:
        for row in rows:
            yield [*row[:5], french[row[5]], *row[6:]]


def write_problems(batch: Batch, path: str | Path) -> int:
    """Write the problems of a batch to a CSV file that opens in Excel; returns how many."""
    with closing(problem_rows(batch)) as rows:
        return write_rejects(path, HEADER, rows)


def forms_seen_by(user: User) -> QuerySet[FormVersion]:
    """The versions of questionnaires: for who loads them, imports them or fills them; none for others."""
    may = any(can(user, right) for right in ("intake.forms", "intake.import", "intake.collect"))
    return FormVersion.objects.select_related("form", "made_by") if may else FormVersion.objects.none()


def sent_back_to(user: User) -> QuerySet[SetAside]:
    """The fiches that a person's phone sent and a review sent back, latest first."""
    sent = Submission.objects.filter(sent_by=user).values("instance_id")
    return SetAside.objects.filter(kind=SetAside.Kind.SENT_BACK, key__in=sent).order_by("-pk")


def offered_to(user: User) -> QuerySet[FormVersion]:
    """The versions that a person's phone is offered today."""
    found = FormVersion.objects.filter(status=FormVersion.Status.PUBLISHED).select_related("form")
    return found if can(user, "intake.collect") else found.none()


def made_lists(version: FormVersion) -> list[str]:
    """The lists of places that a version names and nobody has given: the server makes them for each person."""
    given = set(version.media.values_list("file_name", flat=True))
    return sorted((named_media(version.xform) & set(PLACE_FILES)) - given)


def submissions_seen_by(user: User) -> QuerySet[Submission]:
    """The fiches received: all with the right to import at the country, but what was confided to others; elsewhere
    those that one sent oneself."""
    own = Q(sent_by=user)
    may = own | ~Q(form_version__form__code__in=CONFIDED) if _imports_everywhere(user) else own
    return Submission.objects.filter(may)


def waiting(version: FormVersion) -> QuerySet[Submission]:
    """The fiches of a version that the next pouring takes: received or held, their answers still there."""
    found = Submission.objects.filter(form_version=version, status__in=WAITING).exclude(sealed=b"")
    return found.exclude(batch__status__in=("checked", "reviewed")).exclude(_is_set_aside())


def fiches_to_see(user: User) -> list[ToSee]:
    """The versions with fiches to pour or to look into, for who may; the longest waiting first."""
    if not _imports_everywhere(user):
        return []
    found = Submission.objects.filter(status__in=("received", "held")).exclude(sealed=b"").exclude(_is_set_aside())
    versions = found.exclude(form_version__mapping="").values_list(
        "form_version", "form_version__form__title", "form_version__version"
    )
    counts = {status: Count("pk", filter=Q(status=code)) for status, code in (("new", "received"), ("held", "held"))}
    return [ToSee(*row) for row in versions.annotate(**counts, since=Min("received_at")).order_by("since")]


def _is_set_aside() -> Exists:
    return Exists(SetAside.objects.filter(key=OuterRef("instance_id")))


def _imports_everywhere(user: User) -> bool:
    held = postings_with(user, "intake.import")
    return any(posting.area.level == Area.Level.COUNTRY for posting in held)
