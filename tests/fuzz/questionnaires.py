"""XLSForms spoiled as people spoil them, and as enemies do."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.fuzz.cells import NASTY
from tests.fuzz.chance import some
from tests.fuzz.workbooks import book, hostile, zipped

Sheets = dict[str, list[list[str]]]
Change = Callable[[Random, Sheets], None]

GOOD: Sheets = {
    "survey": [
        ["type", "name", "label", "relevant", "constraint", "calculation", "choice_filter", "repeat_count", "required"],
        ["date", "jour", "Date", "", ". <= today()", "", "", "", "yes"],
        ["select_one oui_non", "accord", "Accord ?", "", "", "", "", "", ""],
        ["begin_group", "lieu", "Lieu", "${accord} = 'oui'", "", "", "", "", ""],
        ["select_one villages", "village", "Village", "", "", "", "commune = ${commune}", "", ""],
        ["text", "commune", "Commune", "", "regex(., '^ML[0-9]+$')", "", "", "", ""],
        ["end_group", "", "", "", "", "", "", "", ""],
        ["integer", "combien", "Combien ?", "", ". > 0 and . < 50", "", "", "", ""],
        ["begin_repeat", "membres", "Membres", "", "", "", "", "${combien}", ""],
        ["text", "prenom", "Prénom de ${combien}", "", "", "", "", "", ""],
        ["calculate", "rang", "", "", "", "position(..)", "", "", ""],
        ["select_multiple oui_non or_other", "plus", "Plus", "", "", "", "", "", ""],
        ["end_repeat", "", "", "", "", "", "", "", ""],
        ["image", "photo", "Photographie", "", "", "", "", "", ""],
        ["geopoint", "point", "Position", "", "", "", "", "", ""],
    ],
    "choices": [
        ["list_name", "name", "label", "commune"],
        ["oui_non", "oui", "Oui", ""],
        ["oui_non", "non", "Non", ""],
        ["villages", "ML010501-001", "Fléna", "ML010501"],
        ["villages", "ML010501-002", "Dioïla", "ML010501"],
    ],
    "settings": [["form_id", "form_title", "version"], ["essai", "Essai", "1"]],
}

TYPES = (
    "texte", "TEXT", "select_one", "select_one ", "select_one absent", "select_multiple oui_non villages",
    "select_one oui_non or other", "select_one_from_file x.csv", "select_one_from_file ../x.xml",
    "select_one_external villages", "select_one ${membres}", "rank oui_non", "begin group", "end group",
    "begin_repeat", "end_repeat", "begin loop over oui_non", "begin_group", "end_group", "calculate", "note", "hidden",
    "start", "today", "deviceid", "audit", "background-audio", "start-geopoint", "xml-external", "csv-external", "osm",
    "osm oui_non", "acknowledge", "trigger", "range", "barcode", "photo", "file", "int", "q string",
    "add select one prompt using oui_non", "entity", "phonenumber", "username", "geotrace", "dateTime", "decimal",
)  # fmt: skip
NAMES = (
    "", "1er", "deux mots", "é", "accord", "jour", "data", "meta", "instanceID", "xml", "XML", "a:b", "a/b", "a.b",
    "-a", "_", "lieu", "membres", "rang", "__entity", "name", "label", "itemset", "a" * 300, "${accord}", "root",
    "instance",
)  # fmt: skip
XPATHS = (
    "${rang}", "${rang} + ${combien}", "${absente} = 1", "${}", "${accord", "$accord", "{accord}", "accord}", "(", ")",
    "((((((", "1 +", "'", '"', "'a", "concat(", "if(1,2)", "if(${combien} > 0, ${combien}, if(1, 2, 3))",
    "selected(${accord}, 'oui'", "pulldata('x', 'a', 'b', ${accord})", "pulldata('../x', 'a')",
    "jr:choice-name(${accord}, '${accord}')", "indexed-repeat(${prenom}, ${membres}, 1)",
    "instance('villages')/root/item[name = ${village}]/label", "instance('http://x')/root",
    "doc('file:///etc/passwd')", "//*", "..", ".", "../../..", "/data/accord", "count(${membres})", "sum(${rang})",
    "position(..)", "once(random())", "last-saved#", "${last-saved#accord}", "system()",
    "${accord} = 'oui' and " * 400 + "1", "not(" * 300 + "1" + ")" * 300, "a" * 30_000, "${prenom}" * 500, "<b>",
    "&lt;", "]]>", "1 div 0", "regex(., '^(a+)+$')", "${combien} < 3 ; 4", "« x »", "today() - 1",
    "format-date(today(), '%e')", "\n", "yes", "no", "oui", "${jour} ${commune}",
)  # fmt: skip
SETTINGS = (
    ("form_id", ""), ("form_id", "deux mots"), ("form_id", "x" * 200), ("form_id", "../x"), ("form_id", "é"),
    ("form_id", "1"), ("form_id", "menage"), ("version", ""), ("version", "v" * 100), ("version", "2026-1"),
    ("version", "1.0"), ("version", "<1>"), ("form_title", "t" * 500), ("form_title", "<b>&"),
    ("default_language", "français (fr)"), ("style", "pages theme-grid"), ("name", "deux mots"), ("name", "data"),
    ("name", "meta"), ("public_key", "x"), ("submission_url", "file:///x"),
    ("instance_name", "concat(${accord}, 'x')"), ("instance_name", "${absente}"), ("instance_id", "x"),
    ("allow_choice_duplicates", "peut-être"), ("id_string", "autre"), ("sms_keyword", "x"),
    ("namespaces", 'x="http://x"'), ("namespaces", "x"), ("attribute::x", "y"), ("attribute::a b", "y"),
    ("clean_text_values", "no"), ("auto_send", "maybe"), ("omit_instanceID", "yes"), ("prefix", "x"),
)  # fmt: skip
COLUMNS = (
    ("label::français (fr)", "Bonjour"), ("label::", "x"), ("label::English", "Hello"), ("media::image", "photo.png"),
    ("image", "../x.png"), ("media::video::français", "x.mp4"), ("hint", "${absente}"), ("guidance_hint", "x"),
    ("appearance", "w1 minimal"), ("appearance", "<x>"), ("parameters", "max-pixels=10"), ("parameters", "x"),
    ("parameters", "start=1 end=0 step=-1"), ("parameters", "value=a label=b"), ("default", "${accord}"),
    ("default", "now()"), ("trigger", "${accord}"), ("trigger", "accord"), ("readonly", "yes"),
    ("bind::odk:length", "3"), ("bind::a b", "x"), ("bind::jr:x", "x"), ("body::accuracyThreshold", "x"),
    ("instance::x", "y"), ("instance::a b", "y"), ("control:x", "y"), ("save_to", "x"), ("entity", "x"),
    ("intent", "ex:x()"), ("constraint_message::fr", "non"), ("required_message", "oui"), ("relevance", "1"),
    ("Type", "text"), ("Name", "x"), ("name ", "x"), ("caption", "x"), ("bind::type", "int"), ("bind", "x"),
    ("label", "x"), ("media", "x"), ("noAppErrorString", "x"), ("calculate", "1"), ("query", "x"), ("xmlns:x", "y"),
)  # fmt: skip


def _sheet(chance: Random, sheets: Sheets) -> list[list[str]]:
    rows = sheets.get("survey" if chance.random() < 0.7 else chance.choice(list(sheets) or [""]), [[]])
    return rows if rows and rows[0] else [["type", "name", "label"]]


def kind(chance: Random, sheets: Sheets) -> None:
    chance.choice(_sheet(chance, sheets))[0:1] = [chance.choice(TYPES)]


def name(chance: Random, sheets: Sheets) -> None:
    chance.choice(_sheet(chance, sheets))[1:2] = [chance.choice(NAMES)]


def formula(chance: Random, sheets: Sheets) -> None:
    row = chance.choice(sheets.get("survey") or [[""]])
    at = chance.choice((2, 3, 4, 5, 6, 7, 8))
    row[at : at + 1] = [chance.choice(XPATHS)]


def circle(chance: Random, sheets: Sheets) -> None:
    """Calculations that wait for each other."""
    rows = sheets.setdefault("survey", [list(GOOD["survey"][0])])
    length = chance.choice((1, 2, 3, 60))
    for n in range(length):
        rows.append(["calculate", f"q{n}", "", "", "", f"${{q{(n + 1) % length}}} + 1", "", "", ""])


def any_cell(chance: Random, sheets: Sheets) -> None:
    row = chance.choice(_sheet(chance, sheets))
    if row:
        row[chance.randrange(len(row))] = chance.choice(NASTY)


def lost_row(chance: Random, sheets: Sheets) -> None:
    rows = _sheet(chance, sheets)
    del rows[chance.randrange(len(rows))]


def row_twice(chance: Random, sheets: Sheets) -> None:
    rows = _sheet(chance, sheets)
    rows.insert(chance.randrange(len(rows)) + 1, list(chance.choice(rows)))


def rows_moved(chance: Random, sheets: Sheets) -> None:
    rows = _sheet(chance, sheets)
    head, body = rows[:1], rows[1:]
    chance.shuffle(body)
    rows[:] = head + body


def blank_row(chance: Random, sheets: Sheets) -> None:
    rows = _sheet(chance, sheets)
    rows.insert(chance.randrange(len(rows) + 1), [])


def deep(chance: Random, sheets: Sheets) -> None:
    """Groups in groups, closed or not."""
    rows, depth = _sheet(chance, sheets), chance.choice((5, 60, 400))
    word = chance.choice(("group", "repeat"))
    opened = [[f"begin_{word}", f"g{n}", "G"] for n in range(depth)]
    rows += opened + [["text", "fond", "Fond"]] + [[f"end_{word}"]] * (depth if chance.random() < 0.7 else depth - 1)


def other_setting(chance: Random, sheets: Sheets) -> None:
    title, value = chance.choice(SETTINGS)
    rows = sheets.setdefault("settings", [[], []])
    while len(rows) < 2:
        rows.append([])
    if title in rows[0]:
        at = rows[0].index(title)
        rows[1][at : at + 1] = [value]
    else:
        rows[0].append(title)
        rows[1].append(value)


def other_column(chance: Random, sheets: Sheets) -> None:
    rows, (title, value) = _sheet(chance, sheets), chance.choice(COLUMNS)
    if rows:
        rows[0].append(title)
        row = chance.choice(rows[1:] or rows)
        row += [""] * (len(rows[0]) - 1 - len(row)) + [value]


def lost_column(chance: Random, sheets: Sheets) -> None:
    rows = _sheet(chance, sheets)
    at = chance.randrange(len(rows[0]) or 1)
    for row in rows:
        del row[at : at + 1]


def lost_sheet(chance: Random, sheets: Sheets) -> None:
    if sheets:
        sheets.pop(chance.choice(list(sheets)))


def renamed_sheet(chance: Random, sheets: Sheets) -> None:
    if sheets:
        was = chance.choice(list(sheets))
        new = chance.choice(
            (was.upper(), f"{was} ", "Feuil1", "external_choices", "entities", "osm", "choices", "é" * 40)
        )
        sheets[new] = sheets.pop(was)


def entities(chance: Random, sheets: Sheets) -> None:
    sheets["entities"] = [
        ["dataset", "label", "create_if", "entity_id"],
        [chance.choice(NAMES), chance.choice(XPATHS), "", ""],
    ]


def choices_twice(chance: Random, sheets: Sheets) -> None:
    rows = sheets.get("choices", [[]])
    rows += [list(row) for row in rows[1:]]


def huge(chance: Random, sheets: Sheets) -> None:
    rows = _sheet(chance, sheets)
    if chance.random() < 0.1:
        rows += [["text", f"q{n}", f"Question {n}"] for n in range(800)]


CHANGES: tuple[Change, ...] = (
    kind, kind, kind, name, name, formula, formula, formula, circle, any_cell, any_cell, lost_row, row_twice,
    rows_moved, blank_row, deep, other_setting, other_setting, other_column, other_column, lost_column, lost_sheet,
    renamed_sheet, entities, choices_twice, huge,
)  # fmt: skip


def as_xlsform(chance: Random) -> bytes:
    """The workbook of a questionnaire with up to five things wrong, sometimes spoiled as a workbook too."""
    sheets = {title: [list(row) for row in rows] for title, rows in GOOD.items()}
    for change in some(chance, CHANGES, 5):
        change(chance, sheets)
    parts = book(sheets)
    return hostile(chance, parts) if chance.random() < 0.15 else zipped(parts)
