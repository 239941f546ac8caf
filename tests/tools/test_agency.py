"""The payment agency that the tests and the demonstration play with."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import xlsxwriter
from tools.agency.__main__ import main
from tools.agency.orders import COLUMNS

from jigi.foundation.tabular import as_date, as_integer, open_table

QUIET = [
    "--absent=0",
    "--refused=0",
    "--duplicates=0",
    "--unknown=0",
    "--wrong-amount=0",
    "--late=0",
    "--reversed=0",
]


def rows(count: int):
    for n in range(count):
        phone, amount = f"7600{n:04}", 30000 if n % 4 else 60000
        yield [f"T01-{n:06}", f"4827{n:06}", "Awa Keïta", phone, "Marché", "", amount, "droit", "2022-T1"]


@pytest.fixture
def order(tmp_path: Path) -> Path:
    path = tmp_path / "ordre.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([COLUMNS, *rows(2000)])
    return path


def slip(order: Path, *, lines=2000, total=75_000_000, digest="") -> None:
    digest = digest or hashlib.sha256(order.read_bytes()).hexdigest()
    text = f"fichier;lignes;total_fcfa;empreinte_sha256\n{order.name};{lines};{total};{digest}\n"
    order.with_name(order.name + ".bordereau.csv").write_text(text)


def play(order: Path, *options: str, name: str = "retour.csv"):
    """Run the agency; its return (and late return) read through the project's own door."""
    out = order.with_name(name)
    assert main([str(order), "--out", str(out), "--date", "2022-02-28", *options]) == 0
    lines = []
    for file in [out, out.with_name(f"{out.stem}-tardif{out.suffix}")]:
        if file.exists():
            with open_table(file) as table:
                lines += [dict(zip(table.header, cells, strict=True)) for _, cells in table]
    return lines


def test_without_disorder_everybody_is_paid_once(order):
    lines = play(order, *QUIET)
    assert [line["reference"] for line in lines] == [row[0] for row in rows(2000)]
    assert {line["statut"] for line in lines} == {"PAYE"}
    assert sum(as_integer(line["montant_fcfa"]) for line in lines) == 75_000_000


@pytest.mark.parametrize("form", ["plain", "spaces", "comma"])
@pytest.mark.parametrize("file", ["csv cp1252 ;", "csv utf-8 ,", "csv utf-8-sig \t", "xlsx utf-8 ;"])
def test_every_form_of_return_reads_the_same(order, form, file):
    kind, encoding, delimiter = file.split(" ")
    written = ["--format", kind, "--encoding", encoding, "--delimiter", delimiter, "--amount-format", form]
    lines = play(order, "--refused=0.1", *written, name=f"retour.{kind}")
    plain = play(order, "--refused=0.1", name="temoin.csv")
    for line in lines + plain:
        line["montant_fcfa"], line["date"] = as_integer(line["montant_fcfa"]), as_date(line["date"])
    assert lines == plain


def test_the_same_seed_gives_the_same_return_whatever_the_order_of_lines(order):
    before = play(order, "--seed=7", *QUIET[1:], "--absent=0.3")
    header, *lines = order.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    order.write_text("".join([header, *reversed(lines)]), encoding="utf-8-sig", newline="")
    after = play(order, "--seed=7", *QUIET[1:], "--absent=0.3")
    assert sorted(map(str, before)) == sorted(map(str, after))
    assert sorted(map(str, before)) != sorted(map(str, play(order, "--seed=8", *QUIET[1:], "--absent=0.3")))


def test_disorder_comes_in_the_shares_asked(order, capsys):
    shares = ["--absent=0.1", "--duplicates=0.05", "--unknown=0.05", "--wrong-amount=0.05", "--reversed=0.05"]
    lines = play(order, *shares, "--refused=0", "--late=0.1", "--json")
    tally = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert tally["order"] == {"lines": 2000, "amount_xof": 75_000_000}
    counts = {name: sums["lines"] for name, sums in tally["outcomes"].items()}
    assert 150 < counts["ABSENT"] < 250 and counts["ABSENT"] + counts["PAYE"] == 2000
    assert all(60 < counts[name] < 145 for name in ["repeated", "unknown", "wrong_amount", "reversed"])
    assert len(lines) == 2000 + counts["repeated"] + counts["unknown"] + counts["reversed"]
    references = Counter(line["reference"][0] for line in lines)
    assert references["X"] == counts["unknown"]


def test_a_reversal_follows_a_payment_of_the_same_amount(order):
    lines = play(order, *QUIET[:-1], "--reversed=0.1")
    paid = {line["reference"]: line for line in lines if line["statut"] == "PAYE"}
    reversals = [line for line in lines if line["statut"] == "ANNULE"]
    assert len(reversals) > 100
    assert all(line["montant_fcfa"] == paid[line["reference"]]["montant_fcfa"] for line in reversals)


def test_late_lines_are_in_a_second_file_and_dated_after(order):
    play(order, *QUIET[:-2], "--late=0.2", "--reversed=0")
    with open_table(order.with_name("retour-tardif.csv")) as table:
        days = [cells[3] for _, cells in table]
    assert 300 < len(days) < 500 and min(days) > "2022-02-28"


def test_an_order_in_excel_is_executed(order, tmp_path):
    path = tmp_path / "ordre.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate([COLUMNS, *rows(2000)]):
            sheet.write_row(line, 0, row)
    assert play(path, name="excel.csv") == play(order, name="csv.csv")


def test_a_slip_that_agrees_is_accepted(order):
    slip(order)
    assert play(order, *QUIET)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"lines": 1999}, "lignes"), ({"total": 1}, "total_fcfa"), ({"digest": "0"}, "empreinte")],
)
def test_a_slip_that_disagrees_stops_everything(order, wrong, says, capsys):
    slip(order, **wrong)
    assert main([str(order), "--out", str(order.with_name("retour.csv"))]) == 2
    assert says in capsys.readouterr().err
    assert not order.with_name("retour.csv").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda text: text.replace("T01-000007", "T01-000006"),
            "Ligne 9 : la référence T01-000006 est répétée",
        ),
        (lambda text: text.replace(";30000;", ";30000.5;", 1), "Ligne 3 : « 30000.5 »"),
        (
            lambda text: text.replace("montant_fcfa", "montant"),
            "Colonnes manquantes dans l’ordre : montant_fcfa",
        ),
        (lambda text: "", "Colonnes manquantes"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(order, change, says, capsys):
    order.write_text(change(order.read_text(encoding="utf-8-sig")), encoding="utf-8-sig")
    assert main([str(order), "--out", str(order.with_name("retour.csv"))]) == 2
    assert says in capsys.readouterr().err


def test_the_agency_shares_no_code_with_jigi():
    root = Path(__file__).resolve().parents[2]
    code = "import sys, tools.agency.__main__; sys.exit(any(name.startswith('jigi') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


@pytest.mark.size
def test_a_million_lines_in_little_memory(tmp_path):
    path = tmp_path / "grand.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([COLUMNS, *rows(1_000_000)])
    # The peak of this program alone: a child's ru_maxrss would begin at that of pytest.
    code = (
        "import sys; from tools.agency.__main__ import main; main(sys.argv[1:]);"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", code, str(path), "--out", str(tmp_path / "retour.csv")]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    assert int(done.stdout.split()[-2]) < 300 * 1024
