"""`python -m tests.browser.world FOLDER`: a small demonstration, a round paid, the next one awaiting approval."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jigi.site.settings")
django.setup()

from django.utils import timezone  # noqa: E402
from xlsxwriter import Workbook  # noqa: E402

from jigi.demo import chain, ground, published  # noqa: E402
from jigi.demo.accompany import accompany  # noqa: E402
from jigi.foundation.models import User  # noqa: E402
from jigi.foundation.periods import Period  # noqa: E402
from jigi.geography.installation import ensure_account  # noqa: E402
from jigi.geography.models import Area  # noqa: E402
from jigi.geography.queries import version_in_use  # noqa: E402
from jigi.intake.actions import load_form, publish  # noqa: E402
from jigi.ledger import actions as ledger  # noqa: E402
from jigi.ledger import opening_requests  # noqa: E402
from jigi.payments import (  # noqa: E402
    actions,
    advances,
    agency_tokens,
    bank_accounts,
    bank_matching,
    bank_operations,
    bank_statements,
    orders,
    reissues,
    returns,
    suspensions,
)
from jigi.payments.bank_accounts import Described  # noqa: E402
from jigi.payments.models import Instruction, PaymentRound  # noqa: E402
from jigi.programmes import amendments, budgets, eligibility  # noqa: E402
from jigi.programmes.budget_rules import Purpose, SaidBudget, SaidLine  # noqa: E402
from jigi.programmes.models import Agency, Agreement, Component  # noqa: E402
from jigi.results import dashboard  # noqa: E402
from jigi.shocks.triggers import load_shipped  # noqa: E402
from jigi.verification import actions as verification  # noqa: E402
from jigi.verification.actions import Draw  # noqa: E402
from jigi.verification.rules import Precision  # noqa: E402
from tests.browser import grievances_world, response_world, shocks_world, works_world  # noqa: E402
from tests.foundation.sent import pdf  # noqa: E402
from tests.shocks import harmonised  # noqa: E402

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
    _banked(folder, staff)
    away = grievances_world.keep_one_out(staff.manager)
    second = actions.open_round(component, 2, communes, by=staff.manager)
    _offered(folder, staff)
    actions.prepare(second, by=staff.manager)
    actions.freeze(second, by=staff.manager)
    make_visit(folder, staff)
    accompany(staff)
    works_world.lay()
    response_world.lay(DEFINITIONS / "urgence_covid.toml")
    make_shocks(staff)
    grievances_world.lay(away, staff.manager)
    shocks_world.lay()
    published.publish(staff)
    dashboard.refresh()


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
    _financed(agreement, keeper)
    commune = chain.communes_of(component)[0]
    suspensions.ask(component, commune, starts_on=date(2018, 1, 1), reason="attaques", by=staff.manager)


def _offered(folder: Path, staff: ground.Staff) -> None:
    """An order issued again, the last round of all, that its agency has still to take; and the agency's person."""
    order = Instruction.objects.filter(status="absent").order_by("id")[0]
    made = reissues.ask(order, by=staff.manager, reason="allocataire revenue")
    made = actions.freeze(actions.prepare(made, by=staff.manager), by=staff.manager)
    made = actions.release(actions.approve(made, by=staff.coordinator), by=staff.treasurer)
    agent = User.objects.get(username="agence")
    agent.staff_postings.update(organisation=order.agency.code)
    orders.write_orders(made, order.agency, folder / "agence", format="csv", by=agent)
    agency_tokens.make(order.agency, "logiciel du guichet", 90, by=agent)


def _banked(folder: Path, staff: ground.Staff) -> None:
    """An account at a bank: an advance found in its statement, fees that wait for an approval, a deposit."""
    keeper = User.objects.get(username="finances")
    agreement, agency = Agreement.objects.get(), Agency.objects.get()
    sent = advances.propose(
        agreement, agency, 6_000_000, reference="VIR-2", paid_on=date(2015, 7, 2), document="avis.pdf", by=keeper
    )
    advances.approve(sent, by=staff.treasurer)
    number = "ML0160120102600110066849"
    said = Described("BDM-IDA", "Compte désigné IDA", "Banque de développement", number, agreement.code)
    bank = bank_accounts.describe(said, by=User.objects.get(username="comptes"))
    path = folder / "releve.csv"
    path.write_text(
        "Date;Libellé;Référence;Débit;Crédit;Solde\n01/07/2015;Versement IDA tranche 3;R1;;20 000 000;20 000 000\n"
        "02/07/2015;Virement VIR-2;R2;6 000 000;;14 000 000\n03/07/2015;Frais de virement;R3;5 900;;13 994 100\n",
        encoding="utf-8",
    )
    bank_statements.take(bank, path, by=keeper)
    bank_matching.match_all(bank, by=keeper)
    fees = next(one.key for one in bank_matching.outstanding(bank) if one.amount_xof == -5_900)
    bank_operations.explain(bank, [fees], [], "charge", "Avis de débit R3", by=keeper)


def _financed(agreement: Agreement, keeper: User) -> None:
    """What the agreement may finance; its budget, of which the second term overspends a line; balances to confirm."""
    years = Period(date(2015, 1, 1), date(2017, 12, 31))
    eligibility.write(agreement, eligibility.Said(components=("KITA.TM",), periods=(years,)))
    lines = (
        SaidLine("1.1", "Transferts aux ménages", Purpose.TRANSFERS, "KITA.TM", 2015, 10_000_000),
        SaidLine("1.1", "Transferts aux ménages", Purpose.TRANSFERS, "KITA.TM", 2016, 325_000_000),
        SaidLine("2", "Frais d’agence", Purpose.FEES, "", None, 5_000_000),
        SaidLine("3", "Gestion du projet", Purpose.MANAGEMENT, "", None, 15_000_000),
    )
    budgets.write(agreement, SaidBudget(lines))
    donor = ledger.open_account("PASSE:bailleur", "Ancien projet", "donor", "PASSE")
    available = ledger.open_account("PASSE:disponible", "Ancien projet", "available", "PASSE")
    grant = ledger.Line("grant", 1, available, donor, 30_000_000)
    ledger.post("grant", "agreement:PASSE", "Dotation", [grant], by=keeper)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "soldes.csv"
        path.write_text(
            "convention;compte;libelle;nature;solde\nPASSE;PASSE:bailleur;Ancien projet;bailleur;-30 000 000\n"
            "PASSE;PASSE:disponible;Ancien projet;disponible;4 500 000\n"
            "PASSE;PASSE:verse;Ancien projet;verse;25 500 000\n",
            encoding="utf-8",
        )
        opening_requests.ask(path, by=keeper)


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


def make_shocks(staff: ground.Staff) -> None:
    """The shipped triggers and, where it is at hand, the real table of the Cadre Harmonisé to play them on."""
    if harmonised.TABLE.exists():
        harmonised.publish({area.code: area for area in Area.objects.filter(version=version_in_use())})
    load_shipped(by=staff.manager)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
