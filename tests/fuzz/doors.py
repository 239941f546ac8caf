"""Where files come in: a good file of each kind, the act that takes one, and the accounts it must render.

A door is made on an empty database: `DOORS["prestations"](folder)`. Its `take` raises what the act raises, and
AssertionError when what was read is not what was taken, known and held.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jigi.intake.models import Batch

Rows = list[list[str]]


@dataclass(frozen=True)
class Door:
    """`rows`: a good file, its header first. `words`: the command that takes one. `post`: the page, field, and rest."""

    rows: Rows
    take: Callable[[Path], object]
    by: str
    words: Sequence[object] = ()
    page: str = ""
    field: str = ""
    beside: Callable[[], dict[str, object]] = dict
    key: int | None = None
    """The column that names a row, where good rows of a partly bad file go in; `went_in` gives those that did."""
    went_in: Callable[[], set[str]] = set


def households(folder: Path) -> Door:
    return _register(folder, members=False)


def members(folder: Path) -> Door:
    return _register(folder, members=True)


def _register(folder: Path, *, members: bool) -> Door:
    from jigi.intake.mapping import read_mapping
    from jigi.intake.pipeline import import_file
    from jigi.registry.models import Household
    from tests.factories import make_areas, make_user
    from tests.intake.forms import Desk

    make_areas(communes=2, villages_per_commune=1)
    desk = Desk(folder, make_user("awa")).fill(4)
    files = desk.files()
    mapping = read_mapping(files["mapping"])

    def take(path: Path) -> None:
        sent = {"path": files["path"], "members": path} if members else {"path": path, "members": files["members"]}
        _accounts(import_file(sent["path"], mapping, members=sent["members"], by=desk.by))

    words = ("intake", "import", "--mapping", files["mapping"], "--by", "awa")
    words = (*words, files["path"], "--members") if members else (*words, "--members", files["members"])
    other = "menages" if members else "membres"

    def beside() -> dict[str, object]:
        named = {"menages": files["path"], "membres": files["members"], "correspondance": files["mapping"]}
        return {part: named[part] for part in (other, "correspondance")}

    return Door(
        _rows(desk.members if members else desk.households), take, "awa", words, "/imports/envoyer/",
        "membres" if members else "menages", beside, key=0,
        went_in=lambda: set(Household.objects.values_list("source_key", flat=True)),
    )  # fmt: skip


def survey(folder: Path) -> Door:
    from jigi.intake.mapping import read_mapping
    from jigi.intake.pipeline import import_file
    from tests.command.doors import SURVEY_MAPPING
    from tests.factories import make_areas, make_user

    make_areas(communes=1)
    path, by = folder / "sondage.toml", make_user("awa")
    path.write_text(SURVEY_MAPPING, encoding="utf-8")
    mapping = read_mapping(path)
    rows = [["numero", "grappe", "consommation", "taille"], *([f"F{n}", f"Fléna {n}", "150000", "7"] for n in range(5))]
    words = ("intake", "import", "--mapping", path, "--by", "awa")
    return Door(rows, lambda file: _accounts(import_file(file, mapping, by=by)), "awa", words)


def sample(folder: Path) -> Door:
    """The page that looks at columns to make a correspondence."""
    from jigi.intake import drafting
    from jigi.intake.targets import INTERVIEW, LIVING, MEMBER
    from tests.factories import make_areas, make_user
    from tests.intake.forms import Desk

    make_areas(communes=1)
    desk = Desk(folder, make_user("awa")).fill(4)

    def take(path: Path) -> None:
        found = drafting.sample(path)
        columns = drafting.guess(found, [*INTERVIEW, *LIVING])
        drafting.codes_to_say(found, columns, {**INTERVIEW, **LIVING})
        drafting.guess(found, MEMBER)

    files = desk.files()
    return Door(
        _rows(desk.households), take, "awa", page="/imports/correspondances/", field="menages",
        beside=lambda: {"membres": files["members"]},
    )  # fmt: skip


def returns(folder: Path) -> Door:
    from jigi.ledger.queries import prove
    from jigi.payments.models import Instruction
    from jigi.payments.returns import reconcile
    from tests.payments.scene import peopled

    scene = peopled(5)
    orders = Instruction.objects.filter(payment_round=scene.released()).order_by("id")
    header = ["reference", "statut", "montant_fcfa", "date", "motif", "reference_agence"]
    rows = [
        [order.reference, "PAYE", str(order.amount_xof), "2016-02-10", "Reçu à Fléna", f"T{order.pk}"]
        for order in orders
    ]

    def take(path: Path) -> None:
        file = reconcile(path, scene.agency, by=scene.officer).return_file
        repeated = file.return_lines.filter(outcome="repeated").count()
        assert file.lines == file.return_lines.count() == file.paid + file.unpaid + file.exceptions + repeated
        assert prove().balanced

    words = ("payments", "reconcile", "--agency", scene.agency.code, "--by", scene.officer.username)
    return Door(
        [header, *rows], take, scene.officer.username, words, "/paiements/retours/", "fichier",
        lambda: {"agence": str(scene.agency.pk)},
    )  # fmt: skip


def benefits(folder: Path) -> Door:
    from jigi.registry.models import Household
    from jigi.schemes.actions import receive
    from jigi.schemes.models import BenefitLine
    from tests.factories import make_areas, make_households, make_user
    from tests.schemes.giving import HEADER, line, make_scheme

    areas = make_areas(communes=1)
    numbers = make_households(4, areas.villages[0])
    scheme, by = make_scheme(), make_user("awa")
    rows = [[str(line(f"R{n}", pk).get(name, "")) for name in HEADER] for n, pk in enumerate(numbers)]
    assert Household.objects.count() == 4

    def take(path: Path) -> None:
        batch = receive(path, scheme, by=by)
        assert batch.lines_read == batch.lines_good + batch.lines_known + batch.lines_held
        assert BenefitLine.objects.filter(batch=batch).count() == batch.lines_good
        problems = batch.problems.filter(severity="error")
        assert problems.values("line").distinct().count() == batch.lines_held
        assert all(problem.message and problem.remedy for problem in batch.problems.all())

    words = ("schemes", "import", "--scheme", scheme.code, "--by", "awa")
    return Door(
        [list(HEADER), *rows], take, "awa", words, f"/regimes/{scheme.code}/envoyer/", "prestations", key=0,
        went_in=lambda: set(BenefitLine.objects.values_list("reference", flat=True)),
    )  # fmt: skip


def changes(folder: Path) -> Door:
    from jigi.changes import bulk
    from jigi.changes.models import ChangeRequest
    from tests.changes.ground import make_scene

    scene = make_scene()
    one, two = scene.one.rsu, scene.two.rsu
    rows = [
        [one, "correction d’identité", "3", "surnom", "Ba", "01/05/2020", "acte vu"],
        [one, "décès", "3", "", "", "2020-05-02", "dit par la mère"],
        [two, "logement et biens", "", "Toit", "tôle", "01/05/2020", "visite"],
        [two, "téléphone", "2", "téléphone", "76001122", "01/05/2020", "visite"],
    ]

    def take(path: Path) -> None:
        reading = bulk.read(path, by=scene.maker)
        assert len(reading.good) + len({problem.line for problem in reading.problems}) == reading.rows
        assert all(problem.message and problem.line > 1 for problem in reading.problems)
        if reading.good:
            made = bulk.take(reading, by=scene.maker)
            assert ChangeRequest.objects.filter(bulk=made).count() == len(reading.good)

    return Door([list(bulk.COLUMNS), *rows], take, scene.maker.username, page="/changements/fichier/", field="fichier")


def villages(folder: Path) -> Door:
    from jigi.geography.actions import load_file
    from jigi.geography.models import Area
    from tests.factories import make_areas, make_user

    make_areas(communes=2, villages_per_commune=1)
    by = make_user("exploitant-1", "operator")
    header = ["code", "nom", "commune_code", "latitude", "longitude", "population"]
    rows = [[f"ML010501-9{n}", f"Fléna {n}", "ML010501", "13.0", "-9.4", "500"] for n in range(4)]

    def take(path: Path) -> None:
        before = Area.objects.count()
        report = load_file(path, by=by)
        assert report.read == report.matched + len(report.rejects)
        assert Area.objects.count() == before + report.added
        assert all(reject.reason and reject.line > 1 for reject in report.rejects)
        report.lines(), report.write_rejects(folder / "rejets.csv")

    return Door([header, *rows], take, by.username, ("geography", "load", "--by", by.username))


def lists(folder: Path) -> Door:
    from jigi.registry.models import Household
    from jigi.targeting.actions import import_lists
    from jigi.targeting.models import ListedHousehold
    from tests.targeting.campaign import COLUMNS, FORMULA, make_world

    formula = folder / "essai.toml"
    formula.write_text(FORMULA, encoding="utf-8")
    world = make_world(formula)
    opened = world.open_round()
    known = Household.objects.filter(pk__in=world.households[0]).select_related("village")
    rows = [
        [listed.source_key, listed.village.code, str(rank), "1", "0", "oui", "non", "Récolte perdue"]
        for rank, listed in enumerate(known, 1)
    ]

    def take(path: Path) -> None:
        report = import_lists(opened, path, by=world.manager, rejects=folder / "rejets.csv")
        assert report.read == report.added + report.changed + report.unchanged + report.held and report.unchanged >= 0
        assert ListedHousehold.objects.filter(targeting_round=opened).count() == report.added
        assert bool(report.held) == bool(report.problem_count)
        assert all(problem.message and problem.remedy and problem.line > 1 for problem in report.problems)

    words = ("targeting", "run", "Campagne", "--programme", "tm", "--areas", "ML010501", "--quota", "3",
             "--formula", "essai", "--by", "awa", "--lists")  # fmt: skip
    return Door([list(COLUMNS), *rows], take, "awa", words)


def rates(folder: Path) -> Door:
    from jigi.targeting.poverty import read_rates
    from tests.factories import make_areas, make_user

    make_areas(communes=2)
    make_user("awa")

    def take(path: Path) -> None:
        assert all(0 <= rate <= 1 for rate in read_rates(path).values())

    return Door([["code", "taux"], ["ML010501", "0,45"], ["ML010502", "0.5"]], take, "awa")


DOORS: dict[str, Callable[[Path], Door]] = {
    "menages": households,
    "membres": members,
    "sondage": survey,
    "correspondances": sample,
    "retours": returns,
    "prestations": benefits,
    "changements": changes,
    "villages": villages,
    "listes": lists,
    "taux": rates,
}

SLOW = ("menages", "membres", "sondage", "retours", "listes")
"""Doors behind which a file is staged and merged set-wise: a try costs three times what it does at the others."""


def share(door: str, count: int) -> int:
    """How many of the tries of a kind are played at a door: all together, `count`."""
    slow = count // (len(SLOW) * 5)
    return slow if door in SLOW else (count - slow * len(SLOW)) // (len(DOORS) - len(SLOW))


def _accounts(batch: Batch) -> None:
    from jigi.registry.models import Household, LivingConditions, Person

    read = batch.households_merged + batch.households_known + batch.households_held
    assert batch.households_read == read, "lu, mais ni versé, ni connu, ni retenu"
    if batch.survey:
        assert LivingConditions.objects.filter(survey=batch.survey).count() == batch.households_merged
    else:
        assert Household.objects.count() == batch.households_merged
        assert Person.objects.count() == batch.members_merged
    assert batch.status == ("refused" if batch.households_held == batch.households_read else "merged")
    errors = batch.problems.filter(severity="error")
    assert not batch.households_held or errors.exists(), "retenu sans constat"
    assert all(problem.message and problem.remedy and problem.line > 0 for problem in errors)


def _rows(found: Sequence[dict[str, object]]) -> Rows:
    header = list(found[0])
    return [header, *([str(row[name]) for name in header] for row in found)]


def plain_lists(folder: Path) -> Path:
    """A community list of one household, for a campaign of the commune ML010501."""
    from jigi.geography.models import Area
    from jigi.registry.models import Household
    from tests.factories import make_households
    from tests.targeting.campaign import write_list

    village = Area.objects.get(code="ML010501-001")
    numbers = list(Household.objects.values_list("pk", flat=True)) or make_households(1, village)
    return write_list(folder / "liste.csv", numbers)
