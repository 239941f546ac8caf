"""The rows of the matrix that speak of the public portal: everybody reads it."""

from __future__ import annotations

from tests.access.asks import Ask, _everywhere

PORTAL_ASKS: tuple[Ask, ...] = (
    Ask("home", "page publique", _everywhere("home"), anonymous=True),
    Ask("portal_places", "où le programme travaille", _everywhere("portal_places"), anonymous=True),
    Ask("portal_place", "un lieu qui n’est pas publié", _everywhere("portal_place", "ML99"), anonymous=True),
    Ask("portal_chosen", "comment un ménage est choisi", _everywhere("portal_chosen"), anonymous=True),
    Ask("portal_results", "résultats et financements publics", _everywhere("portal_results"), anonymous=True),
    Ask("portal_documents", "documents publics", _everywhere("portal_documents"), anonymous=True),
    Ask("portal_contacts", "contacts", _everywhere("portal_contacts"), anonymous=True),
    Ask("portal_data", "données ouvertes", _everywhere("portal_data"), anonymous=True),
    Ask("portal_csv", "données ouvertes en CSV", _everywhere("portal_csv"), anonymous=True),
    Ask("portal_hxl", "données ouvertes en HXL", _everywhere("portal_hxl"), anonymous=True),
    Ask("portal_json", "données ouvertes en JSON", _everywhere("portal_json"), anonymous=True),
    Ask("portal_dictionary", "dictionnaire des données ouvertes", _everywhere("portal_dictionary"), anonymous=True),
    Ask("portal_ask", "demander si l’on est inscrit (page)", _everywhere("portal_ask"), anonymous=True),
)
