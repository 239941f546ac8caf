"""The fiches that one sent oneself, from a browser or from a phone, and what became of each."""

from __future__ import annotations

from jigi.intake.models import Submission
from jigi.web.forms.listing import fiche_chip
from jigi.web.listing import Column, Filter, Listing

SENT = Listing(
    noun=("fiche", "fiches"),
    file_name="mes-fiches",
    columns=(
        Column("questionnaire", "Questionnaire", lambda s: s.form_version.form.title),
        Column("quand", "Reçue le", lambda s: s.received_at, kind="moment", sort="id"),
        Column("etat", "État", lambda s: s.get_status_display(), cell=fiche_chip),
        Column("pieces", "Pièces jointes", lambda s: s.files, kind="number"),
        Column("appareil", "Appareil", lambda s: s.device),
        Column("fiche", "Numéro", lambda s: s.instance_id, on_screen=False),
    ),
    order="-quand",
    filters=(Filter("etat", "État", lambda found, code: found.filter(status=code), Submission.Status.choices),),
    empty="Le serveur n’a encore reçu aucune fiche de vous. Celles qui attendent sont sur l’appareil : « Remplir ».",
)
