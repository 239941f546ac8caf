"""Which adapter reads what an agency sent, by what is agreed with it; what the file says beside its answers is kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from jigi.foundation.bulk import run_sql
from jigi.foundation.clear import clear_folder
from jigi.payments.adapters import files_in, files_seal, iso20022_groups, iso20022_in
from jigi.payments.adapters.channel_file import read_channel
from jigi.payments.incoming import Answers, Notice
from jigi.payments.models import AgencyChannel, ReturnFile, ReturnNotice
from jigi.programmes.models import Agency

_MARK = b"\xef\xbb\xbf"
MOST_NOTICES = 200


def spoken(path: Path, agency: Agency, held: ExitStack) -> Answers | None:
    """The answers of a file in the form agreed with its agency; None when none is: it is read as any table.

    What was sealed stands in clear in a folder that goes when `held` is closed.

    Raises InputError when the file is not of that form, or is hostile.
    """
    channel = AgencyChannel.objects.filter(agency=agency).first()
    if channel is None:
        return None
    if channel.kind == AgencyChannel.Kind.ISO20022 and _is_markup(path):
        numbers = frozenset(channel.accounts.values_list("number", flat=True))
        return iso20022_in.Answers(path, partial(iso20022_groups.orders_of, agency), numbers)
    if channel.kind == AgencyChannel.Kind.FILES:
        files = read_channel(channel.said, channel.file_name).files
        assert files is not None
        folder = held.enter_context(clear_folder("retour"))
        return files_in.Answers(files_seal.opened(path, folder, files.seal, channel), path.name, files.returns)
    return None


def keep(taken: ReturnFile, notices: Sequence[Notice]) -> None:
    """Keep what a file says beside its answers; what a device paid after another had becomes an exception."""
    run_sql("payments", "site_doubles", {"file": taken.pk})
    shown = list(notices[:MOST_NOTICES])
    if len(notices) > MOST_NOTICES:
        shown.append(Notice("other", f"Et {len(notices) - MOST_NOTICES} autres remarques"))
    ReturnNotice.objects.bulk_create(
        ReturnNotice(return_file=taken, kind=one.kind, said=one.said[:300]) for one in shown
    )


def _is_markup(path: Path) -> bool:
    """Whether a file is XML, or an archive of it: its adapter then says what is wrong."""
    try:
        with path.open("rb") as file:
            head = file.read(64).removeprefix(_MARK).lstrip()
    except OSError:
        return False
    workbook = path.suffix.lower() in (".xlsx", ".csv", ".txt")
    return head.startswith((b"<", b"\xff\xfe", b"\xfe\xff", b"\x00<")) or (head.startswith(b"PK") and not workbook)
