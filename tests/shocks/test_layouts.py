"""Files as their sources write them: the real Cadre Harmonisé, and the shapes of HDX, ACLED, SAP and floods."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db.models import Sum

from jigi.foundation.errors import InputError
from jigi.foundation.models import User
from jigi.geography.actions import install_gazetteer
from jigi.shocks import actions
from jigi.shocks.catalogue import read_catalogue, signals
from jigi.shocks.layouts import layouts, read_layout
from jigi.shocks.models import SignalProblem, SignalValue
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def loader() -> User:
    install_gazetteer(by=None)
    return make_user("awa", "monitoring_officer")


def load(path: Path, text: str, form: str, by: User) -> list[tuple[str, str, str, str, float]]:
    """Load a text; its values as (signal, place, first day, day of publication, value)."""
    path.write_text(text, encoding="utf-8")
    actions.load(path, form, by=by)
    found = SignalValue.objects.select_related("area").order_by("signal", "area__code", "starts_on")
    return [(v.signal, v.area.code, str(v.starts_on), str(v.published_on), v.value) for v in found]


def test_the_real_cadre_harmonise(loader: User, shared: Path) -> None:
    path = shared / "data/shocks/mali_cadre_harmonise_2014_2019_by_cercle.csv"
    file, _ = actions.load(path, "cadre_harmonise", by=loader)
    assert (file.lines, file.unmatched, file.changed, file.same) == (1274, 0, 0, 0)
    assert file.new == SignalValue.objects.count() == 1272 * 8 + 2  # two lines give a population alone
    projection = SignalValue.objects.filter(
        signal="ch_phase35", starts_on="2018-06-01", ends_on="2018-08-31", published_on="2017-12-31",
        outlook="projected",
    )  # fmt: skip
    # Published by the press as 794,743 persons in phases 3 to 5.
    assert projection.aggregate(persons=Sum("value"))["persons"] == 794_742
    assert set(projection.filter(area__path__startswith="/ML/ML09/").values_list("area__level", flat=True)) == {
        "commune"
    }
    assert SignalValue.objects.filter(status="provisional").count() == 318 * 8 + 1
    crisis = SignalValue.objects.filter(signal="ch_phase", published_on="2018-03-31", outlook="observed", value__gte=3)
    assert sorted(crisis.values_list("area__name", flat=True)) == ["Ménaka", "Ténenkou"]


def test_rain_of_hdx_with_its_line_of_marks(loader: User, tmp_path: Path) -> None:
    text = (
        "date,adm2_id,ADM2_PCODE,n_pixels,rfh,rfh_avg,r1h,r3h,rfq,r1q,r3q,version\n"
        "#date,#adm2+id,#adm2+code,#x,#x,#x,#x,#x,#x,#x,#x,#status\n"
        "2018-07-21,1,ML0105,10,3,4,5,6,80.5,90,,final\n2018-08-01,1,ML0105,10,3,4,5,6,70,,,prelim\n"
    )
    found = load(tmp_path / "a.csv", text, "hdx_rainfall", loader)
    assert found == [
        ("rain_anomaly", "ML0105", "2018-07-21", "2018-08-05", 80.5),
        ("rain_anomaly", "ML0105", "2018-08-01", "2018-08-15", 70.0),
        ("rain_anomaly_1m", "ML0105", "2018-07-21", "2018-08-05", 90.0),
    ]
    assert SignalValue.objects.get(starts_on="2018-08-01").status == "provisional"
    assert SignalValue.objects.get(signal="rain_anomaly_1m").ends_on == date(2018, 7, 31)


def test_vegetation_of_hdx(loader: User, tmp_path: Path) -> None:
    text = "date,adm_level,adm_id,PCODE,n_pixels,vim,vim_avg,viq,version\n2018-09-11,2,9,ML0401,5,.3,.4,75.2,final\n"
    assert load(tmp_path / "a.csv", text, "hdx_ndvi", loader) == [
        ("ndvi_anomaly", "ML0401", "2018-09-11", "2018-09-30", 75.2)
    ]


def test_the_price_of_millet_is_averaged_by_cercle_and_month(loader: User, tmp_path: Path) -> None:
    text = (
        "date,admin1,admin2,market,latitude,longitude,category,commodity,unit,priceflag,pricetype,currency,price\n"
        "2018-05-15,Mopti,Bandiagara,A,,,cereals,Millet,KG,actual,Retail,XOF,200\n"
        "2018-05-15,Mopti,Bandiagara,B,,,cereals,Millet,100 KG,actual,Retail,XOF,25000\n"
        "2018-05-15,Mopti,Bandiagara,B,,,cereals,Rice,KG,actual,Retail,XOF,400\n"
        "2018-05-15,Mopti,Bandiagara,B,,,cereals,Millet,Bunch,actual,Retail,XOF,400\n"
    )
    found = load(tmp_path / "a.csv", text, "wfp_prices", loader)
    assert found == [("price_cereal", "ML0501", "2018-05-01", "2018-06-15", 225.0)]
    assert "n’est pas une unité" in SignalProblem.objects.get(line=5).problem


def test_events_are_counted_by_cercle_and_month(loader: User, tmp_path: Path) -> None:
    text = (
        "event_date,year,event_type,admin1,admin2,latitude,longitude,fatalities\n"
        "05 March 2018,2018,Battles,Mopti,Douentza,15.0,-2.9,3\n"
        "2018-03-28,2018,Battles,Mopti,Douentza,15.0,-2.9,2\n"
        "2018-03-28,2018,Protests,Mopti,Douentza,15.0,-2.9,0\n"
        "2018-03-28,2018,Battles,Mopti,Nulle Part,15.0,-2.9,1\n"
        "2018-03-28,2018,Battles,Kayes,Douentza,15.0,-2.9,1\n"
    )
    found = load(tmp_path / "a.csv", text, "acled", loader)
    assert [one for one in found if one[4]] == [
        ("conflict_deaths", "ML0504", "2018-03-01", "2018-04-07", 5.0),
        ("conflict_events", "ML0504", "2018-03-01", "2018-04-07", 2.0),
    ]
    # Of the region that the file speaks of, the other cercles had none; of other regions it says nothing.
    assert len(found) == 2 * 8 and {one[1][:4] for one in found} == {"ML05"}
    assert [p.line for p in SignalProblem.objects.order_by("line")] == [5, 6]


def test_a_quiet_month_between_two_others_is_none_and_an_event_taken_out_is_none_too(
    loader: User, tmp_path: Path
) -> None:
    head = "event_date,event_type,admin1,admin2,latitude,longitude,fatalities\n"
    march, may, other = (
        f"2018-0{month}-05,Battles,Mopti,{cercle},15.0,-2.9,{deaths}\n"
        for month, cercle, deaths in ((3, "Douentza", 1), (5, "Douentza", "x"), (3, "Bandiagara", 2))
    )

    def events(code: str) -> dict[int, float]:
        held = SignalValue.objects.filter(signal="conflict_events", area__code=code, superseded_by__isnull=True)
        return {value.starts_on.month: value.value for value in held}

    load(tmp_path / "a.csv", head + march + other + may, "acled", loader)
    assert events("ML0504") == {3: 1.0, 4: 0.0, 5: 1.0} and events("ML0501") == {3: 1.0, 4: 0.0, 5: 0.0}
    deaths = SignalValue.objects.filter(signal="conflict_deaths", area__code="ML0504", starts_on="2018-05-01")
    assert not deaths.exists()  # one event, whose deaths can't be read
    load(tmp_path / "b.csv", head + march + may, "acled", loader)
    assert events("ML0501") == {3: 0.0, 4: 0.0, 5: 0.0}
    assert SignalValue.objects.get(signal="conflict_events", area__code="ML0501", version=1, value=1).superseded_by


def test_silence_is_none_only_of_months_published_after_their_end(tmp_path: Path) -> None:
    text = (Path(actions.__file__).parent / "data/layouts/sap.toml").read_text(encoding="utf-8")
    path = tmp_path / "sap.toml"
    path.write_text(text.replace('source = "sap"', 'source = "sap"\nsilence = "cercle"'), encoding="utf-8")
    with pytest.raises(InputError, match="colonne « silence »"):
        read_layout(path)


def test_the_bulletin_of_the_sap_is_read_in_words(loader: User, tmp_path: Path) -> None:
    text = "region;cercle;commune;mois;classe\nMopti;Douentza;;2018-04;Crise alimentaire\nMopti;Douentza;;05/2018;RAS\n"
    assert [(f[1], f[2], f[4]) for f in load(tmp_path / "a.csv", text, "sap", loader)] == [
        ("ML0504", "2018-04-01", 4.0), ("ML0504", "2018-05-01", 0.0),
    ]  # fmt: skip


def test_floods_of_a_place_and_period_add_up(loader: User, tmp_path: Path) -> None:
    text = "region;cercle;commune;du;au;sinistres;etat\n" + "Mopti;Djenné;;02/08/2018;09/08/2018;1 200;provisoire\n" * 2
    assert load(tmp_path / "a.csv", text, "floods", loader) == [
        ("flood_affected", "ML0503", "2018-08-02", "2018-08-12", 2400.0)
    ]


def test_codes_of_another_division_follow_its_successions(loader: User, tmp_path: Path) -> None:
    lines = (f"ch_phase;{code};2024-01-01;2024-05-31;2\n" for code in ("ML-R19-06", "ML-R01"))
    text = "signal;code;du;au;valeur\n" + "".join(lines)
    found = load(tmp_path / "a.csv", text, "jigi", loader)
    assert [place for _, place, *_ in found] == ["ML0505"]
    problem = SignalProblem.objects.get()
    assert problem.line == 3 and "divisé ou regroupé" in problem.problem


def test_every_layout_reads_signals_of_the_catalogue() -> None:
    assert set(layouts()) == {
        "cadre_harmonise", "hdx_rainfall", "hdx_ndvi", "wfp_prices", "acled", "floods", "sap", "jigi",
    }  # fmt: skip
    assert {value.signal for one in layouts().values() for value in one.values} - {""} <= set(signals())
    assert signals()["sap_class"].label(4) == "crise alimentaire" and signals()["ch_phase"].label(1) == "minimale"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('kind = "count"', 'kind = "sum"', "ligne 13.*inconnu"),
        ("maximum = 100000000", "maximum = 0", "ligne 17.*au-dessus"),
        ('unit = "personnes"', "", "Il manque « unit »"),
        ('worse = "neither"', 'worse = "neither"\nbetter = 1', "inconnue"),
    ],
)  # fmt: skip
def test_a_mistake_of_the_catalogue_is_said_with_its_line(tmp_path: Path, before: str, after: str, said: str) -> None:
    text = (Path(actions.__file__).parent / "data/signals.toml").read_text(encoding="utf-8")
    path = tmp_path / "signals.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_catalogue(path)


def test_a_mistake_of_a_layout_is_said_with_its_line(tmp_path: Path) -> None:
    text = (Path(actions.__file__).parent / "data/layouts/sap.toml").read_text(encoding="utf-8")
    path = tmp_path / "sap.toml"
    path.write_text(text.replace("sap_class", "sap_classe"), encoding="utf-8")
    with pytest.raises(InputError, match=r"colonne « signal ».*inconnu"):
        read_layout(path)
