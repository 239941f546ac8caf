"""Emptying what complaints say of households that are erased: state, days and decision stay, nobody is named."""

from __future__ import annotations

from jigi.foundation.bulk import run_sql
from jigi.foundation.fence import unfenced


@unfenced
def erase() -> int:
    """Empty the complaints of the households and persons marked in `erased_household` and `erased_person`, the
    sensitive ones too, which the erasing act does not see by itself. Returns how many."""
    run_sql("grievances", "erase_notes")
    run_sql("grievances", "erase_acts")
    run_sql("grievances", "erase_recordings")
    return run_sql("grievances", "erase_cases")
