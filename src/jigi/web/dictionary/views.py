"""The conceptual data model: its page, and the document that stakeholders validate."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from jigi import __version__
from jigi.registry.booklet import DRAWN, booklet
from jigi.registry.diagram import diagram
from jigi.registry.dictionary import Dictionary, basis, dictionary, valid_for
from jigi.registry.facts import SENSITIVITIES
from jigi.web.dictionary.sought import kept
from jigi.web.paper.press import pdf_response

FILTERS = ("mot", "fait", "sensibilite", "paquet")


def model(request: HttpRequest) -> HttpResponse:
    """Every entity with its fields a link away, or what a search keeps of them; the diagram when nothing is sought.

    The whole model at once is the page to print: it is too heavy for a first look on a slow link.
    """
    whole = dictionary()
    asked = {name: request.GET.get(name, "").strip() for name in FILTERS}
    packages = kept(whole.packages, asked)
    kinds = whole.reviewed.kinds.values()
    context = {
        "dictionary": whole,
        "version": __version__,
        "asked": asked,
        "filtered": any(asked.values()),
        "opened": any(asked.values()) or "imprimer" in request.GET,
        "drawn": DRAWN,
        "packages": packages,
        "found": sum(len(entity.fields) for package in packages for entity in package.entities),
        "diagram": "" if any(asked.values()) else _drawn(whole),
        "kinds": [(kind, valid_for(kind), SENSITIVITIES[kind.sensitivity], basis(kind)) for kind in kinds],
        "sensitivities": list(SENSITIVITIES.values()),
        "undefined": len(whole.undefined),
    }
    return render(request, "dictionary/model.html", context)


def document(request: HttpRequest) -> HttpResponse:
    """The whole model as a PDF, dated today."""
    return pdf_response("modele-conceptuel-des-donnees", booklet(dictionary(), timezone.localdate()))


def _drawn(whole: Dictionary) -> SafeString:
    registry = next(package for package in whole.packages if package.code == DRAWN)
    drawing = diagram(registry.entities, whole.entities, title="Le registre : ses entités et leurs relations")
    return mark_safe(drawing)  # diagram escapes every text it is given
