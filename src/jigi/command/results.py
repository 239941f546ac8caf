"""`jigi results …`: snapshots counted, shown, signed; figures of earlier years; the yearly statement; extracts."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from jigi.command.users import find_user
from jigi.command.verb import Figures, Verb, acting, nothing, number, say, wrong
from jigi.results import actions, dashboard, extract, pipeline
from jigi.results.docx import docx
from jigi.results.framework import framework
from jigi.results.models import Extract, ExtractAnswer, ExtractRequest, Figure, Snapshot
from jigi.results.pages import pdf
from jigi.results.report import statement, written


def _year(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("year", metavar="ANNÉE", type=number, help="l’année civile, comme 2018")


def _compute_arguments(parser: argparse.ArgumentParser) -> None:
    _year(parser)
    parser.add_argument("--until", metavar="JOUR", type=date.fromisoformat, help="dernier jour compté (2018-06-30)")
    acting(parser)


def _compute(options: argparse.Namespace) -> Figures:
    snapshot = actions.take(options.year, by=find_user(options.by), until=options.until)
    say(f"Instantané n° {snapshot.pk} : {snapshot.counted} chiffres jusqu’au {snapshot.until:%d/%m/%Y}.")
    return _told(snapshot)


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("year", metavar="ANNÉE", type=number, nargs="?", help="l’année (la dernière calculée)")


def _show(options: argparse.Namespace) -> Figures:
    snapshot = _last(options.year)
    values = {one.indicator: one for one in snapshot.values.filter(dimension="")}
    for code, indicator in framework().indicators.items():
        value = values.get(code)
        said = written(indicator, value.value if value else None)
        say(f"{code:<22} {indicator.name[:62]:<62} {said}{' (repris)' if value and value.loaded else ''}")
    shown = {code: {"numerator": one.numerator, "denominator": one.denominator, "loaded": one.loaded}
             for code, one in values.items()}  # fmt: skip
    return {**_told(snapshot), "values": shown}


def _sign_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", metavar="INSTANTANÉ", type=number, help="son numéro")
    parser.add_argument("--said", default="Relu et conforme", help="ce qui est attesté")
    acting(parser)


def _sign(options: argparse.Namespace) -> Figures:
    snapshot = Snapshot.objects.filter(pk=options.snapshot).first()
    if snapshot is None:
        raise wrong(f"Il n’y a pas d’instantané n° {options.snapshot}", "Voyez jigi results show.")
    actions.sign(snapshot, options.said, by=find_user(options.by))
    say(f"Instantané n° {snapshot.pk} signé.")
    return _told(snapshot)


def _load_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", type=Path, help="chiffres d’années passées (CSV, XLSX)")
    acting(parser)


def _load(options: argparse.Namespace) -> Figures:
    kept = actions.load(options.file, by=find_user(options.by))
    say(f"{kept.lines} chiffres repris de {kept.file_name}.")
    return {"file": kept.file_name, "lines": kept.lines}


def _withdraw_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("year", metavar="ANNÉE", type=number, help="l’année du chiffre")
    parser.add_argument("file", metavar="FICHIER", help="le nom du fichier qui l’a donné")
    parser.add_argument("line", metavar="LIGNE", type=number, help="sa ligne dans ce fichier")
    parser.add_argument("--reason", required=True, help="pourquoi il est faux")
    acting(parser)


def _withdraw(options: argparse.Namespace) -> Figures:
    """A loaded figure that was wrong; snapshots that took it do not change."""
    figures = Figure.objects.filter(year=options.year, file__file_name=options.file, line=options.line)
    figure = figures.order_by("-file_id").first()
    if figure is None:
        raise wrong("Aucun chiffre repris n’est de cette année, de ce fichier et de cette ligne",
                    "Voyez la page des chiffres repris.")  # fmt: skip
    kept = actions.withdraw(figure, options.reason, by=find_user(options.by))
    say(f"Chiffre retiré : {figure.indicator}, {figure.year}. Calculez un autre instantané.")
    return {"figure": figure.pk, "reason": kept.reason}


def _report_arguments(parser: argparse.ArgumentParser) -> None:
    _year(parser)
    parser.add_argument("--out", type=Path, default=Path("."), help="dossier où écrire le PDF et le DOCX (celui-ci)")
    acting(parser)


def _report(options: argparse.Namespace) -> Figures:
    """The statement of the year's last snapshot; one is counted when there is none."""
    snapshot = Snapshot.objects.filter(until__year=options.year).order_by("-until", "-pk").first()
    if snapshot is None:
        snapshot = actions.take(options.year, by=find_user(options.by))
    document = statement(snapshot)
    if not options.out.is_dir():
        raise wrong(f"Il n’y a pas de dossier « {options.out} »", "Créez-le, ou donnez-en un autre par --out.")
    written_files = []
    for suffix, content in (("pdf", pdf(document)), ("docx", docx(document))):
        path = options.out / f"situation-{options.year}-instantane-{snapshot.pk}.{suffix}"
        path.write_bytes(content)
        say(f"{path} ({len(content) // 1024} ko)")
        written_files.append(path.name)
    return {**_told(snapshot), "files": written_files}


def _refresh(options: argparse.Namespace) -> Figures:
    """The counts of the dashboard, now; the worker does it every hour."""
    lines = dashboard.refresh()
    say(f"{lines} lignes du tableau de bord comptées.")
    return {"lines": lines}


def _prove(options: argparse.Namespace) -> Figures:
    """Every snapshot's digest anew, and the dashboard against its rows. After later payments, refresh first."""
    altered = [one.pk for one in Snapshot.objects.order_by("pk") if pipeline.digest_in_database(one.pk) != one.digest]
    wrong_lines = dashboard.wrong()
    if altered:
        raise wrong(f"{len(altered)} instantanés ne sont plus ce que dit leur empreinte : {altered}",
                    "La base a été touchée : prévenez l’exploitation, et comparez à une sauvegarde.")  # fmt: skip
    if wrong_lines:
        raise wrong(f"{len(wrong_lines)} lignes du tableau de bord ne sont pas ce que disent les lignes comptées",
                    "Lancez jigi results refresh, puis recommencez.")  # fmt: skip
    count = Snapshot.objects.count()
    say(f"{count} instantanés : chacun est ce que dit son empreinte. Le tableau de bord dit ce que disent les lignes.")
    return {"snapshots": count, "holds": True}


def _last(year: int | None) -> Snapshot:
    found = Snapshot.objects.order_by("-until", "-pk")
    snapshot = (found.filter(until__year=year) if year else found).first()
    if snapshot is None:
        raise wrong("Aucun instantané n’est calculé", "Lancez jigi results compute ANNÉE.")
    return snapshot


def _told(snapshot: Snapshot) -> Figures:
    return {
        "snapshot": snapshot.pk, "since": snapshot.since, "until": snapshot.until, "digest": snapshot.digest,
        "counted": snapshot.counted, "signed": hasattr(snapshot, "signature"),
    }  # fmt: skip


def _extract_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", required=True, metavar="CLÉ", help="clé publique age de qui demande (age1…)")
    parser.add_argument("--reason", required=True, help="ce qui sera étudié")
    acting(parser)


def _extract(options: argparse.Namespace) -> Figures:
    asked = extract.ask(options.key, options.reason, by=find_user(options.by))
    say(f"Demande n° {asked.pk} : une autre personne l’accorde (jigi results grant {asked.pk}).")
    return {"request": asked.pk}


def _request_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("request", metavar="DEMANDE", type=number, help="son numéro")


def _grant_arguments(parser: argparse.ArgumentParser) -> None:
    _request_arguments(parser)
    parser.add_argument("--refuse", metavar="MOTIF", default="", help="refuser, et dire pourquoi")
    acting(parser)


def _grant(options: argparse.Namespace) -> Figures:
    """Answer a request; granted, the extract is written here, now. Granted already, it is written if it was not."""
    asked, by = _asked(options.request), find_user(options.by)
    reply = ExtractAnswer.objects.filter(request=asked, by=by, granted=True).first()
    if reply is None or options.refuse:
        reply = extract.answer(asked, not options.refuse, options.refuse, by=by)
    if not reply.granted:
        say(f"Demande n° {asked.pk} refusée.")
        return {"request": asked.pk, "granted": False}
    made = extract.make(asked)
    for name, lines in made.lines.items():
        say(f"{name:<14} {lines:>12} lignes")
    say(f"Extrait de {made.size} octets, scellé pour {asked.by} (jigi results take {asked.pk}).")
    return {"request": asked.pk, "granted": True, "lines": made.lines, "size": made.size, "sha256": made.sha256}


def _take_arguments(parser: argparse.ArgumentParser) -> None:
    _request_arguments(parser)
    parser.add_argument("--out", metavar="FICHIER", type=Path, help="où l’écrire (extrait-N.zip.age)")
    acting(parser)


def _take(options: argparse.Namespace) -> Figures:
    made = Extract.objects.filter(request=_asked(options.request)).first()
    if made is None:
        raise wrong("Cet extrait n’est pas écrit", "Faites-le accorder : jigi results grant DEMANDE.")
    extract.take(made, by=find_user(options.by))
    path = options.out or Path(f"extrait-{made.request_id}.zip.age")
    with path.open("wb") as file:
        number = 0
        while (content := extract.piece(made, number)) is not None:
            file.write(content)
            number += 1
    say(f"{path} ({made.size} octets), SHA-256 {made.sha256}. Ouvrez-le par age -d -i cle.txt.")
    return {"file": str(path), "size": made.size, "sha256": made.sha256}


def _asked(number: int) -> ExtractRequest:
    found = ExtractRequest.objects.filter(pk=number).first()
    if found is None:
        raise wrong(f"Il n’y a pas de demande d’extrait n° {number}", "Voyez la page des extraits.")
    return found


VERBS = {
    "results compute": Verb(_compute_arguments, _compute),
    "results show": Verb(_show_arguments, _show),
    "results sign": Verb(_sign_arguments, _sign),
    "results load": Verb(_load_arguments, _load),
    "results withdraw": Verb(_withdraw_arguments, _withdraw),
    "results report": Verb(_report_arguments, _report),
    "results extract": Verb(_extract_arguments, _extract),
    "results grant": Verb(_grant_arguments, _grant),
    "results take": Verb(_take_arguments, _take),
    "results prove": Verb(nothing, _prove),
    "results refresh": Verb(nothing, _refresh),
}
