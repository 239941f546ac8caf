"""What waits for a person: one small function a subject, all listed in SOURCES. The frame counts the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone

from jigi.changes import actions as changes
from jigi.changes import queries as change_queries
from jigi.enrolment import queries as enrolments
from jigi.foundation import audit, seals
from jigi.foundation.models import User
from jigi.geography.access import postings_with
from jigi.grievances import acts as complaint_acts
from jigi.grievances import queries as complaints
from jigi.intake import queries as intake
from jigi.intake.models import Batch, Problem
from jigi.intake.queries import ToSee
from jigi.monitoring import queries as monitoring
from jigi.monitoring.queries import RIGHT
from jigi.payments import agency_desk
from jigi.payments import queries as payments
from jigi.payments.agency_models import AgencyReply
from jigi.protection import jobs as protection_jobs
from jigi.protection import queries as protection
from jigi.protection import retention
from jigi.protection.models import DataRequest
from jigi.registry.models import Household
from jigi.response import queries as responses
from jigi.results import extract, following, questions
from jigi.schemes import queries as schemes
from jigi.sharing import queries as sharing
from jigi.sheets import queries as sheets
from jigi.sheets.actions import RIGHT as SHEETS
from jigi.targeting.models import TargetingRound
from jigi.web.formats import counted, number
from jigi.web.kept import kept
from jigi.web.reader import rights_of, user_of

MOST_OF_A_KIND = 50


@dataclass(frozen=True)
class Need:
    """Something to do: a sentence, the page where it is done, since when, and the journey it belongs to."""

    title: str
    detail: str
    url: str
    since: datetime | None
    journey: str
    word: str = "à faire"
    tone: str = "wait"


Source = Callable[[User, frozenset[str]], list[Need]]


def needs_of(request: HttpRequest) -> list[Need]:
    """All that waits for the person who reads, by subject; read once a request."""
    found: list[Need] | None = getattr(request, "needs_read", None)
    if found is None:
        user, rights = user_of(request), rights_of(request)
        found = [need for source in SOURCES for need in source(user, rights)]
        request.needs_read = found  # type: ignore[attr-defined]
    return found


def rounds_awaiting(user: User, rights: frozenset[str]) -> list[Need]:
    """Payment rounds that wait for an act this person may do."""
    if not rights & {"payments.prepare", "payments.approve", "payments.release", "payments.reconcile"}:
        return []
    needs = []
    for verb, rounds in payments.awaiting(user).items():
        word, since_field = _ROUND_WORDS[verb]
        for waiting in rounds[:MOST_OF_A_KIND]:
            needs.append(
                Need(
                    title=waiting.label,
                    detail=f"{waiting.component.programme.name} · {waiting.component.name}",
                    url=f"/paiements/{waiting.pk}/",
                    since=getattr(waiting, since_field),
                    journey="/paiements/",
                    word=word,
                )
            )
    return needs


_ROUND_WORDS = {
    "prepare": ("à préparer", "made_at"),
    "freeze": ("à geler", "prepared_at"),
    "approve": ("à approuver", "frozen_at"),
    "release": ("à libérer", "approved_at"),
    "reconcile": ("à rapprocher", "released_at"),
    "close": ("à clore", "released_at"),
}


def responses_awaiting(user: User, rights: frozenset[str]) -> list[Need]:
    """Responses to shocks to decide, to prolong or to bring to their end."""
    if not rights & {"response.prepare", "response.decide"}:
        return []
    return [
        Need(
            title=f"Réponse {one.number}",
            detail=one.title,
            url=f"/reponses/{one.pk}/",
            since=one.asked_at,
            journey="/chocs/",
            word=_RESPONSE_WORDS[verb],
        )
        for one, verb in responses.awaiting(user)[:MOST_OF_A_KIND]
    ]


_RESPONSE_WORDS = {"decide": "à décider", "renew": "à prolonger ou non", "end": "à finir"}


def enrolments_to_follow(user: User, rights: frozenset[str]) -> list[Need]:
    """Whether the register changed something of those who are enrolled. All are weighed: it is kept some minutes."""
    if enrolments.DECIDE not in rights:
        return []
    if not kept(f"to-follow-{user.pk}", lambda: bool(enrolments.to_follow(user)[:1]), seconds=FOLLOWED_SECONDS):
        return []
    return [
        Need(
            title="Changements du registre à suivre",
            detail="Des ménages inscrits ont changé au registre : décidez qui reçoit, et où.",
            url="/inscriptions/",
            since=None,
            journey="/inscriptions/",
            word="à décider",
        )
    ]


FOLLOWED_SECONDS = 300


def campaigns_to_freeze(user: User, rights: frozenset[str]) -> list[Need]:
    """Targeting rounds that are ranked and wait to be frozen."""
    if "targeting.run" not in rights:
        return []
    ranked = TargetingRound.objects.filter(status=TargetingRound.Status.RANKED).order_by("made_at")
    programmes = {posting.programme_code for posting in postings_with(user, "targeting.run")}
    if "" not in programmes:
        ranked = ranked.filter(programme_code__in=programmes)
    return [
        Need(
            title=campaign.name,
            detail="Campagne de ciblage classée : relisez la liste, puis gelez-la.",
            url=f"/ciblage/{campaign.pk}/",
            since=campaign.made_at,
            journey="/ciblage/",
            word="à geler",
        )
        for campaign in ranked[:MOST_OF_A_KIND]
    ]


def batches_to_correct(user: User, rights: frozenset[str]) -> list[Need]:
    """Imports with interviews held back that have not come in since, corrected, from the same source."""
    if "intake.import" not in rights:
        return []
    came_since = Household.objects.filter(source=OuterRef("batch__source"), source_key=OuterRef("key"))
    held = Problem.objects.filter(batch=OuterRef("pk"), severity=Problem.Severity.ERROR).exclude(Exists(came_since))
    batches = intake.visible_to(user).filter(
        Exists(held), form_version=None, status__in=(Batch.Status.MERGED, Batch.Status.REFUSED), households_held__gt=0
    )
    return [
        Need(
            title=f"Import de {batch.file_name}",
            detail=f"{counted(batch.households_held, 'fiche retenue', 'fiches retenues')} : "
            "corrigez le fichier et importez-le de nouveau.",
            url=f"/imports/{batch.pk}/",
            since=batch.made_at,
            journey="/imports/",
            word="à corriger",
        )
        for batch in batches.order_by("-made_at")[:MOST_OF_A_KIND]
    ]


def batches_to_review(user: User, rights: frozenset[str]) -> list[Need]:
    """Batches that wait to be read over by another than who sent them, and those read over that wait to be merged."""
    if "intake.import" not in rights:
        return []
    found = intake.visible_to(user).filter(asks_review=True)
    found = found.filter(Q(status=Batch.Status.CHECKED) & ~Q(made_by=user) | Q(status=Batch.Status.REVIEWED))
    return [
        Need(
            title=f"Relecture de {batch.file_name}",
            detail=f"{counted(batch.households_read, 'fiche lue', 'fiches lues')}, "
            f"{counted(batch.households_held, 'retenue', 'retenues')}.",
            url=f"/imports/{batch.pk}/",
            since=batch.made_at,
            journey="/imports/",
            word="à verser" if batch.status == Batch.Status.REVIEWED else "à relire",
        )
        for batch in found.order_by("made_at")[:MOST_OF_A_KIND]
    ]


def fiches_to_see(user: User, rights: frozenset[str]) -> list[Need]:
    """Fiches come from phones that nobody has poured into the register yet, or that it held back."""
    if "intake.import" not in rights:
        return []
    return [need for one in intake.fiches_to_see(user)[:MOST_OF_A_KIND] for need in _of_version(one)]


def _of_version(one: ToSee) -> list[Need]:
    page, titled = f"/questionnaires/{one.form_version}/", f"{one.title}, version {one.version}"
    journey, found = "/questionnaires/", []
    if one.new:
        title = f"{counted(one.new, 'fiche reçue', 'fiches reçues')} des téléphones"
        found.append(Need(title, f"{titled} : à verser au registre.", page, one.since, journey, "à verser"))
    if one.held:
        title = counted(one.held, "fiche retenue", "fiches retenues")
        detail = f"{titled} : voyez pourquoi, fiche par fiche."
        found.append(Need(title, detail, f"{page}fiches/?etat=held", one.since, journey, "à corriger"))
    return found


def exceptions_to_decide(user: User, rights: frozenset[str]) -> list[Need]:
    """Lines of agencies' returns that the reconciliation could not follow."""
    if "payments.reconcile" not in rights:
        return []
    waiting = payments.exceptions(user).order_by("id")
    count = waiting.count()
    if not count:
        return []
    return [
        Need(
            title="Retours des agences",
            detail=counted(count, "ligne attend une décision", "lignes attendent une décision"),
            url="/paiements/retours/exceptions/",
            since=waiting[0].return_file.made_at,
            journey="/paiements/",
            word="à décider",
        )
    ]


def benefits_to_record(user: User, rights: frozenset[str]) -> list[Need]:
    """What schemes gave back, checked, that waits for somebody to record or refuse it."""
    if "schemes.record" not in rights:
        return []
    waiting = schemes.batches_visible_to(user).filter(status="checked").select_related("scheme").order_by("pk")
    return [
        Need(
            title=f"{batch.scheme.code} : {batch.file_name}",
            detail=counted(batch.lines_good, "prestation à enregistrer", "prestations à enregistrer"),
            url=f"/regimes/lots/{batch.pk}/",
            since=batch.sent_at,
            journey="/regimes/",
            word="à enregistrer",
        )
        for batch in waiting[:MOST_OF_A_KIND]
    ]


def agreements_to_approve(user: User, rights: frozenset[str]) -> list[Need]:
    """Sharing agreements that somebody else prepared."""
    if "sharing.approve" not in rights:
        return []
    return [
        Need(
            title=f"Convention de partage {one.code}",
            detail=one.partner_name,
            url=f"/partages/{one.pk}/",
            since=one.made_at,
            journey="/partages/",
            word="à approuver",
        )
        for one in sharing.awaiting(user)[:MOST_OF_A_KIND]
    ]


def sharing_to_approve(user: User, rights: frozenset[str]) -> list[Need]:
    """Requests for data that somebody else made under an agreement."""
    if "sharing.approve" not in rights:
        return []
    return [
        Need(
            title=f"Demande de partage {one.pk}",
            detail=f"{one.agreement.partner_name} · {one.reason}",
            url=f"/partages/demandes/{one.pk}/",
            since=one.made_at,
            journey="/partages/",
            word="à approuver",
        )
        for one in sharing.requests_awaiting(user)[:MOST_OF_A_KIND]
    ]


def alerts_to_look_into(user: User, rights: frozenset[str]) -> list[Need]:
    """Alerts that nobody has taken yet."""
    if RIGHT not in rights:
        return []
    waiting = monitoring.waiting(user).order_by("first_seen")
    count = waiting.count()
    if not count:
        return []
    return [
        Need(
            title="Alertes",
            detail=counted(
                count, "alerte attend qu’on la prenne en main", "alertes attendent qu’on les prenne en main"
            ),
            url="/alertes/?etat=open",
            since=waiting[0].first_seen,
            journey="/alertes/",
            word="à regarder",
            tone="bad",
        )
    ]


def questions_raised(user: User, rights: frozenset[str]) -> list[Need]:
    """Figures that a person watches and that are past the threshold they wrote."""
    if not rights & {"results.see", *following.OWN.values()}:
        return []
    return [
        Need(
            title=one.name,
            detail=f"Le chiffre surveillé est à {number(one.raised_value or 0)}, "
            f"{'au-dessus' if one.above else 'au-dessous'} du seuil de {number(one.threshold)}.",
            url="/resultats/questions/",
            since=one.raised_at,
            journey="/resultats/",
            word="à regarder",
            tone="bad",
        )
        for one in questions.raised(user)[:MOST_OF_A_KIND]
    ]


def extracts_to_answer(user: User, rights: frozenset[str]) -> list[Need]:
    """Extracts for analysts that another person asks for."""
    if extract.GRANT not in rights:
        return []
    return [
        Need(
            title=f"Extrait pour l’analyse, demande {one.pk}",
            detail=f"{one.by} : {one.reason}",
            url="/resultats/extraits/",
            since=one.at,
            journey="/resultats/",
            word="à répondre",
        )
        for one in extract.waiting_for(user)[:MOST_OF_A_KIND]
    ]


def audit_to_prove(user: User, rights: frozenset[str]) -> list[Need]:
    """The chain of the audit: broken at the last verification, or no longer sealed."""
    if "audit.see" not in rights:
        return []
    proved, since = audit.last_proof(), seals.waiting_since()
    needs = []
    if proved and not proved[1]:
        needs.append(("La trace n’est plus telle qu’elle a été écrite", "à vérifier", proved[0], "jigi audit verify"))
    if since and timezone.now() - since > LATE_SEAL:
        needs.append(("La trace n’est plus scellée", "à réparer", since, "jigi audit seal"))
    return [
        Need(title, f"L’exploitant lance « {command} » et suit ce qui est dit.", "/audit/", at, "/audit/", word, "bad")
        for title, word, at, command in needs
    ]


LATE_SEAL = timedelta(minutes=30)


def orders_to_take(user: User, rights: frozenset[str]) -> list[Need]:
    """Released rounds whose orders the person's agency has to take or to refuse."""
    if "payments.agency" not in rights:
        return []
    return [
        Need(
            title=waiting.label,
            detail=f"{waiting.component.programme.name} · {waiting.component.name}",
            url=f"/agence/{agency.code}/tours/{waiting.pk}/",
            since=waiting.released_at,
            journey="/agence/",
            word="ordres à prendre",
        )
        for agency in agency_desk.agencies_of(user)
        for waiting in agency_desk.to_answer(user, agency)[:MOST_OF_A_KIND]
    ]


def orders_refused(user: User, rights: frozenset[str]) -> list[Need]:
    """Rounds of which an agency refuses its orders: who releases them deals with its reason."""
    if "payments.release" not in rights:
        return []
    seen = payments.visible_to(user).filter(status="released")
    waiting = AgencyReply.objects.filter(payment_round__in=seen, verdict="refused", reopened_at__isnull=True)
    return [
        Need(
            title=one.payment_round.label,
            detail=f"{one.agency} refuse ses ordres : {one.reason}",
            url=f"/paiements/{one.payment_round_id}/",
            since=one.at,
            journey="/paiements/",
            word="ordres refusés",
            tone="bad",
        )
        for one in waiting.select_related("payment_round", "agency").order_by("at")[:MOST_OF_A_KIND]
    ]


def requests_to_answer(user: User, rights: frozenset[str]) -> list[Need]:
    """Requests about data that wait for a decision, an answer or an erasure."""
    if "data.protect" not in rights:
        return []
    today = timezone.localdate()
    return [
        Need(
            title=f"Demande {one.pk} : {one.get_kind_display()}",
            detail=f"Réponse due le {one.due_on:%d/%m/%Y}",
            url=f"/protection/{one.pk}/",
            since=one.made_at,
            journey="/protection/",
            word="en retard" if one.due_on < today else _request_word(one),
            tone="bad" if one.due_on < today else "wait",
        )
        for one in protection.awaiting(user)[:MOST_OF_A_KIND]
    ]


def _request_word(one: DataRequest) -> str:
    if one.status == "received":
        return "à décider"
    return "à effacer" if one.kind == DataRequest.Kind.ERASURE else "à répondre"


def data_to_let_go(user: User, rights: frozenset[str]) -> list[Need]:
    """Data that has outlived its delay: a proposal that another person made, or the reminder of the month."""
    if "data.protect" not in rights:
        return []
    waiting, reminder = retention.waiting(), protection_jobs.reminder()
    if waiting and waiting.made_by_id != user.pk:
        detail, since, word = f"Proposée par {waiting.made_by}", waiting.made_at, "à appliquer"
    elif reminder and not waiting:
        count = counted(reminder.total, "ligne a dépassé sa durée", "lignes ont dépassé leur durée")
        detail, since, word = count, reminder.started_at, "à proposer"
    else:
        return []
    title = "Conservation des données"
    return [Need(title, detail, "/protection/conservation/", since, journey="/protection/", word=word)]


def complaints_to_treat(user: User, rights: frozenset[str]) -> list[Need]:
    """Complaints past their day, and what complaints ask that this person may do."""
    needs = []
    if complaints.HANDLE in rights:
        late = complaints.late(user).aggregate(count=Count("pk"), since=Min("due_on"))
        if late["count"]:
            detail = counted(late["count"], "plainte a dépassé son jour", "plaintes ont dépassé leur jour")
            needs.append(("Plaintes en retard", detail, "/plaintes/?etat=late", late["since"], "à traiter", "bad"))
    if asked := complaint_acts.waiting_for(user, rights):
        detail = counted(len(asked), "acte est demandé", "actes sont demandés")
        needs.append(("Actes des plaintes", detail, "/plaintes/actes/", asked[0].asked_at, "à faire", "wait"))
    return [
        Need(title, detail, url, _moment(since), journey="/plaintes/", word=word, tone=tone)
        for title, detail, url, since, word, tone in needs
    ]


def _moment(since: date | datetime | None) -> datetime | None:
    if since is None or isinstance(since, datetime):
        return since
    return timezone.make_aware(datetime.combine(since, time()))


def changes_to_check(user: User, rights: frozenset[str]) -> list[Need]:
    """Requests of others to change the register, and one's own drafts."""
    if not rights & {changes.ASK, changes.CHECK}:
        return []
    waiting, drafts = change_queries.awaiting(user), change_queries.drafts(user)
    needs = []
    for rows, word, url in (
        (waiting, "à vérifier", "/changements/?etat=submitted"), (drafts, "à soumettre", "/changements/?etat=draft"),
    ):  # fmt: skip
        if count := rows.count():
            detail = counted(count, f"demande {word}", f"demandes {word}")
            since = rows[0].made_at
            needs.append(Need("Changements du registre", detail, url, since, journey="/changements/", word=word))
    return needs


def pages_to_attach(user: User, rights: frozenset[str]) -> list[Need]:
    """Scanned pages that wait for a person to say where they belong."""
    if SHEETS not in rights or not (count := sheets.queue(user).count()):
        return []
    oldest = sheets.queue(user).order_by("pk")[0].scan.made_at
    detail = counted(count, "page à rattacher", "pages à rattacher")
    return [Need("Des feuilles revenues", detail, "/feuilles/pages/", oldest, "/feuilles/", "à rattacher")]


SOURCES: tuple[Source, ...] = (
    rounds_awaiting,
    responses_awaiting,
    exceptions_to_decide,
    enrolments_to_follow,
    campaigns_to_freeze,
    fiches_to_see,
    batches_to_correct,
    batches_to_review,
    benefits_to_record,
    agreements_to_approve,
    sharing_to_approve,
    alerts_to_look_into,
    questions_raised,
    extracts_to_answer,
    audit_to_prove,
    orders_to_take,
    orders_refused,
    requests_to_answer,
    data_to_let_go,
    changes_to_check,
    pages_to_attach,
    complaints_to_treat,
)
