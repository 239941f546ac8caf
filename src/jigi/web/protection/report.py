"""The report of all that is held about a household and its persons, ready to be set as a document.

Each section says which tables it tells. A test goes through every table that points at a household or a person:
one that is neither told here nor named in LEFT_OUT with its reason fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from jigi.changes.models import ChangeRequest
from jigi.delivery.nutrition import care
from jigi.delivery.nutrition.models import CensusEntry, DistributionLine, Handout
from jigi.enrolment.models import Card, Enrolment
from jigi.foundation.models import User
from jigi.foundation.vault import discreet
from jigi.intake.models import Batch
from jigi.payments.models import Entitlement, Instruction, ReturnLine, SiteLine
from jigi.protection import queries
from jigi.protection.models import DataRequest
from jigi.protection.reviewed import delays
from jigi.registry.models import Household, Identifier, LivingConditions, Membership, Phone
from jigi.registry.restricted import read_restricted
from jigi.schemes.models import Benefit, BenefitLine, BenefitProblem, Provision
from jigi.sharing import queries as sharing
from jigi.sharing.facts import facts as shared_facts
from jigi.sharing.models import SharingObjection
from jigi.sheets import queries as sheets
from jigi.targeting.models import LeftOut
from jigi.verification.models import Check, Finding
from jigi.web.changes.words import told
from jigi.web.delivery import told as delivered
from jigi.web.formats import day, moment, number, xof
from jigi.web.grants import told as grants
from jigi.web.grievances import told as grievances
from jigi.web.households import disclosure, health, story
from jigi.web.households.conditions import in_words
from jigi.web.households.journal import when_told
from jigi.web.households.why import whys
from jigi.web.messages import told as messages
from jigi.web.nouns import verb_word
from jigi.web.sessions import told as sessions
from jigi.web.works import told as works

Row = list[str]

LEFT_OUT: dict[str, str] = {}
"""Tables that point at a household or a person and are not told, each with its reason. There is none today."""


@dataclass(frozen=True)
class Subject:
    """Whose report it is: a household, and the persons whose numbers are in clear (one, or all its members).

    `request` is the number of the request that was granted, `by` who prints the report.
    """

    household: Household
    members: list[Membership]
    clear: frozenset[int]
    whole: bool
    request: int
    by: User

    @property
    def persons(self) -> list[int]:
        return [member.person_id for member in self.members]

    def shown(self, person: int, value: str, masked: str) -> str:
        return value if person in self.clear else masked

    def heard(self, said: str) -> str:
        """What somebody wrote: the numbers in it are masked when the report is for one person only."""
        return said if self.whole else discreet(said)


@dataclass(frozen=True)
class Section:
    """A part of the report: what it is called, the tables it tells (« app.Model »), its columns and rows."""

    title: str
    tables: frozenset[str]
    headers: tuple[str, ...]
    rows: Callable[[Subject], Iterable[Row]]
    note: str = ""


def document(request: DataRequest, *, by: User) -> dict[str, Any]:
    """The data of personal_report.typ, for a request of access."""
    household = request.household
    assert household
    members = list(
        household.memberships.select_related("person__father", "person__mother").order_by("line", "started_on")
    )
    clear = {request.person_id} if request.person_id else {member.person_id for member in members}
    subject = Subject(household, members, frozenset(one for one in clear if one), not request.person_id, request.pk, by)
    return {
        "title": f"Données détenues sur le ménage {household.rsu}",
        "household": household.rsu,
        "asked": f"Demande {request.pk} du {day(request.received_on)}",
        "whose": f"Pour {request.person}" if request.person else "Pour le ménage et ses membres",
        "printed": f"Établi le {moment(timezone.now())}",
        "law": delays().source,
        "sections": [_told(section, subject) for section in SECTIONS],
    }


def _told(section: Section, subject: Subject) -> dict[str, Any]:
    return {
        "title": section.title, "note": section.note, "headers": list(section.headers),
        "rows": [[str(cell) for cell in row] for row in section.rows(subject)],
    }  # fmt: skip


def _household(subject: Subject) -> Iterable[Row]:
    one = subject.household
    where = (
        f"{one.latitude:.5f} ; {one.longitude:.5f}" if one.latitude is not None and one.longitude is not None else ""
    )
    facts = {
        "Numéro RSU": one.rsu, "Chef de ménage": one.head_name, "Commune": one.commune.name,
        "Village": one.village.name if one.village else "", "Position GPS": where, "Membres": number(one.size),
        "État": one.get_status_display(), "Enregistré le": moment(one.registered_at), "Source": one.source,
        "Numéro de la fiche": one.source_key, "Vu le": day(one.collected_on), "Enquêteur": one.collector,
    }  # fmt: skip
    return [[label, value] for label, value in facts.items() if value]


def _members(subject: Subject) -> Iterable[Row]:
    for one in subject.members:
        person = one.person
        until = f" au {day(one.ended_on)}" if one.ended_on else ""
        place = [one.get_relation_display(), one.get_role_display() if one.role else "", "absent" if one.absent else ""]
        nick = f" dit {person.nickname}" if person.nickname else ""
        yield [
            f"{person}{nick}", person.get_sex_display(), person.birth, ", ".join(filter(None, place)),
            f"du {day(one.started_on)}{until}", str(person.father_name or person.father or ""),
            str(person.mother_name or person.mother or ""),
        ]  # fmt: skip


def _documents(subject: Subject) -> Iterable[Row]:
    for one in Identifier.objects.filter(person__in=subject.persons).select_related("person").order_by("person", "pk"):
        yield [str(one.person), one.get_kind_display(), subject.shown(one.person_id, one.value, one.masked)]


def _phones(subject: Subject) -> Iterable[Row]:
    for one in Phone.objects.filter(person__in=subject.persons).select_related("person").order_by("person", "pk"):
        yield [str(one.person), one.get_owner_display(), subject.shown(one.person_id, one.number, one.masked)]


def _conditions(subject: Subject) -> Iterable[Row]:
    known = LivingConditions.objects.filter(household=subject.household).first()
    for topic, facts in in_words(known) if known else []:
        yield [topic, " · ".join(f"{label} : {value}" for label, value in facts)]


def _health(subject: Subject) -> Iterable[Row]:
    known = read_restricted(subject.household, by=subject.by, reason=f"rapport de la demande {subject.request}")
    for one in health.in_words(known)[1]:
        if one.person in subject.clear:
            yield [one.name, " ; ".join(one.sentences) or "rien de particulier", day(one.seen_on)]


def _earlier(subject: Subject) -> Iterable[Row]:
    for act in story.acts(subject.household, by=subject.by):
        for one in act.entries:
            if subject.whole or one.person is None or one.person in subject.clear:
                yield [moment(act.at), one.text, " ; ".join(map(str, one.lines)), act.who]


def _targeting(subject: Subject) -> Iterable[Row]:
    for why in whys(subject.household):
        score = f" Consommation estimée : {number(why.score.predicted_xof)} FCFA." if why.score else ""
        yield [
            why.campaign.name, "retenu" if why.selected else "non retenu",
            f"{why.reason} {why.committee}{score}".strip(),
        ]  # fmt: skip
    # The ranking says the other reasons; whoever has no village is not ranked.
    villageless = LeftOut.objects.filter(household=subject.household, reason=LeftOut.Reason.NO_VILLAGE)
    for one in villageless.select_related("targeting_round").order_by("pk"):
        yield [one.targeting_round.name, "non retenu", f"Non classé : {one.get_reason_display()}."]


def _enrolments_of(subject: Subject) -> QuerySet[Enrolment]:
    theirs = Q(household=subject.household) | Q(recipient__in=subject.persons) | Q(alternate__in=subject.persons)
    return Enrolment.objects.filter(theirs).select_related(
        "component__programme", "recipient", "alternate", "agency", "household"
    )


def _enrolments(subject: Subject) -> Iterable[Row]:
    for one in _enrolments_of(subject).order_by("pk"):
        account = subject.shown(one.recipient_id, one.account, f"•••• {one.account[-2:]}") if one.account else "aucun"
        left = f" ; sorti le {day(one.exited_at)} : {one.exit_reason}" if one.exited_at else ""
        yield [
            f"{one.component.programme.name} · {one.component.name}",
            f"échéances {one.first_term} à {one.last_term}, inscrit le {day(one.enrolled_at)}{left}",
            f"{one.recipient}{f', suppléant {one.alternate}' if one.alternate else ''}",
            f"{one.agency}, {one.pay_point} ; compte {account}",
        ]


def _cards(subject: Subject) -> Iterable[Row]:
    cards = Card.objects.filter(Q(enrolment__in=_enrolments_of(subject)) | Q(recipient__in=subject.persons))
    for one in cards.select_related("recipient").order_by("pk"):
        taken = f" ; retirée le {day(one.withdrawn_at)} : {one.withdrawn_why}" if one.withdrawn_at else ""
        yield [str(one.recipient), f"émise le {day(one.made_at)}{taken}"]


def _expected(subject: Subject) -> Iterable[Row]:
    lines = SiteLine.objects.filter(Q(household=subject.household) | Q(recipient__in=subject.persons))
    for one in lines.select_related("site_day", "plan__payment_round", "plan__agency", "recipient").order_by("pk"):
        said = [f"{record.get_said_display()} le {day(record.recorded_at)}" for record in one.records.order_by("pk")]
        yield [
            str(one.plan.payment_round), f"{one.site_day.pay_point}, le {day(one.site_day.day)}",
            f"{one.recipient}, {one.plan.agency}", " ; ".join(said) or "rien de noté",
        ]  # fmt: skip


def _worked(subject: Subject) -> Iterable[Row]:
    return works.rows(subject.household.pk, subject.persons)


def _earned(subject: Subject) -> Iterable[Row]:
    return delivered.rows(subject.household.pk, subject.persons, subject.heard)


def _sessions(subject: Subject) -> Iterable[Row]:
    return sessions.rows(subject.household.pk, subject.persons, subject.heard)


def _grants(subject: Subject) -> Iterable[Row]:
    return grants.rows(subject.household.pk, subject.persons, subject.heard)


def _rights(subject: Subject) -> Iterable[Row]:
    rows = Entitlement.objects.filter(_paid_to(subject)).select_related("payment_round", "recipient")
    for one in rows.order_by("payment_round", "pk"):
        yield [str(one.payment_round), str(one.recipient), xof(one.amount_xof), one.get_status_display()]


def _orders(subject: Subject) -> Iterable[Row]:
    orders = Instruction.objects.filter(_paid_to(subject)).select_related("payment_round", "agency").order_by("pk")
    answers = {
        (line.origin_round_id, line.instruction_id): line
        for line in ReturnLine.objects.filter(instruction_id__in=[order.pk for order in orders])
    }
    for one in orders:
        answer = answers.get((one.origin_round_id, one.pk))
        said = " · ".join(filter(None, [answer.reason_read, answer.agency_reference])) if answer else ""
        account = subject.shown(one.recipient_id, one.account, f"•••• {one.account[-2:]}") if one.account else ""
        yield [
            one.reference, str(one.payment_round), f"{one.agency} {account}", xof(one.amount_xof),
            f"{one.get_status_display()}{f' le {day(one.settled_on)}' if one.settled_on else ''}", said,
        ]  # fmt: skip


def _paid_to(subject: Subject) -> Q:
    """What was paid to the household, or to one of its persons elsewhere: sought through the households enrolled."""
    households = {subject.household.pk, *_enrolments_of(subject).values_list("household_id", flat=True)}
    return Q(household__in=households) & (Q(household=subject.household) | Q(recipient__in=subject.persons))


def _verified(subject: Subject) -> Iterable[Row]:
    """What was asked of those who were paid, and what is found wrong; a finding names no other household."""
    for one in Check.objects.filter(_paid_to(subject)).select_related("exercise__payment_round").order_by("pk"):
        said = f"{one.get_result_display()}{f' ({xof(one.told_xof)} FCFA)' if one.told_xof else ''}"
        yield [day(one.asked_on) if one.asked_on else "", str(one.exercise), one.reference, said, discreet(one.note)]
    found = Finding.objects.filter(household=subject.household).select_related("payment_round").order_by("pk")
    for finding in found:
        said = f"{finding.get_rule_display()} : {finding.says}"
        when = day(finding.found_at.date())
        yield [when, str(finding.payment_round), finding.reference, said, discreet(finding.why)]


def _benefits(subject: Subject) -> Iterable[Row]:
    theirs = Q(household=subject.household) | Q(person__in=subject.persons)
    recorded = Benefit.objects.filter(theirs).select_related("scheme", "person").order_by("given_from", "pk")
    for one in recorded:
        yield [str(one.scheme), *_provided(one), one.reference]
    waiting = BenefitLine.objects.filter(theirs).select_related("batch__scheme", "person").order_by("pk")
    for line in waiting:
        yield [str(line.batch.scheme), *_provided(line), f"{line.reference} (en attente)"]


def _rations(subject: Subject) -> Iterable[Row]:
    """Who was counted in, and each ration; what was measured of them, for whose numbers are in clear."""
    theirs = Q(household=subject.household) | Q(person__in=subject.persons)
    entries = CensusEntry.objects.filter(theirs).select_related("person", "village").order_by("pk")
    for entry in entries:
        left = f"retirée le {day(entry.left_on)} : {subject.heard(entry.left_why)}" if entry.left_on else ""
        yield [moment(entry.made_at), f"recensement de {entry.village}", str(entry.person or ""), left]
    lines = DistributionLine.objects.filter(theirs).select_related("distribution", "stop", "person", "product")
    for line in lines.prefetch_related("handouts").order_by("pk"):
        given = [_handed(one) for one in line.handouts.all()] or ["pas remise"]
        what = f"{line.distribution} : {line.grams / 1000:g} kg de {line.product}"
        yield [day(line.stop.day), what, str(line.person or ""), ", ".join(given)]
    for one in care.told_of([entry.pk for entry in entries if entry.person_id in subject.clear]):
        yield [day(one.day), "santé", str(one.person), one.said]


def _handed(one: Handout) -> str:
    by = f" à {one.proxy_name}" if one.proxy_name else ""
    return f"remise le {day(one.held_on)}{by}" + (", annulée" if one.cancelled_at else "")


def _provided(one: Provision) -> list[str]:
    measure = [f"{xof(one.amount_xof)} FCFA"] if one.amount_xof else []
    until = f" au {day(one.given_to)}" if one.given_to and one.given_to != one.given_from else ""
    said = " · ".join([one.get_nature_display(), *measure, *filter(None, [one.measure])])
    return [said, f"{day(one.given_from)}{until}", str(one.person or "le ménage")]


def _benefit_problems(subject: Subject) -> Iterable[Row]:
    found = BenefitProblem.objects.filter(household=subject.household).select_related("batch__scheme")
    for one in found.order_by("pk"):
        yield [moment(one.batch.sent_at), f"{one.batch}, ligne {one.line}", f"{one.column} : {one.message}"]


def _imports(subject: Subject) -> Iterable[Row]:
    batch = Batch.objects.filter(pk=subject.household.batch_id or 0).select_related("made_by").first()
    if batch:
        yield [moment(batch.made_at), batch.file_name, f"importé par {batch.made_by}, source {batch.source}"]
    for one in queries.problems_of(subject.household):
        said = f"{one.column} : « {one.value} ». {one.message}" if one.value else one.message
        yield [moment(one.batch.made_at), f"{one.file_name}, ligne {one.line}", said]


def _requests(subject: Subject) -> Iterable[Row]:
    mine = Q(household=subject.household) & Q(person__isnull=True) | Q(person__in=subject.clear)
    asked = DataRequest.objects.filter(mine | Q(household=subject.household) if subject.whole else mine)
    for one in asked.order_by("pk"):
        scope = f" ({one.get_scope_display()})" if one.scope else ""
        said = " · ".join(filter(None, [one.statement, one.decision, one.answer]))
        yield [
            day(one.received_on), f"{one.get_kind_display()}{scope}", one.get_status_display(), one.asker,
            subject.heard(f"{said} · identité : {one.identity_check}" if one.identity_check else said),
        ]  # fmt: skip


def _told_partners(subject: Subject) -> Iterable[Row]:
    for telling in sharing.tellings_of(subject.household, subject.persons):
        one, request = telling.line, telling.line.told_in.request
        said = ", ".join(fact.label for code, fact in shared_facts().items() if code in request.facts_told)
        under = f"{request.agreement} : {request.agreement.purpose}"
        yield [when_told(telling), str(one.person or one.head or "le ménage"), subject.heard(under), said]


def _sharing_opposed(subject: Subject) -> Iterable[Row]:
    mine = Q(household=subject.household, person__isnull=True) | Q(person__in=subject.persons)
    for one in SharingObjection.objects.filter(mine).select_related("person").order_by("pk"):
        until = f", levée le {day(one.lifted_at)}" if one.lifted_at else ""
        yield [day(one.since), f"{one.partner or 'tous les partenaires'}{until}", str(one.person or "le ménage")]


def _changes_asked(subject: Subject) -> Iterable[Row]:
    mine = Q(household=subject.household) | Q(other=subject.household)
    asked = ChangeRequest.objects.filter(mine | Q(items__person__in=subject.persons)).select_related("other", "undoes")
    for one in asked.distinct().order_by("pk"):
        items = [item for item in one.items.all() if subject.whole or item.person_id in subject.clear]
        facts = told(one, items, stale=(), clear=subject.whole, sensitive=True)
        said = " ; ".join(
            f"{fact.label} : {fact.before} → {', '.join(value for _, value in fact.after)}" for fact in facts
        )
        yield [day(one.made_at), one.title, one.get_status_display(), said, subject.heard(one.reason)]


def _papers(subject: Subject) -> Iterable[Row]:
    for sheet in sheets.of_household(subject.household):
        what = f"feuille {sheet.shown}, {sheet.held} sur {sheet.printing.pages} pages gardées"
        yield [moment(sheet.printing.made_at), what, sheet.get_status_display()]
    for page in sheets.loose_pages(subject.household):
        yield [moment(page.scan.made_at), f"page {page.position}, {page.scan}", page.get_status_display()]


def _readings(subject: Subject) -> Iterable[Row]:
    for event in disclosure.accesses(subject.household):
        yield [moment(event.at), str(event.by or "inconnu"), verb_word(event.verb), event.reason]


def _changes(subject: Subject) -> Iterable[Row]:
    for event in disclosure.changes(subject.household):
        yield [moment(event.at), str(event.by or "le système"), verb_word(event.verb, event.noun), event.reason]


SECTIONS = (
    Section("Le ménage", frozenset({"registry.Household"}), ("Quoi", "Valeur"), _household),
    Section(
        "Ses membres, présents et passés", frozenset({"registry.Person", "registry.Membership"}),
        ("Nom", "Sexe", "Naissance", "Lien", "Période", "Père", "Mère"), _members,
    ),
    Section(
        "Documents", frozenset({"registry.Identifier"}), ("Personne", "Document", "Numéro"), _documents,
        note="Quand une seule personne demande, les numéros des autres sont masqués.",
    ),
    Section("Téléphones", frozenset({"registry.Phone"}), ("Personne", "À qui", "Numéro"), _phones),
    Section(
        "Logement et conditions de vie", frozenset({"registry.LivingConditions"}), ("Sujet", "Réponses"), _conditions
    ),
    Section(
        "Santé, handicap, grossesse", frozenset({"registry.Health"}), ("Personne", "Ce qui est noté", "Vu le"), _health,
        note="Quand une seule personne demande, rien n’est dit des autres.",
    ),
    Section(
        "Ce que ces données étaient avant",
        frozenset(
            f"registry.Past{name}"
            for name in ("Household", "Person", "Membership", "Identifier", "Phone", "Health", "LivingConditions")
        ),
        ("Quand", "Ce qui a changé", "Avant → après", "Par qui"), _earlier,
        note="D’un ancien numéro, d’une ancienne position, d’une ancienne réponse sur la santé, il est dit ici qu’ils"
        " ont changé, et quand ; leur valeur n’est pas imprimée.",
    ),
    Section(
        "Ciblage : ce qui a été décidé, et pourquoi",
        frozenset({"targeting.Result", "targeting.ListedHousehold", "targeting.LeftOut"}),
        ("Campagne", "Issue", "Raisons"), _targeting,
        note="Une estimation se trompe souvent sur un ménage : une plainte peut être faite.",
    ),
    Section(
        "Inscriptions aux programmes", frozenset({"enrolment.Enrolment"}),
        ("Programme", "Période", "Allocataire", "Paiement"), _enrolments,
    ),
    Section("Cartes d’allocataire", frozenset({"enrolment.Card"}), ("À qui", "Quand"), _cards),
    Section("Droits", frozenset({"payments.Entitlement"}), ("Tour", "Allocataire", "FCFA", "État"), _rights),
    Section(
        "Ordres de paiement, et ce que l’agence en a dit", frozenset({"payments.Instruction", "payments.ReturnLine"}),
        ("Référence", "Tour", "Agence et compte", "FCFA", "État", "L’agence dit"), _orders,
    ),
    Section(
        "Rendez-vous à un site de paiement, et ce qui y a été noté",
        frozenset({"payments.SiteLine", "payments.SiteRecord"}), ("Tour", "Où et quand", "Qui", "Ce qui a été noté"),
        _expected,
    ),
    Section("Droits acquis, retenues, présences comptées par année", delivered.TABLES, delivered.HEADER, _earned),
    Section("Travail sur des chantiers", works.TABLES, works.HEADER, _worked),
    Section(
        "Mesures d’accompagnement : séances suivies, constats et recours", sessions.TABLES, sessions.HEADER, _sessions,
        note="Sur la feuille signée d’une séance, il y a d’autres ménages : elle n’est pas imprimée ici.",
    ),
    Section(
        "Subventions : candidatures, formation, sélection, tranches et visites", grants.TABLES, grants.HEADER, _grants,
        note="Les images des pièces peuvent être demandées à qui les a jointes ; d’un groupement, les autres ménages"
        " ne sont pas nommés.",
    ),
    Section(
        "Plaintes", grievances.TABLES, grievances.HEADERS, lambda subject: grievances.rows(subject.household),
        note=grievances.NOTE,
    ),
    Section(
        "Messages", messages.TABLES, messages.HEADERS, lambda subject: messages.rows(subject.household),
        note=messages.NOTE,
    ),
    Section(
        "Vérifications après paiement, et constats", frozenset({"verification.Check", "verification.Finding"}),
        ("Quand", "Quoi", "Ordre", "Ce qui a été dit ou constaté", "Ce qui a été fait"), _verified,
    ),
    Section(
        "Ce que les régimes ont donné", frozenset({"schemes.Benefit", "schemes.BenefitLine"}),
        ("Régime", "Prestation", "Quand", "À qui", "Référence du régime"), _benefits,
    ),
    Section(
        "Paquet nutritionnel : recensement, listes et rations remises",
        frozenset({"delivery.CensusEntry", "delivery.DistributionLine", "delivery.Handout"}),
        ("Quand", "Quoi", "Qui", "Ce qui a été noté"), _rations,
    ),
    Section(
        "Lignes que les régimes ont mal écrites", frozenset({"schemes.BenefitProblem"}),
        ("Quand", "Fichier", "Constat"), _benefit_problems,
    ),
    Section(
        "Imports d’où viennent ces données", frozenset({"intake.Problem", "intake.Batch"}),
        ("Quand", "Fichier", "Constat"), _imports,
    ),
    Section(
        "Demandes faites sur ces données", frozenset({"protection.DataRequest"}),
        ("Reçue le", "Droit", "État", "Demandeur", "Ce qui a été dit"), _requests,
    ),
    Section(
        "Partenaires qui ont reçu ces données", frozenset({"sharing.SharingDisclosure"}),
        ("Quand", "De qui", "Convention", "Données"), _told_partners,
    ),
    Section(
        "Oppositions au partage", frozenset({"sharing.SharingObjection"}), ("Depuis", "À qui", "De qui"),
        _sharing_opposed,
    ),
    Section(
        "Changements demandés", frozenset({"changes.ChangeRequest", "changes.ChangeItem"}),
        ("Demandé le", "Nature", "État", "Ce qui change", "Motif"), _changes_asked,
    ),
    Section(
        "Papiers imprimés pour ce ménage, et pages revenues signées",
        frozenset({"sheets.Printing", "sheets.Sheet", "sheets.ScannedPage"}), ("Quand", "Quoi", "État"), _papers,
        note="Les pages elles-mêmes peuvent être demandées à qui les a rattachées.",
    ),
    Section(
        "Qui a lu ces données, et pourquoi", frozenset({"foundation.AuditEvent"}),
        ("Quand", "Qui", "Quoi", "Motif"), _readings,
    ),
    Section(
        "Ce qui a été fait d’autre", frozenset({"foundation.AuditEvent"}), ("Quand", "Qui", "Quoi", "Motif"), _changes
    ),
)  # fmt: skip
