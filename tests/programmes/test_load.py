"""A programme enters whole or not at all, once; what people rely on does not change under them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from jigi.foundation import audit
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent
from jigi.geography.actions import install_gazetteer
from jigi.ledger import queries as ledger
from jigi.ledger.models import Account, Entry, Posting
from jigi.programmes import amendments, queries
from jigi.programmes.actions import LoadedProgramme, load_file
from jigi.programmes.amendments import Asked, Paper
from jigi.programmes.definition_file import SHIPPED
from jigi.programmes.models import (
    Agency,
    AgencyAccount,
    AgencyCommune,
    Agreement,
    Component,
    ComponentCommune,
    FundingCommune,
    FundingLine,
    Programme,
)
from tests.factories import Areas, loader, make_areas, make_user, programme_text
from tests.foundation.sent import pdf

pytestmark = pytest.mark.django_db
TABLES = (
    Programme, Component, ComponentCommune, Agreement, FundingLine, FundingCommune, Agency, AgencyCommune,
    AgencyAccount, Account, Entry, Posting, AuditEvent,
)  # fmt: skip
Load = Callable[..., LoadedProgramme]


@pytest.fixture
def areas() -> Areas:
    return make_areas()


@pytest.fixture
def load(areas: Areas, tmp_path: Path) -> Load:
    """Load the programme of the first two communes, with some words of its file replaced."""

    def load(*replaced: tuple[str, str], **said: object) -> LoadedProgramme:
        text = programme_text(areas.communes[:2], **said)  # type: ignore[arg-type]
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "essai.toml").write_text(text, encoding="utf-8")
        return load_file(tmp_path / "essai.toml", by=loader())

    return load


def everything() -> list[object]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def test_a_programme_enters_with_its_places_agreements_agencies_and_accounts(load: Load) -> None:
    loaded = load()
    assert (loaded.outcome, loaded.components, loaded.communes) == ("créé", 1, 2)
    component = Component.objects.get()
    first, second = queries.commune_plans(component)
    assert (first.commune.code, second.commune.code) == ("ML010501", "ML010502")
    assert (first.terms, first.agreement.code, first.agency.code) == (12, "DON-ESSAI", "AGENCE-ESSAI")
    assert list(queries.agency_accounts(component).values_list("account__code", flat=True)) == [
        "DON-ESSAI:ESSAI.TM:agence:AGENCE-ESSAI"
    ]
    [line] = queries.funding_lines(component)
    assert [line.available.code, line.reserved.code, line.paid.code] == [
        "DON-ESSAI:disponible", "DON-ESSAI:ESSAI.TM:programme", "DON-ESSAI:ESSAI.TM:verse",
    ]  # fmt: skip
    assert [event.verb for event in audit.history("programme", "ESSAI")] == ["load"]


def test_the_whole_of_an_agreement_is_granted_once_in_the_ledger(load: Load) -> None:
    load(agreement_xof=987_654_321_012_345)
    load(("Programme ESSAI", "Autre nom"), agreement_xof=987_654_321_012_345)
    balances = dict(Account.objects.exclude(balance_xof=0).values_list("code", "balance_xof"))
    assert balances == {
        "DON-ESSAI:bailleur": -987_654_321_012_345,
        "DON-ESSAI:disponible": 987_654_321_012_345,
    }
    assert Entry.objects.get().cause == "agreement:DON-ESSAI"
    assert queries.granted_xof(Programme.objects.get()) == 987_654_321_012_345


def test_the_same_file_again_changes_nothing(load: Load) -> None:
    load()
    before = everything()
    assert load().outcome == "inchangé"
    assert everything() == before


def test_a_file_that_is_wrong_at_its_end_leaves_nothing(load: Load) -> None:
    loader()
    before = everything()
    with pytest.raises(InputError, match="n’est pas une commune du découpage COD2019") as refusal:
        load(('"ML010502"]', '"ML010502", "ML010999"]'))
    assert (refusal.value.line, everything()) == (21, before)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("amount_xof = 30000", "amount_xof = 45000", "« amount_xof » était 30000 et serait 45000"),
        ('"consommation"', '"nutrition"', "« purpose » était"),
        ('"2015T1"', '"2015T2"', "« first_period » était"),
        ("2015T1", "2015-01-01/2015-02-28", "« first_period » était"),
        ('kind = "regular"', 'kind = "emergency"', "« kind » était"),
        ("terms = 12", "terms = 16", "« terms » était 12 et serait 16"),
        ('["ML010501", "ML010502"]', '["ML010501"]', "Des communes manquent : ML010502"),
        ('code = "TM"', 'code = "TM2"', "La composante TM n’est plus dans le fichier"),
        ("amount_xof = 1000000000000", "amount_xof = 1000000000001", "existe avec une autre valeur"),
        ('donor = "Bailleur DON-ESSAI"', 'donor = "Autre"', "« Bailleur DON-ESSAI »"),
        ("closes_on = 2199-12-31", "closes_on = 2198-12-31", "31 décembre 2199"),
        ('kind = "wallet"', 'kind = "mfi"', "autre nature : monnaie électronique"),
        ("DON-ESSAI", "AUTRE-DON", "La convention DON-ESSAI ne paie plus rien"),
    ],
)
def test_what_rights_depend_on_does_not_change(load: Load, old: str, new: str, words: str) -> None:
    load()
    before = everything()
    months = [("months = 3", "months = 2")] if "02-28" in new else []
    with pytest.raises(InputError, match=words) as refusal:
        load((old, new), *months)
    assert refusal.value.line is not None
    assert everything() == before


def test_the_terms_of_one_commune_do_not_change(load: Load, areas: Areas) -> None:
    load()
    with pytest.raises(InputError, match="Le nombre d’échéances a changé dans : ML010502"):
        load(longer={16: [areas.communes[1]]})


def test_names_and_rules_may_change(load: Load) -> None:
    load()
    loaded = load(
        ("Transfert d’essai", "Nouveau nom"), ("Don d’essai", "Don"), ("Agence AGENCE-ESSAI", "Agence"),
        rules='recipient = "designated"\npay_point = "village"',
    )  # fmt: skip
    component = Component.objects.get()
    assert (loaded.outcome, component.name) == ("mis à jour", "Nouveau nom")
    assert (component.recipient_rule, component.pay_point_rule) == ("designated", "village")
    assert (Agreement.objects.get().name, Agency.objects.get().name) == ("Don", "Agence")


def test_a_commune_may_be_added_and_may_change_payer(load: Load, areas: Areas) -> None:
    load(fundings={"SUISSE": [areas.communes[0]]})
    third = ('["ML010501", "ML010502"]', '["ML010501", "ML010502", "ML010503"]')
    load(third, fundings={"SUISSE": [areas.communes[1]]}, agencies={"MFI": [areas.communes[0]]})
    plans = queries.commune_plans(Component.objects.get())
    assert [plan.agreement.code for plan in plans] == ["DON-ESSAI", "SUISSE", "DON-ESSAI"]
    assert [plan.agency.code for plan in plans] == ["MFI", "AGENCE-ESSAI", "AGENCE-ESSAI"]
    # Enrolments of the first commune keep their agency: each line has an account at each agency.
    assert AgencyAccount.objects.count() == 4


def test_an_agency_that_has_served_has_an_account_on_every_later_agreement(load: Load, areas: Areas) -> None:
    every = areas.communes[:2]
    load()
    load(agencies={"MFI": every})
    load(agencies={"MFI": every}, fundings={"SUISSE": every[:1]})
    accounts = queries.agency_accounts(Component.objects.get()).filter(agency__code="AGENCE-ESSAI")
    assert [account.funding_line.agreement.code for account in accounts] == ["DON-ESSAI", "SUISSE"]


def test_the_order_of_use_of_agreements_may_change(load: Load, areas: Areas) -> None:
    one, two = areas.communes[:2]
    load(fundings={"SUISSE": [one], "ETAT": [two]})
    load(fundings={"ETAT": [two], "SUISSE": [one]})
    ranked = queries.funding_lines(Component.objects.get())
    assert [(line.rank, line.agreement.code) for line in ranked] == [(1, "ETAT"), (2, "SUISSE")]


def test_a_closing_moves_later_and_is_traced(load: Load) -> None:
    load(("closes_on = 2199-12-31", "closes_on = 2018-06-30"))
    moved = ("closes_on = 2199-12-31", "closes_on = 2018-06-30\nclosing_extended_to = 2019-12-31")
    load(moved)
    agreement = Agreement.objects.get()
    assert (str(agreement.first_closes_on), str(agreement.closes_on)) == ("2018-06-30", "2019-12-31")
    assert audit.history("agreement", "DON-ESSAI")[0].before == {"closes_on": "2018-06-30"}
    with pytest.raises(InputError, match="revenir en arrière"):
        load((moved[0], moved[1].replace("2019-12-31", "2019-06-30")))


def test_two_programmes_share_an_agreement_and_an_agency(load: Load) -> None:
    load()
    load(programme="AUTRE")
    assert (Agreement.objects.count(), Agency.objects.count(), Entry.objects.count()) == (1, 1, 1)
    assert FundingLine.objects.values("available").distinct().count() == 1
    assert FundingLine.objects.values("reserved").distinct().count() == 2


def test_money_that_does_not_suffice_is_said(load: Load) -> None:
    loaded = load(("communes = [", "households = 3\ncommunes = ["), agreement_xof=1_000_000)
    assert "ne couvre pas ce qui est prévu" in loaded.warnings[0]
    assert Component.objects.get().planned_households == 3


def test_a_division_that_is_not_loaded_is_refused(load: Load) -> None:
    with pytest.raises(InputError, match="« LOI2030 » n’est pas chargé") as refusal:
        load(("COD2019", "LOI2030"))
    assert refusal.value.line == 7


def test_a_manager_loads_programmes_of_his_area_only(areas: Areas, tmp_path: Path) -> None:
    local = make_user("locale", area=areas.communes[0])
    path = tmp_path / "essai.toml"
    path.write_text(programme_text(areas.communes[:2]), encoding="utf-8")
    with pytest.raises(Refused, match="charger un programme"):
        load_file(path, by=local)
    path.write_text(programme_text(areas.communes[:1]), encoding="utf-8")
    assert load_file(path, by=local).outcome == "créé"


def test_a_user_sees_his_programmes(load: Load) -> None:
    load()
    load(programme="AUTRE")
    one = make_user("une", "auditor", programme="AUTRE")
    nobody = make_user("rien", "operator")
    assert [programme.code for programme in queries.visible_to(one)] == ["AUTRE"]
    assert [component.programme.code for component in queries.components_visible_to(one)] == ["AUTRE"]
    assert [agreement.code for agreement in queries.agreements_visible_to(one)] == ["DON-ESSAI"]
    assert queries.visible_to(loader()).count() == 2
    assert not queries.visible_to(nobody).exists() and not queries.agreements_visible_to(nobody).exists()


def test_no_commune_asked_is_no_plan(load: Load, areas: Areas) -> None:
    load()
    component = Component.objects.get()
    assert queries.commune_plans(component, []) == []
    assert [plan.commune for plan in queries.commune_plans(component, areas.communes[1:])] == areas.communes[1:2]
    assert [agency.code for agency in queries.agencies(component)] == ["AGENCE-ESSAI"]


def test_the_database_refuses_two_payers_of_a_commune_and_amounts_below_one(load: Load) -> None:
    load()
    payer = FundingCommune.objects.first()
    payer.pk = None
    with pytest.raises(IntegrityError, match="funding_line_rank_in_commune"), transaction.atomic():
        payer.save(force_insert=True)
    with pytest.raises(IntegrityError, match="component_amount_is_positive"), transaction.atomic():
        Component.objects.update(amount_xof=0)
    with pytest.raises(IntegrityError, match="agreement_closes_after"), transaction.atomic():
        Agreement.objects.update(closes_on="1999-01-01")


def test_every_shipped_file_loads_into_one_database() -> None:
    install_gazetteer(by=None)
    with counting_statements() as counted:
        loaded = [load_file(path, by=loader()) for path in sorted(SHIPPED.glob("*.toml"))]
    # By component and agreement, never by commune: the first phase has 121.
    assert counted.count < 95 * Component.objects.count()
    assert {found.outcome for found in loaded} == {"créé"}
    assert ComponentCommune.objects.filter(component__programme__code="TM1").count() == 121
    assert Component.objects.get(programme__code="TM1").period(16).code == "2018T4"
    assert sum(Account.objects.values_list("balance_xof", flat=True)) == 0
    connection.check_constraints()


ABROAD = (
    'amount_xof = 45917000\ncurrency = "USD"\namount = "70_000"\nrate = "655.957"\nrate_on = 2014-01-02\n'
    'signed_on = 2013-12-20\nmanagement_percent = "7.5"'
)


def test_an_agreement_in_a_currency_keeps_its_management_apart(load: Load) -> None:
    money = "amount_xof = 45917000"
    loaded = load((money, ABROAD.replace("45917000", "45916990")), agreement_xof=45917000)
    agreement = Agreement.objects.get()
    assert (agreement.currency, agreement.amount, agreement.rate) == ("USD", 70_000, Decimal("655.957"))
    balances = ledger.balances(["DON-ESSAI"])["DON-ESSAI"]
    assert (balances.granted_xof, balances.management_xof) == (45_916_990, 3_443_774)
    assert balances.available_xof == 42_473_216 and balances.adds_up
    again = load((money, ABROAD.replace("45917000", "45916990") + "\n# relu"), agreement_xof=45917000)
    assert (loaded.outcome, again.outcome, Entry.objects.count()) == ("créé", "mis à jour", 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("45916990", "45916991", "45 916 990"),
        ('"655.957"', '"655,957"', "nombre positif"),
        ('"7.5"', '"100"', "rien n’irait aux ménages"),
        ('currency = "USD"\n', "", "n’a pas de cours"),
        ("rate_on = 2014-01-02\n", "", "rate_on"),
    ],
)
def test_a_currency_written_wrong_is_told(load: Load, old: str, new: str, said: str) -> None:
    text = ABROAD.replace("45917000", "45916990").replace(old, new)
    with pytest.raises(InputError) as refused:
        load(("amount_xof = 45917000", text), agreement_xof=45917000)
    assert said in str(refused.value).replace("\u202f", " ")
    assert not Agreement.objects.exists()


def test_a_closing_that_an_amendment_moved_counts_when_a_programme_is_loaded(load: Load) -> None:
    closed = ("closes_on = 2199-12-31", "closes_on = 2017-12-31")
    load(closed)
    agreement = Agreement.objects.get()
    made = amendments.ask(
        agreement, Asked("extension", closes_on=date(2020, 12, 31)), signed_on=date(2017, 6, 1), reason="Lettre",
        paper=Paper("avenant.pdf", pdf()), by=make_user("finances", "finance_officer"),
    )  # fmt: skip
    extra = second_component()
    with pytest.raises(InputError, match="est close le 31 décembre 2017"):
        load(closed, extra)
    amendments.confirm(made, by=make_user("decide", "programme_manager"))
    assert load(closed, extra).components == 2


def second_component() -> tuple[str, str]:
    """The words that give the file one more component, whose four terms are in 2019."""
    return (
        "[[agreement]]",
        '[[component]]\ncode = "SUITE"\nname = "Suite"\nkind = "regular"\npurpose = "suite"\namount_xof = 30_000\n'
        'terms = 4\nfirst_period = "2019T1"\nmonths = 3\n[[component.area]]\ncommunes = ["ML010501"]\n'
        '[[component.funding]]\nagreement = "DON-ESSAI"\nothers = true\n'
        '[[component.agency]]\nagency = "AGENCE-ESSAI"\nothers = true\n[[agreement]]',
    )
