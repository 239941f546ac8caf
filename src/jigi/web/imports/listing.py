"""The lists of batches and of the problems of one batch."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from jigi.intake.checks import checks
from jigi.intake.models import Batch, CheckCount, Fieldwork, Problem, SavedMapping, SetAside
from jigi.web.formats import number, percent
from jigi.web.listing import Column, Filter, Listing
from jigi.web.reader import number_in

Problems = QuerySet[Problem]

STATUS_TONES = {
    "received": "info",
    "checked": "wait",
    "reviewed": "wait",
    "merged": "ok",
    "refused": "bad",
    "undone": "info",
}
SEVERITY_TONES = {"error": "bad", "warning": "wait", "statistic": "info"}


def chip(text: str, tone: str) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', tone, text)


BATCHES = Listing(
    noun=("lot", "lots"),
    file_name="imports",
    columns=(
        Column("fichier", "Fichier", lambda b: b.file_name, link=lambda b: reverse("batch", args=[b.pk])),
        Column("source", "Source", lambda b: b.source),
        Column(
            "etat",
            "État",
            lambda b: b.get_status_display(),
            cell=lambda b: chip(b.get_status_display(), STATUS_TONES[b.status]),
        ),
        Column("lues", "Fiches lues", lambda b: b.households_read, kind="number", sort="households_read"),
        Column("verses", "Ménages versés", lambda b: b.households_merged, kind="number", sort="households_merged"),
        Column("connues", "Déjà connues", lambda b: b.households_known, kind="number", sort="households_known"),
        Column("retenues", "Retenues", lambda b: b.households_held, kind="number", sort="households_held"),
        Column("par", "Par", lambda b: b.made_by),
        Column("quand", "Importé le", lambda b: b.made_at, kind="moment", sort="id"),
    ),
    order="-quand",
    filters=(
        Filter("etat", "État", lambda batches, code: batches.filter(status=code), Batch.Status.choices),
        Filter("q", "Fichier ou source", lambda batches, text: _named(batches, text)),
    ),
    empty="Aucun fichier n’a encore été importé.",
)


CHECKS = Listing(
    noun=("contrôle", "contrôles"),
    file_name="controles",
    columns=(
        Column("constat", "Constat", lambda c: c.title, sort="title", cell=lambda c: _named_by(c)),
        Column(
            "gravite",
            "Gravité",
            lambda c: c.get_severity_display(),
            sort="severity",
            cell=lambda c: chip(c.get_severity_display(), SEVERITY_TONES[c.severity]),
        ),
        Column("sur", "Sur", lambda c: c.get_about_display(), sort="about"),
        Column("vus", "Vus", lambda c: c.examined, kind="number", sort="examined"),
        Column("concernes", "Concernés", lambda c: c.concerned, kind="number", sort="concerned"),
        Column("part", "Part", lambda c: percent(c.concerned, c.examined, 1)),
    ),
    order="-concernes",
    filters=(
        Filter("gravite", "Gravité", lambda found, code: found.filter(severity=code), CheckCount.Severity.choices),
        Filter("sur", "Sur", lambda found, code: found.filter(about=code), CheckCount.About.choices),
        Filter("trouve", "Trouvés", lambda found, code: found.filter(concerned__gt=0), [("oui", "qui en désignent")]),
    ),
    empty="Ce lot n’a pas été contrôlé ainsi : il est d’avant ces contrôles, ou c’est une enquête par sondage.",
)

FIELDWORK = Listing(
    noun=("semaine d’enquêteur", "semaines d’enquêteurs"),
    file_name="terrain",
    columns=(
        Column("enqueteur", "Enquêteur", lambda f: f.collector or "non dit", sort="collector"),
        Column("semaine", "Semaine du", lambda f: f.week, kind="day", sort="week"),
        Column("lot", "Lot", lambda f: f.batch_id, kind="number", link=lambda f: reverse("batch", args=[f.batch_id])),
        Column("fiches", "Fiches", lambda f: f.interviews, kind="number", sort="interviews"),
        Column("taille", "Membres par ménage", lambda f: number(f.size, 1)),
        Column("duree", "Durée (min)", lambda f: number(f.minutes)),
        Column("vides", "Sans réponse", lambda f: percent(f.missing, 1)),
        Column("minimales", "« Non » ou « aucun »", lambda f: percent(f.minimal, 1)),
        Column("erreurs", "En erreur", lambda f: f.with_errors, kind="number", sort="with_errors"),
        Column("verifier", "À vérifier", lambda f: f.with_warnings, kind="number", sort="with_warnings"),
        Column("ecart", "S’écarte par", lambda f: outlying(f), cell=lambda f: _outlying_chips(f)),
    ),
    order="-semaine",
    filters=(
        Filter("enqueteur", "Enquêteur", lambda found, text: found.filter(collector=text), placeholder="code"),
        Filter("lot", "Lot", lambda found, text: found.filter(batch_id=number_in(text))),
        Filter("ecart", "Profil", lambda found, code: found.exclude(outlying=""), [("oui", "qui s’écarte des autres")]),
    ),
    empty="Aucun lot n’a encore été contrôlé : le travail des enquêteurs paraît ici après un import au registre.",
)


MAPPINGS = Listing(
    noun=("correspondance", "correspondances"),
    file_name="correspondances",
    columns=(
        Column("nom", "Nom", lambda m: m.name, sort="name", link=lambda m: reverse("kept_mapping", args=[m.pk])),
        Column("source", "Source", lambda m: m.source, sort="source"),
        Column("etat", "État", lambda m: _in_use(m), cell=lambda m: chip(_in_use(m), "" if m.retired_at else "ok")),
        Column("par", "Faite par", lambda m: m.made_by),
        Column("quand", "Le", lambda m: m.made_at, kind="moment", sort="id"),
    ),
    order="nom",
    filters=(
        Filter("etat", "État", lambda found, code: found.filter(retired_at__isnull=code == "usage"),
               [("usage", "en usage"), ("retiree", "retirée")]),
        Filter("q", "Nom ou source", lambda found, text: found.filter(
            Q(name__icontains=text) | Q(source__icontains=text))),
    ),
    empty="Aucune correspondance n’a été faite ici. Celles livrées avec Jigi restent proposées à l’envoi d’un fichier ;"
    " pour en faire une autre, donnez ci-dessous un export, ou deux fichiers d’exemple.",
)  # fmt: skip


SET_ASIDE = Listing(
    noun=("fiche mise à part", "fiches mises à part"),
    file_name="fiches-a-part",
    columns=(
        Column("enqueteur", "Enquêteur", lambda s: s.collector or "non dit", sort="collector"),
        Column("fiche", "Fiche", lambda s: s.key, sort="key", link=lambda s: _interview(s)),
        Column("decision", "Décision", lambda s: s.get_kind_display()),
        Column("constat", "Constat", lambda s: s.message),
        Column("motif", "Ce qui est demandé", lambda s: s.reason),
        Column("par", "Par", lambda s: s.made_by),
        Column("quand", "Le", lambda s: s.made_at, kind="moment"),
    ),
    order="enqueteur",
    filters=(
        Filter("decision", "Décision", lambda found, code: found.filter(kind=code), SetAside.Kind.choices),
        Filter("enqueteur", "Enquêteur", lambda found, text: found.filter(collector=text), placeholder="code"),
    ),
    empty="Aucune fiche n’est mise à part : ouvrez-en une depuis les problèmes du lot.",
    subject=lambda s: None,
)


def _interview(found: Problem | SetAside) -> str:
    """The page of the interview that a row speaks of."""
    return f"{reverse('batch_interview', args=[found.batch_id])}?{urlencode({'fiche': found.key})}"


def outlying(found: Fieldwork) -> str:
    """By what an enumerator stands apart, in French."""
    titles = checks().titles
    return ", ".join(titles.get(code, code) for code in found.outlying.split())


def _outlying_chips(found: Fieldwork) -> SafeString | str:
    return chip(outlying(found), "wait") if found.outlying else ""


def _named_by(found: CheckCount) -> str:
    """Its title, which leads to the problems that the check named; of those that are only counted there are none."""
    if found.severity == CheckCount.Severity.STATISTIC or not found.concerned:
        return found.title
    address = f"{reverse('batch', args=[found.batch_id])}?controle={found.code}"
    return format_html('<a href="{}">{}</a>', address, found.title)


def problems_list(columns: list[str], codes: list[tuple[str, str]]) -> Listing:
    """The problems of a batch; `columns` are those of the files where some were found, `codes` the checks."""
    return Listing(
        noun=("problème", "problèmes"),
        file_name="problemes",
        columns=(
            Column("ligne", "Ligne", lambda p: p.line, kind="number", sort="line"),
            Column("fichier", "Fichier", lambda p: p.file_name),
            Column("fiche", "Fiche", lambda p: p.key, link=_interview),
            Column("enqueteur", "Enquêteur", lambda p: p.collector, on_screen=False),
            Column(
                "gravite",
                "Gravité",
                lambda p: p.get_severity_display(),
                sort="severity",
                cell=lambda p: chip(p.get_severity_display(), SEVERITY_TONES[p.severity]),
            ),
            Column("colonne", "Colonne", lambda p: p.column),
            Column("valeur", "Valeur", lambda p: p.value),
            Column("constat", "Constat", lambda p: p.message),
            Column("remede", "Que faire", lambda p: p.remedy),
        ),
        order="ligne",
        filters=(
            Filter("gravite", "Gravité", lambda found, code: found.filter(severity=code), Problem.Severity.choices),
            Filter("colonne", "Colonne", lambda found, name: found.filter(column=name), [(c, c) for c in columns]),
            Filter("controle", "Contrôle", lambda found, code: found.filter(code=code), codes),
            Filter("fiche", "Fiche", lambda found, text: found.filter(key=text), placeholder="numéro"),
        ),
        empty="Aucun problème : toutes les fiches sont bonnes.",
        subject=lambda p: None,  # what a form says of people whom the register does not know yet
    )


def _in_use(mapping: SavedMapping) -> str:
    return "retirée" if mapping.retired_at else "en usage"


def _named(batches: QuerySet[Batch], text: str) -> QuerySet[Batch]:
    return batches.filter(file_name__icontains=text) | batches.filter(source__icontains=text)
