"""`python -m tests.browser.world FOLDER`: a small demonstration, a round paid, the next one awaiting approval."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jigi.site.settings")
django.setup()

from django.utils import timezone  # noqa: E402
from xlsxwriter import Workbook  # noqa: E402

from jigi.demo import chain, ground  # noqa: E402
from jigi.foundation.models import User  # noqa: E402
from jigi.geography.installation import ensure_account  # noqa: E402
from jigi.intake.actions import load_form, publish  # noqa: E402
from jigi.payments import actions, advances, returns, suspensions  # noqa: E402
from jigi.payments.models import Instruction, PaymentRound  # noqa: E402
from jigi.programmes import amendments  # noqa: E402
from jigi.programmes.models import Agency, Agreement, Component  # noqa: E402
from jigi.verification import actions as verification  # noqa: E402
from jigi.verification.actions import Draw  # noqa: E402
from jigi.verification.rules import Precision  # noqa: E402
from tests.foundation.sent import pdf  # noqa: E402

DEFINITIONS = Path(chain.__file__).resolve().parent.parent / "programmes" / "definitions"

REAL_FORM = Path(__file__).resolve().parents[3] / "shared" / "data" / "forms" / "enquete-sociale-mobile.xlsx"
VISIT = {
    "survey": [
        ("type", "name", "label", "hint", "appearance", "relevant", "constraint", "constraint_message", "required"),
        ("begin_group", "accueil", "Accueil", "", "field-list"),
        ("text", "prenom", "Prénom", "", "", "", "", "", "yes"),
        ("select_one oui_non", "vivants", "D’autres personnes vivent-elles ici ?", "", "", "", "", "", "yes"),
        ("integer", "combien", "Combien ?", "Sans compter les absents.", "", "${vivants} = 'oui'", ". <= 50",
         "Au plus 50 personnes.", "yes"),
        ("end_group", ""),
        ("begin_group", "famille", "Enfants", "", "field-list"),
        ("begin_repeat", "enfants", "Enfant"),
        ("text", "nom_enfant", "Nom de l’enfant"),
        ("date", "ne", "Né en", "", "month-year"),
        ("end_repeat", ""),
        ("image", "photo", "Photo de la maison"),
        ("geopoint", "lieu", "Position"),
        ("end_group", ""),
    ],
    "choices": [("list_name", "name", "label"), ("oui_non", "oui", "Oui"), ("oui_non", "non", "Non")],
    "settings": [("form_title", "form_id", "version", "style"), ("Visite", "visite", "1", "pages")],
}  # fmt: skip


def main(folder: Path) -> None:
    ground.clear()
    staff = ground.people()
    component = chain.load_component(DEFINITIONS / "kita.toml", staff)
    plan = chain.Plan(DEFINITIONS / "kita.toml", 700, 220, 7, None, folder)
    played = chain.Played()
    chain.enrol_population(plan, component, staff, played, chain.Clock(played, print))
    communes = chain.communes_of(component)
    first = actions.open_round(component, 1, communes, by=staff.manager)
    chain.play_round(actions.prepare(first, by=staff.manager), plan, staff)
    _doubts(folder, staff)
    _asked(PaymentRound.objects.get(pk=first.pk))
    _decided(component, staff)
    second = actions.prepare(actions.open_round(component, 2, communes, by=staff.manager), by=staff.manager)
    actions.freeze(second, by=staff.manager)
    make_visit(folder, staff)


def _doubts(folder: Path, staff: ground.Staff) -> None:
    """A return whose lines name orders that do not exist: lines that wait for a person, the first of the site's."""
    order = Instruction.objects.order_by("id")[0]
    path = folder / "doute.csv"
    rows = (f"{order.reference[:-2]}0x;;PAYE;30000;2015-02-10", ";Awa Traoré;PAYE;30000;2015-02-10")
    path.write_text("\n".join(("reference;allocataire;statut;montant_fcfa;date", *rows)), encoding="utf-8")
    returns.reconcile(path, order.agency, by=staff.payment_officer)


def _asked(played: PaymentRound) -> None:
    """Some of those who were paid are asked, and two do not say what the list says."""
    by = User.objects.get(username="verification")
    wanted = Draw("phone", precision=Precision(confidence=80, margin=20))
    checks = verification.draw(played, wanted, by=by, seed="essai").checks.order_by("rank")
    for check, (result, told) in zip(
        checks, (("received", None), ("other_amount", 25_000), ("not_received", None)), strict=False
    ):
        verification.answer(check, result, on=timezone.localdate(), by=by, told_xof=told)


def _decided(component: Component, staff: ground.Staff) -> None:
    """An advance and an amendment that wait for a second person, a commune that somebody asks to suspend."""
    keeper, agreement = User.objects.get(username="finances"), Agreement.objects.get()
    advances.propose(
        agreement, Agency.objects.get(), 1_000_000, reference="VIR-1", paid_on=date(2015, 7, 1), document="avis.pdf",
        by=keeper,
    )  # fmt: skip
    later = amendments.Asked("extension", closes_on=date(2024, 12, 31))
    paper = amendments.Paper("avenant.pdf", pdf())
    amendments.ask(agreement, later, signed_on=date(2015, 7, 1), reason="prolongation", paper=paper, by=keeper)
    commune = chain.communes_of(component)[0]
    suspensions.ask(component, commune, starts_on=date(2018, 1, 1), reason="attaques", by=staff.manager)


def make_visit(folder: Path, staff: ground.Staff) -> None:
    """A short questionnaire in pages, the real one where it is, and a second person who fills them."""
    with Workbook(str(folder / "visite.xlsx")) as book:
        for name, rows in VISIT.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    for path in (folder / "visite.xlsx", REAL_FORM):
        if path.is_file():
            publish(load_form(path, by=staff.operator).version, by=staff.operator)
    ensure_account(
        "enqueteur2", "Enquête, Kita, deux (démonstration)", "enumerator", area_code="ML0105",
        password=ground.PASSWORD, is_demonstration=True,
    )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
