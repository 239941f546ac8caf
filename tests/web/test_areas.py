"""Places: counted as far as one may see, found by the name one hears, in each division of the country."""

from __future__ import annotations

from datetime import date

from django.test import Client

from jigi.foundation.models import User
from jigi.geography.models import Area, AreaSuccession, AreaVersion
from tests.factories import Areas, make_component, make_enrolments, make_households, make_user


def _row(client: Client, page: str, name: str) -> list[str]:
    """The cells of a place in the exported table of another."""
    text = b"".join(client.get(f"{page}?format=csv").streaming_content).decode()
    return next(line.split(";") for line in text.splitlines() if f";{name};" in line)


def test_the_country_is_the_first_page(client: Client, areas: Areas) -> None:
    client.force_login(make_user("awa"))
    assert client.get("/lieux/").url == "/lieux/COD2019/ML/"


def test_an_empty_gazetteer_says_so(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("rien", full_name="Rien"))
    assert "Aucun lieu n’est encore chargé" in client.get("/lieux/").content.decode()


def test_figures_add_up_from_the_village_to_the_country(client: Client, areas: Areas) -> None:
    households = make_households(7, areas.villages[0]) + make_households(2, areas.villages[1], prefix="b")
    make_enrolments(make_component(areas.communes), households[:3])
    client.force_login(make_user("moussa", "auditor"))
    village = _row(client, "/lieux/COD2019/ML010501/", "Village fictif 1")
    assert village[3:6] == ["7", "21", "3"]
    for page, part in (("ML0105", "commune ML010501"), ("ML01", "cercle ML0105"), ("ML", "region ML01")):
        assert _row(client, f"/lieux/COD2019/{page}/", part)[3:6] == ["9", "27", "3"]


def test_another_commune_s_figures_are_not_shown(client: Client, areas: Areas) -> None:
    make_households(5, areas.villages[0])
    make_households(4, areas.villages[2], prefix="b")
    client.force_login(make_user("kadi", "social_officer", areas.communes[0]))
    assert _row(client, "/lieux/COD2019/ML0105/", "commune ML010501")[3] == "5"
    assert _row(client, "/lieux/COD2019/ML0105/", "commune ML010502")[3] == ""
    assert _row(client, "/lieux/COD2019/ML010502/", "Village fictif 1")[3] == ""
    assert _row(client, "/lieux/COD2019/ML/", "region ML01")[3] == "5"


def test_each_figure_has_its_own_right(client: Client, areas: Areas) -> None:
    make_enrolments(make_component(areas.communes), make_households(5, areas.villages[0]))
    client.force_login(make_user("oumar", "treasurer"))
    assert _row(client, "/lieux/COD2019/ML0105/", "commune ML010501")[3:6] == ["", "", "5"]


def test_a_place_is_found_by_the_name_heard(client: Client, areas: Areas) -> None:
    Area.objects.filter(code="ML010501").update(name="Ouéléssébougou")
    client.force_login(make_user("awa"))
    assert client.get("/lieux/?q=welesebugu").url == "/lieux/COD2019/ML010501/"
    assert "Aucun lieu ne porte ce nom" in client.get("/lieux/?q=Tombouctou").content.decode()


def test_a_place_shows_what_it_became(client: Client, areas: Areas) -> None:
    later = AreaVersion.objects.create(code="LOI2023", name="2023", valid_from=date(2023, 3, 13), source="essai")
    country = Area.objects.create(version=later, code="ML", name="Mali", level="country", path="/ML/")
    cercle = Area.objects.create(
        version=later, code="X1", name="Yélimané", level="region", parent=country, path="/ML/X1/"
    )
    AreaSuccession.objects.create(predecessor=areas.cercle, successor=cercle, kind="promoted", source="essai")
    client.force_login(make_user("awa", area=areas.country))
    assert 'href="/lieux/LOI2023/X1/"' in client.get("/lieux/COD2019/ML0105/").content.decode()
    assert 'href="/lieux/COD2019/ML0105/"' in client.get("/lieux/LOI2023/X1/").content.decode()


def test_the_map_links_to_the_parts(client: Client, areas: Areas) -> None:
    client.force_login(make_user("awa"))
    page = client.get("/lieux/COD2019/ML0105/").content.decode()
    drawing = page[page.index("<svg class=") : page.index("</svg>", page.index("<svg class="))]
    assert 'href="/lieux/COD2019/ML010501/"' in drawing
