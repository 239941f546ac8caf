"""Files of attendance: good lines are taken, wrong ones told with their line and column, nothing half written."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from jigi.delivery.sessions import actions, files
from jigi.delivery.sessions.models import Attendance, AttendanceFile, Session
from jigi.foundation.bulk import counting_statements
from jigi.foundation.errors import InputError, Refused
from jigi.registry.models import Household
from tests.delivery.sessions.play import MARCH, Play, play
from tests.factories import make_households, make_village

pytestmark = pytest.mark.django_db
HEADER = "seance;date;hommes;femmes;lieu;animateur;numero_rsu;qui;accord"


def rsu(household: int) -> str:
    return Household.objects.get(pk=household).rsu_number


def line(session: Session, household: int | None, *, facts: str = "07/03/2016;5;20;École;Awa", end: str = ";") -> str:
    return f"{session.pk};{facts};{rsu(household) if household else ''};{end}"


def taken(one: Play, folder: Path, *rows: str, header: str = HEADER) -> AttendanceFile:
    path = folder / "presences.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return files.take(path, one.contract, by=one.agent).file


def problems(file: AttendanceFile) -> list[tuple[int, str, str]]:
    return list(file.problems.order_by("line").values_list("line", "column", "message"))


def test_a_file_holds_its_sessions_and_names_who_came(tmp_path: Path) -> None:
    one = play()
    session = one.planned()[0]
    file = taken(one, tmp_path, *(line(session, household) for household in one.recipients))
    assert (file.lines_read, file.lines_good, file.lines_held, file.sessions) == (3, 3, 0, 1)
    session.refresh_from_db()
    assert (session.status, session.held_on, session.crowd, session.households) == ("held", MARCH, 25, 3)
    assert set(Attendance.objects.values_list("means", flat=True)) == {"file"}


def test_a_session_may_be_counted_without_a_name(tmp_path: Path) -> None:
    one = play()
    session = one.planned()[0]
    taken(one, tmp_path, line(session, None))
    assert Session.objects.get().crowd == 25 and not Attendance.objects.exists()


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    one = play()
    session = one.planned()[0]
    first = taken(one, tmp_path, line(session, one.recipients[0]))
    again = files.take(tmp_path / "presences.csv", one.contract, by=one.scene.foreman)
    assert again.file == first and not again.is_new and Session.objects.get().version == 1


def test_what_another_file_said_is_known(tmp_path: Path) -> None:
    one = play()
    session = one.planned()[0]
    taken(one, tmp_path, line(session, one.recipients[0]))
    file = taken(one, tmp_path, line(session, one.recipients[0]), line(session, one.recipients[1]))
    assert (file.lines_known, file.lines_good) == (1, 1) and Session.objects.get().households == 2


def test_wrong_lines_are_told_and_the_good_ones_taken(tmp_path: Path) -> None:
    one = play()
    session, other = one.planned(villages=2)
    far = make_households(1, make_village(one.scene.commune))
    file = taken(
        one, tmp_path,
        line(session, one.recipients[0]),
        line(session, one.recipients[0]),
        line(session, one.others[0]),
        line(session, far[0], end="voisine;"),
        f"{session.pk};07/03/2016;5;20;École;Awa;1234567890;;",
        f"999999;07/03/2016;5;20;École;Awa;{rsu(one.recipients[1])};;",
        line(other, one.recipients[1], facts=";;;;"),
        line(session, one.recipients[2], facts="bientôt;5;20;École;Awa"),
    )  # fmt: skip
    assert problems(file) == [
        (3, "numero_rsu", "Ce ménage est déjà à la ligne 2 pour cette séance"),
        (4, "accord", "Ce ménage ne reçoit rien : il n’est nommé qu’avec son accord"),
        (5, "qui", "« voisine » n’est pas un mot connu ici"),
        (6, "numero_rsu", "« 1234567890 » n’est pas un numéro RSU bien recopié"),
        (7, "seance", "Ce contrat n’a pas de séance de ce numéro"),
        (8, "seance", "Cette séance n’est pas dite tenue, et le fichier ne dit pas tout d’elle"),
        (9, "date", problems(file)[-1][2]),
    ]
    assert "« bientôt »" in problems(file)[-1][2] and Attendance.objects.get().household_id == one.recipients[0]


def test_the_file_of_another_village_is_seen(tmp_path: Path) -> None:
    one = play()
    here, there = one.planned(villages=2)
    file = taken(one, tmp_path, *(line(there, household) for household in one.recipients))
    assert {what for _, _, what in problems(file)} == {"3 des 3 ménages de cette séance sont d’un autre village"}
    assert not Attendance.objects.exists() and {here.status, Session.objects.get(pk=there.pk).status} == {"planned"}


def test_more_names_than_people_stop_the_session(tmp_path: Path) -> None:
    one = play()
    session = one.planned()[0]
    file = taken(one, tmp_path, *(line(session, h, facts="07/03/2016;1;1;École;Awa") for h in one.recipients))
    assert problems(file)[0][2] == "3 ménages nommés pour 2 personnes comptées" and file.lines_good == 0


def test_a_checked_session_is_not_completed(tmp_path: Path) -> None:
    one = play()
    session = one.held()
    actions.check(session, by=one.scene.controller)
    file = taken(one, tmp_path, line(session, one.recipients[0]))
    assert problems(file) == [(2, "seance", "Cette séance est déjà contrôlée")]


def test_lines_that_quarrel_about_their_session_are_told(tmp_path: Path) -> None:
    one = play()
    session = one.planned()[0]
    file = taken(
        one, tmp_path, line(session, one.recipients[0]),
        line(session, one.recipients[1], facts="08/03/2016;5;20;École;Awa"),
    )  # fmt: skip
    assert file.lines_held == 2 and "le même jour" in problems(file)[0][2]


def test_a_file_without_its_columns_is_refused_whole(tmp_path: Path) -> None:
    one = play()
    with pytest.raises(InputError, match="« numero_rsu »"):
        taken(one, tmp_path, "1;2", header="seance;nom")
    with pytest.raises(InputError, match="qu’un en-tête"):
        taken(one, tmp_path)
    with pytest.raises(Refused):
        files.take(tmp_path / "presences.csv", one.contract, by=one.scene.controller)


def test_a_workbook_is_read_as_a_csv_is(tmp_path: Path) -> None:
    one = play()
    session = one.planned()[0]
    path = tmp_path / "presences.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER.split(";"))
        sheet.write_row(1, 0, [session.pk, "07/03/2016", 5, 20, "École", "Awa", rsu(one.recipients[0]), "suppléant"])
    assert files.take(path, one.contract, by=one.agent).file.lines_good == 1
    assert Attendance.objects.get().came == "alternate"


def test_a_file_costs_the_same_statements_whatever_its_size(tmp_path: Path) -> None:
    one = play(recipients=40)
    small, large = one.planned(modules=2)
    assert one.contract.component.programme.code == "ACC"  # read once for both
    first = line(small, one.recipients[0])
    with counting_statements() as few:
        taken(one, tmp_path, first)
    rows = [line(large, household, facts="21/03/2016;50;20;École;Awa") for household in one.recipients]
    with counting_statements() as many:
        taken(one, tmp_path, *rows)
    assert many.count == few.count and Attendance.objects.count() == 41
