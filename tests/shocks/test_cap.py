"""CAP messages: read as the standard orders, hostile ones refused, replaced, cancelled and told to the signal."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent, User
from jigi.geography.models import Boundary
from jigi.shocks import alerts
from jigi.shocks.cap import NAMESPACES, parse
from jigi.shocks.models import Alert, SignalValue
from tests.factories import Areas, make_user

SENT = "2018-08-01T06:00:00+00:00"
CODED = "<geocode><valueName>PCODE</valueName><value>{}</value></geocode>"


def message(
    identifier: str = "A1", *, kind: str = "Alert", sent: str = SENT, status: str = "Actual", severity: str = "Severe",
    references: str = "", places: str = CODED.format("ML010501"), expires: str = "2018-08-04T00:00:00+00:00",
    onset: str = "", desc: str = "Rive du fleuve",
) -> bytes:  # fmt: skip
    refs = f"<references>{references}</references>" if references else ""
    onset = f"<onset>{onset}</onset>" if onset else ""
    expires = f"<expires>{expires}</expires>" if expires else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{NAMESPACES[1]}"><identifier>{identifier}</identifier><sender>mali-meteo</sender><sent>{sent}</sent>
<status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>{refs}
<info><language>fr</language><category>Met</category><event>Crue</event><urgency>Expected</urgency>
<severity>{severity}</severity><certainty>Likely</certainty>{onset}{expires}<headline>Crue du Niger</headline>
<area><areaDesc>{desc}</areaDesc>{places}</area></info></alert>""".encode()


def naming(identifier: str = "A1", sent: str = SENT) -> str:
    return f"mali-meteo,{identifier},{sent}"


def told() -> list[tuple[str, str, str, float]]:
    """What triggers see: place, first day, day of publication, gravity; the versions in force."""
    found = SignalValue.objects.filter(signal="alert_severity", superseded_by__isnull=True).select_related("area")
    rows = found.order_by("published_on", "area__code", "starts_on")
    return [(v.area.code, str(v.starts_on), str(v.published_on), v.value) for v in rows]


def test_an_alert_is_told_to_the_signal(take: Any) -> None:
    alert = take(onset="2018-08-02T00:00:00+00:00")
    assert str(alert) == "Crue du Niger" and alert.places.get().how == "geocode"
    assert told() == [("ML010501", "2018-08-02", "2018-08-01", 3.0)]
    value = SignalValue.objects.get()
    assert (value.ends_on, value.alert, value.source) == (date(2018, 8, 4), alert, "cap")


def test_the_same_message_twice_is_one_alert(take: Any) -> None:
    assert take() == take() and SignalValue.objects.count() == 1
    with pytest.raises(InputError, match="porte déjà cet émetteur"):
        take(severity="Extreme")


def test_an_update_replaces_and_leaves_nothing_where_it_no_longer_speaks(take: Any) -> None:
    first = take(places=CODED.format("ML010501") + CODED.format("ML010502"))
    later = take("A2", kind="Update", sent="2018-08-02T06:00:00+00:00", severity="Extreme", references=naming())
    first.refresh_from_db()
    assert first.replaced_by == later
    # The update is of 2 August: the days of the first are told too, as they now are.
    assert [row for row in told() if row[2] == "2018-08-02"] == [
        ("ML010501", "2018-08-01", "2018-08-02", 4.0), ("ML010501", "2018-08-02", "2018-08-02", 4.0),
        ("ML010502", "2018-08-01", "2018-08-02", 0.0),
    ]  # fmt: skip


def test_a_cancel_tells_zero(take: Any) -> None:
    take()
    take("A2", kind="Cancel", sent="2018-08-02T06:00:00+00:00", references=naming(), onset=SENT)
    assert told()[-1] == ("ML010501", "2018-08-01", "2018-08-02", 0.0)
    assert not Alert.objects.filter(alerts.in_force()).exists()


def test_a_cancel_leaves_the_other_alert_of_the_place(take: Any) -> None:
    take(severity="Minor")
    take("B1", severity="Extreme")
    take("B2", kind="Cancel", sent="2018-08-02T06:00:00+00:00", references=naming("B1"), onset=SENT)
    assert told()[-1] == ("ML010501", "2018-08-01", "2018-08-02", 1.0)


def test_a_message_that_comes_after_its_cancel_is_replaced_at_once(take: Any) -> None:
    cancel = take("A2", kind="Cancel", sent="2018-08-02T06:00:00+00:00", references=naming())
    assert take().replaced_by == cancel and {row[3] for row in told()} == {0.0}


@pytest.mark.parametrize("status", ["Exercise", "Test", "System", "Draft"])
def test_what_is_not_real_warns_nobody(take: Any, status: str) -> None:
    take(status=status)
    assert told() == [] and not Alert.objects.filter(alerts.in_force()).exists()


def test_an_exercise_cancels_nothing_real(take: Any) -> None:
    take()
    take("A2", kind="Cancel", status="Exercise", sent="2018-08-02T06:00:00+00:00", references=naming())
    assert told() == [("ML010501", "2018-08-01", "2018-08-01", 3.0)]


def test_an_alert_taken_by_mistake_is_withdrawn(take: Any, officer: User) -> None:
    first = take()
    later = take("A2", kind="Cancel", sent="2018-08-02T06:00:00+00:00", references=naming(), onset=SENT)
    alerts.withdraw(later, reason="faux message", by=officer)
    first.refresh_from_db()
    assert first.replaced_by is None and told()[-1][3] == 3.0
    assert AuditEvent.objects.get(verb="withdraw").reason == "faux message"
    with pytest.raises(Refused, match="déjà retirée"):
        alerts.withdraw(later, reason="faux message", by=officer)


def test_who_may_not_load_takes_no_alert(areas: Areas, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(message())
    with pytest.raises(Refused):
        alerts.take(tmp_path / "a.xml", by=make_user("moussa", "auditor"))


def test_a_polygon_covers_by_centre_then_by_outline(take: Any, areas: Areas) -> None:
    one, other = areas.communes
    type(one).objects.filter(pk=one.pk).update(longitude=-4.0, latitude=14.0, area_km2=100)
    type(one).objects.filter(pk=other.pk).update(longitude=-6.0, latitude=14.0, area_km2=100)
    drawn = "<polygon>13.5,-4.5 13.5,-3.5 14.5,-3.5 14.5,-4.5 13.5,-4.5</polygon>"
    assert [(p.area, p.how) for p in take(places=drawn).places.all()] == [(one, "polygon")]
    square = [[[[-7, 13.6], [-4.4, 13.6], [-4.4, 15], [-7, 15], [-7, 13.6]]]]
    Boundary.objects.create(area=other, coordinates=square, source="essai")
    assert {p.area for p in take("A2", places=drawn).places.all()} == {one, other}


def test_a_circle_covers_the_communes_it_meets(take: Any, areas: Areas) -> None:
    one = areas.communes[0]
    type(one).objects.filter(pk=one.pk).update(longitude=-4.0, latitude=14.0, area_km2=314)
    near, far = "<circle>14.0,-4.2 15</circle>", "<circle>14.0,-5.0 15</circle>"
    assert [p.area for p in take(places=near).places.all()] == [one]
    assert [(p.area, p.said) for p in take("A2", places=far).places.all()] == [(None, "Rive du fleuve")]


def test_a_strip_across_a_commune_covers_it(take: Any, areas: Areas) -> None:
    one = areas.communes[0]
    type(one).objects.filter(pk=one.pk).update(longitude=-4.0, latitude=14.4, area_km2=100)
    square = [[[[-5, 13.5], [-3, 13.5], [-3, 14.5], [-5, 14.5], [-5, 13.5]]]]
    Boundary.objects.create(area=one, coordinates=square, source="essai")
    # Neither has a corner, or its centre, within the other.
    strip = "<polygon>13.9,-6 13.9,-2 14.0,-2 14.0,-6 13.9,-6</polygon>"
    assert [(p.area, p.how) for p in take(places=strip).places.all()] == [(one, "polygon")]
    beside = "<polygon>14.6,-6 14.6,-2 14.7,-2 14.7,-6 14.6,-6</polygon>"
    assert [p.area for p in take("A2", places=beside).places.all()] == [None]
    near, far = "<circle>14.6,-4.6 12</circle>", "<circle>14.6,-4.6 11</circle>"  # 11.12 km from the northern side
    assert [p.area for p in take("A3", places=near).places.all()] == [one]
    assert [p.area for p in take("A4", places=far).places.all()] == [None]


def test_the_edge_of_a_polygon_meets_a_commune_that_is_only_a_centre(take: Any, areas: Areas) -> None:
    one = areas.communes[0]
    type(one).objects.filter(pk=one.pk).update(longitude=-4.0, latitude=14.0, area_km2=314)
    drawn = "<polygon>14.0{0} 15.5,-3 15.5,-5 14.0{1} 14.0{0}</polygon>"
    edge = drawn.format("8,-3", "8,-5")  # 8.9 km away from the centre of a commune of 10 km
    assert [p.area for p in take(places=edge).places.all()] == [one]
    farther = edge.replace("14.08", "14.10")
    assert [p.area for p in take("A2", places=farther).places.all()] == [None]


def test_codes_and_outlines_of_a_zone_add_up_and_an_unknown_code_is_said(take: Any, areas: Areas) -> None:
    one, other = areas.communes
    type(one).objects.filter(pk=one.pk).update(longitude=-4.0, latitude=14.0, area_km2=100)
    type(one).objects.filter(pk=other.pk).update(longitude=-6.0, latitude=14.0, area_km2=100)
    drawn = "<polygon>13.5,-6.5 13.5,-3.5 14.5,-3.5 14.5,-6.5 13.5,-6.5</polygon>"
    places = take(places=drawn + CODED.format(one.code) + CODED.format("XX99")).places.all()
    assert {(p.area, p.how) for p in places} == {(one, "geocode"), (other, "polygon"), (None, "")}
    assert any("code XX99 inconnu" in p.said for p in places)
    whole = take("A2", places=drawn + CODED.format("ML0105")).places.all()
    assert [(p.area, p.how) for p in whole] == [(areas.cercle, "geocode")]


def test_a_place_is_found_by_its_name_at_last(take: Any, areas: Areas) -> None:
    alert = take(places="", desc="Cercle ML0105; ailleurs")
    assert [(p.area, p.how) for p in alert.places.all()] in ([(areas.cercle, "name")], [(None, "")])


HOSTILE = b"""<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HOSTILE + message().split(b"?>", 1)[1].replace(b"Crue du", b"&xxe; du"), "DTD ou des entit"),
        (b'<!DOCTYPE a [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><a>&c;</a>', "DTD ou des entit"),
        (message().decode().replace("UTF-8", "UTF-16").encode("utf-16"), "DTD ou des entit"),
        (b"", "est vide"),
        (b"<alert>", "bien form"),
        (b"<rss/>", "pas un message CAP"),
        (message(severity="Grave"), r"ligne 5, colonne « severity ».*pas un mot de la norme"),
        (message(sent="2018-08-01 06:00"), "pas un moment"),
        (message(kind="Cancel"), "doit dire quel message"),
        (message(references="A1"), "metteur,identifiant,moment"),
        (message(places="<polygon>1,2 3,4 1,2</polygon>"), "moins de quatre points"),
        (message(places="<circle>100,2 5</circle>"), "pas un point"),
        (message().replace(b"<scope>Public</scope>", b""), r"ligne 4, colonne « scope » : Il manque"),
        (message().replace(b"<scope>", b"<scope><b/>"), "que du texte"),
        (message("A 1"), "un espace"),
    ],
)
def test_an_unsound_message_is_refused_with_its_reason(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse(content)


@pytest.fixture(scope="module")
def schema(shared: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared / "specs/cap/schema/cap12.xsd"))


def sound(content: bytes) -> bool:
    try:
        parse(content)
    except InputError:
        return False
    return True


def test_the_samples_are_judged_as_the_published_schema_does(shared: Path, schema: etree.XMLSchema) -> None:
    for path in sorted((shared / "specs/cap/testdata").glob("*.cap")):
        content = path.read_bytes().replace(NAMESPACES[0].encode(), NAMESPACES[1].encode())
        assert sound(content) == schema.validate(etree.fromstring(content)), path.name
    assert sound((shared / "specs/cap/testdata/weather.cap").read_bytes())


@given(st.data())
def test_a_changed_message_is_judged_as_the_published_schema_does(schema: etree.XMLSchema, data: st.DataObject) -> None:
    root = etree.fromstring(message(references=naming()))
    elements = [one for one in root.iter() if one is not root]
    one, other = data.draw(st.sampled_from(elements)), data.draw(st.sampled_from(elements))
    match data.draw(st.sampled_from(["remove", "repeat", "swap", "word", "attribute", "text"])):
        case "remove":
            one.getparent().remove(one)
        case "repeat":
            one.addnext(etree.fromstring(etree.tostring(one)))
        case "swap":
            one.tag, other.tag = other.tag, one.tag
        case "word":
            one.text = data.draw(
                st.sampled_from(["Actual", "Alert", "Public", SENT, "2018-13-01T00:00:00+00:00", "fr"])
            )
        case "attribute":
            one.set("lang", "fr")
        case "text":
            one.tail = "et puis"
    content = etree.tostring(root)
    # Beyond the schema, the standard forbids what would make an identity ambiguous, and asks for a whole reference.
    assert schema.validate(root) or not sound(content)
    if not schema.validate(root):
        return
    try:
        parse(content)
    except InputError as error:
        assert error.column in ("identifier", "sender", "references", "polygon", "circle")
