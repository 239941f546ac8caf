"""The rows of the matrix that speak of signals and alerts: the lists, and things that are not there."""

from __future__ import annotations

from tests.access.asks import Ask, _everywhere, _key

NOBODYS = 999_999
SHOCK_ASKS: tuple[Ask, ...] = (
    Ask("shock_values", "signaux", _everywhere("shock_values")),
    Ask("shock_files", "fichiers de signaux", _everywhere("shock_files")),
    Ask("shock_send", "envoyer des signaux (page)", _everywhere("shock_send")),
    Ask("shock_alerts", "alertes reçues", _everywhere("shock_alerts")),
    Ask("shock_alert_send", "prendre une alerte (page)", _everywhere("shock_alert_send")),
    Ask("shock_area", "les signaux d’un lieu qui n’est pas là", _everywhere("shock_area", NOBODYS)),
    Ask("shock_file", "un fichier de signaux qui n’est pas là", _everywhere("shock_file", NOBODYS)),
    Ask("shock_alert", "une alerte qui n’est pas là", _everywhere("shock_alert", NOBODYS)),
    Ask(
        "shock_file_act", "charger un fichier de signaux qui n’est pas là",
        _everywhere("shock_file_act", NOBODYS, "load"), sent=_key(motif="essai"),
    ),
    Ask(
        "shock_alert_withdraw", "retirer une alerte qui n’est pas là",
        _everywhere("shock_alert_withdraw", NOBODYS), sent=_key(motif="essai"),
    ),
)  # fmt: skip
