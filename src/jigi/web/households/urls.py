"""/menages/."""

from __future__ import annotations

from django.urls import path, register_converter

from jigi.web.households import finding, journal, past, sheet, views


class RsuNumber:
    """« 4827-1930-66 » in an address, with or without its dashes; ten digits in the code."""

    regex = r"\d{4}-?\d{4}-?\d{2}"

    def to_python(self, value: str) -> str:
        return value.replace("-", "")

    def to_url(self, value: str) -> str:
        digits = value.replace("-", "")
        return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


register_converter(RsuNumber, "rsu")

urlpatterns = [
    path("", views.households, name="households"),
    path("chercher/", finding.find, name="household_find"),
    path("carte/", finding.card, name="household_card"),
    path("fiche/<int:pk>/", views.by_number, name="household_by_number"),
    path("<rsu:number>/", views.household, name="household"),
    path("<rsu:number>/montrer/", views.reveal, name="household_reveal"),
    path("<rsu:number>/montrer/sante/", views.reveal_restricted, name="household_reveal_restricted"),
    path("<rsu:number>/histoire/", past.household_story, name="household_story"),
    path("<rsu:number>/au/", past.household_then, name="household_then"),
    path("<rsu:number>/fiche/", sheet.household_sheet, name="household_sheet"),
    path("<rsu:number>/acces/", views.accesses, name="household_accesses"),
    path("<rsu:number>/acces/papier/", journal.print_journal, name="household_journal"),
]
