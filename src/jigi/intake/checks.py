"""The checks of fieldwork: reviewed data (data/checks.toml), each one statement over the interviews being imported.

What a check names is a problem of its row, as those of the file's reading are; what is only counted goes to the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

from jigi.foundation.bulk import run_sql, statement
from jigi.foundation.toml_table import Table, parse, read_text
from jigi.intake.models import CheckCount
from jigi.intake.targets import INTERVIEW, LIVING, MEMBER

FILE = Path(__file__).with_name("data") / "checks.toml"
_STAGES = {"interview": "stage_interview", "member": "stage_person", "enumerator": "stage_enumerator"}
_CODE = r"[a-z][a-z0-9_]{1,39}"
PROFILE = "profile_"
"""How the code of a check begins that holds an enumerator against the others."""


@dataclass(frozen=True)
class Check:
    """One check. `when` and `value` are SQL over the table of its `about`; a fixed check has its SQL elsewhere."""

    code: str
    about: str
    severity: str
    title: str
    column: str = ""
    when: str = ""
    value: str = "''"
    sentence: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Checks:
    """The checks of the file, and from how many interviews an enumerator is held against the others."""

    least_interviews: int
    ruled: tuple[Check, ...]
    fixed: tuple[Check, ...]

    @property
    def titles(self) -> dict[str, str]:
        return {check.code: check.title for check in (*self.ruled, *self.fixed)}


@cache
def checks() -> Checks:
    """Those of this server. Raises InputError, with its line, when the file is not as it should be."""
    return read_checks(FILE)


def read_checks(path: Path) -> Checks:
    """The checks of a file."""
    top = parse(read_text(path), path)
    for said in ("author", "source"):
        top.text(said)
    top.day("valid_from")
    ruled = tuple(_read(table) for table in top.tables("check"))
    found = Checks(top.integer("least_interviews", minimum=2), ruled, tuple(_fixed(top.table("fixed"))))
    codes = [check.code for check in (*found.ruled, *found.fixed)]
    if twice := next((code for code in codes if codes.count(code) > 1), ""):
        raise top.error("", f"Le contrôle « {twice} » est dit deux fois")
    top.refuse_others()
    return found


def make_stages(mapped: list[str]) -> None:
    """The tables that the checks read; `mapped`: the living conditions that the file says."""
    for name in ("create_stage_interview", "create_stage_person"):
        _execute(name, {}, missing=_missing(mapped), minimal=_minimal(mapped))
    _execute("create_stage_enumerator", {"least_interviews": checks().least_interviews})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stage_interview, stage_person, stage_enumerator")


def find_problems(columns: Mapping[str, str]) -> None:
    """Run the checks that name rows; `columns` gives the file's column of each fact."""
    for check in checks().ruled:
        if check.severity != CheckCount.Severity.STATISTIC:
            said = {
                "of_member": check.about == "member", "column": columns.get(check.column, ""), "code": check.code,
                "severity": check.severity, "sentence": check.sentence, "remedy": check.remedy,
            }  # fmt: skip
            _execute("check_by_rule", said, stage=_STAGES[check.about], when=check.when, said=check.value)


def keep_counts(batch: int, *, interviews: int, members: int) -> None:
    """Keep what every check found, and what each enumerator brought; of how many rows read."""
    CheckCount.objects.filter(batch=batch).delete()
    run_sql("intake", "forget_fieldwork", {"batch": batch})
    for check in checks().ruled:
        if check.severity == CheckCount.Severity.STATISTIC:
            said = {"batch": batch, "code": check.code, "title": check.title, "about": check.about}
            _execute("count_by_rule", said, stage=_STAGES[check.about], when=check.when)
    naming = [one for one in (*checks().ruled, *checks().fixed) if one.severity != CheckCount.Severity.STATISTIC]
    facts = {
        "batch": batch, "interviews": interviews, "members": members,
        "codes": [one.code for one in naming], "titles": [one.title for one in naming],
        "abouts": [one.about for one in naming], "severities": [one.severity for one in naming],
    }  # fmt: skip
    run_sql("intake", "count_problems", facts)
    profiles = [one.code for one in naming if one.code.startswith(PROFILE)]
    run_sql("intake", "keep_fieldwork", {"batch": batch, "profiles": profiles})


def _read(table: Table) -> Check:
    about = table.choice("about", tuple(_STAGES))
    severity = table.choice("severity", tuple(CheckCount.Severity.values))
    check = Check(
        code=table.text("code", pattern=_CODE), about=about, severity=severity,
        title=table.text("title", pattern=r".{1,160}"), when=table.text("when"),
    )  # fmt: skip
    if severity != CheckCount.Severity.STATISTIC:
        column = table.text("column")
        if column not in {**INTERVIEW, **LIVING, **MEMBER}:
            raise table.error("column", f"« {column} » n’est pas un fait connu")
        check = Check(
            check.code, about, severity, check.title, column, check.when, table.text("value"),
            table.text("sentence"), table.text("remedy"),
        )  # fmt: skip
    if about == "enumerator" and severity == CheckCount.Severity.ERROR:
        raise table.error("severity", "Un enquêteur qui s’écarte des autres ne retient pas une fiche")
    table.refuse_others()
    return check


def _fixed(table: Table) -> Iterator[Check]:
    for about in ("interview", "member"):
        inner = table.table(about)
        for severity in ("error", "warning"):
            titles = inner.table(severity)
            for code in list(titles.data):
                yield Check(code, about, severity, titles.text(code, pattern=r".{1,160}"))


def _missing(mapped: list[str]) -> str:
    said = ", ".join(f"h.{name}" for name in mapped)
    return f"num_nulls({said})::float8 / {len(mapped)}" if mapped else "NULL::float8"


def _minimal(mapped: list[str]) -> str:
    """The share of « no » and « none » among the answers that could be one."""
    shortening = {name: "false" if LIVING[name].kind == "boolean" else "0" for name in mapped if _may_shorten(name)}
    if not shortening:
        return "NULL::float8"
    given = f"num_nonnulls({', '.join(f'h.{name}' for name in shortening)})"
    none = " + ".join(f"coalesce((h.{name} = {value})::int, 0)" for name, value in shortening.items())
    return f"({none})::float8 / nullif({given}, 0)"


def _may_shorten(name: str) -> bool:
    return LIVING[name].kind == "boolean" or name in ("cattle", "sheep_goats", "donkeys", "camels", "poultry")


def _execute(name: str, facts: Mapping[str, Any], **parts: str) -> None:
    text = statement("intake", name)
    for part, condition in parts.items():
        text = text.replace("{" + part + "}", condition.replace("%", "%%"))
    with connection.cursor() as cursor:
        cursor.execute(text, dict(facts))
