"""The Coordinator's yearly statement, built from one snapshot: what each figure is and where it comes from is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from jigi.drawing.chart import Bar, bars_chart
from jigi.drawing.map import MapFeature, draw_map
from jigi.drawing.outline import rough_outline
from jigi.foundation.fence import unfenced
from jigi.foundation.money import NARROW_SPACE, format_xof, spaced
from jigi.foundation.periods import french_date
from jigi.geography.models import Area, Boundary
from jigi.geography.polygons import MultiPolygon
from jigi.results.document import Block, Document, Drawing, Heading, Piece, grid, paragraph
from jigi.results.framework import framework
from jigi.results.models import Snapshot, Value
from jigi.results.queries import agreement_names
from jigi.results.rules import DIMENSIONS, LEVELS, UNKNOWN, Indicator

KINDS = {
    "regular": "Transferts monétaires (TM)",
    "emergency": "Transferts d’urgence",
    "sessions": "Mesures d’accompagnement (MA)",
    "nutrition": "Paquet nutritionnel préventif (PNP)",
    "works": "Travaux (HIMO)",
    "grants": "Subventions (AGR)",
}
NOTHING = "—"
CHART_WIDTH = 560


def written(indicator: Indicator, value: float | None) -> str:
    """A value as French readers write it: « 17 240 », « 23 580 000 FCFA », « 85,6 % »."""
    if value is None:
        return NOTHING
    if indicator.is_percentage:
        return f"{100 * value:.1f}".replace(".", ",") + f"{NARROW_SPACE}%"
    if indicator.unit == "FCFA":
        return format_xof(round(value))
    whole, tenth = f"{value:.1f}".split(".")
    return spaced(int(whole)) if tenth == "0" else f"{spaced(int(whole))},{tenth}"


@dataclass
class _Book:
    """The figures of the snapshot, and the notes of those that were shown."""

    snapshot: Snapshot
    values: dict[tuple[str, str, int | None, str, str, str, str, str], Value]
    notes: list[Value] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)

    def find(self, code: str, dimension: str = "", *, area: int | None = None, **key: str) -> Value | None:
        told = [key.get(name, "") for name in ("kind", "agreement", "sex", "band", "quarter")]
        return self.values.get((code, dimension, area, *told))  # type: ignore[arg-type]

    def all(self, code: str, dimension: str) -> list[Value]:
        return [one for one in self.values.values() if one.indicator == code and one.dimension == dimension]

    def piece(self, value: Value | None) -> Piece:
        """The figure with its note; a dash when nothing was counted. « repris » when a file gave it."""
        if value is None or (value.rows == 0 and not value.loaded):
            return Piece(NOTHING)
        number = self.numbers.get(value.pk)
        if number is None:
            self.notes.append(value)
            number = self.numbers[value.pk] = len(self.notes)
        text = written(framework().indicators[value.indicator], value.value)
        return Piece(f"{text} (repris)" if value.loaded else text, (number,))

    def told(self, code: str, dimension: str = "", *, area: int | None = None, **key: str) -> Piece:
        return self.piece(self.find(code, dimension, area=area, **key))


@unfenced
def statement(snapshot: Snapshot) -> Document:
    """The statement of the snapshot's year."""
    book = _book(snapshot)
    blocks: list[Block] = [
        *_brief(book),
        *_components(book),
        *_money(book),
        *_regions(book),
        *_accompanied(book),
        *_emergency(book),
        *_register(book),
        *_quality(book),
    ]
    blocks += [*_comments(snapshot), *_sources(book), *_definitions(book)]
    signed = getattr(snapshot, "signature", None)
    facts = (
        f"Du {french_date(snapshot.since)} au {french_date(snapshot.until)}",
        f"Instantané n° {snapshot.pk}, calculé le {french_date(timezone.localtime(snapshot.taken_at).date())}"
        f" par {snapshot.taken_by}",
        f"Signé le {french_date(timezone.localtime(signed.at).date())} par {signed.by} : {signed.said}"
        if signed
        else "Projet : cet instantané n’est pas signé",
        f"Empreinte {snapshot.digest}",
    )
    return Document(
        f"Situation annuelle {snapshot.year}",
        framework().title,
        facts,
        f"Situation annuelle {snapshot.year} · instantané n° {snapshot.pk} · empreinte {snapshot.digest[:12]}",
        tuple(blocks),
    )


def _book(snapshot: Snapshot) -> _Book:
    known = framework().indicators
    wanted = [name for name in DIMENSIONS if name not in ("commune", "commune_quarter")]
    values = snapshot.values.filter(dimension__in=wanted, indicator__in=known).select_related("area").order_by("pk")
    return _Book(
        snapshot,
        {
            (one.indicator, one.dimension, one.area_id, one.kind, one.agreement, one.sex, one.band, one.quarter): one
            for one in values
        },
    )


def _brief(book: _Book) -> list[Block]:
    rows: list[Sequence[str | Piece]] = []
    for indicator in framework().indicators.values():
        if indicator.level == "statement":
            continue
        target = indicator.target(book.snapshot.year)
        rows.append(
            (
                indicator.name,
                book.told(indicator.code),
                written(indicator, target.value) if target else NOTHING,
            )
        )
    return [
        Heading("En bref"),
        paragraph(
            f"Ce document tient les chiffres de l’instantané n° {book.snapshot.pk}. Le numéro en exposant renvoie à"
            " l’annexe, qui dit l’indicateur, le jour et la requête. Un tiret dit que rien n’a été compté."
        ),
        grid("Cadre de résultats", ("Indicateur", "Valeur", "Cible de l’année"), rows),
    ]


def _components(book: _Book) -> list[Block]:
    rows = [
        (
            KINDS[kind],
            book.told("menages_servis", "kind", kind=kind),
            book.told("beneficiaires", "kind", kind=kind),
            book.told("communes_servies", "kind", kind=kind),
            book.told("francs_verses", "kind", kind=kind),
        )
        for kind in KINDS
    ]
    whole = (
        "Ensemble, chacun compté une fois",
        book.told("menages_servis"),
        book.told("beneficiaires"),
        book.told("communes_servies"),
        book.told("francs_verses"),
    )
    bars = _bars(book, "menages_servis", "kind", lambda one: KINDS.get(one.kind, one.kind))
    return [
        Heading("Ménages et personnes par composante"),
        grid("", ("Composante", "Ménages", "Personnes", "Communes", "Francs versés"), [*rows, whole]),
        *_chart("Ménages servis par composante", bars, "ménages"),
    ]


def _money(book: _Book) -> list[Block]:
    codes = {one.agreement for name in ("francs_verses", "financement") for one in book.all(name, "agreement")}
    names = agreement_names(codes)
    rows: list[Sequence[str | Piece]] = [
        (
            names[code] if code != UNKNOWN else "non connue",
            book.told("financement", "agreement", agreement=code),
            book.told("francs_verses", "agreement", agreement=code),
        )
        for code in sorted(codes)
    ]
    crossed = [
        (KINDS.get(one.kind, one.kind), names.get(one.agreement, one.agreement), book.piece(one))
        for one in sorted(book.all("francs_verses", "kind_agreement"), key=lambda one: (one.kind, one.agreement))
    ]
    bars = _bars(book, "francs_verses", "agreement", lambda one: names.get(one.agreement, one.agreement), scale=1e6)
    found: list[Block] = [
        Heading("Francs par financement"),
        grid(
            "",
            ("Convention", "Accordé depuis le début", "Versé dans l’année"),
            [*rows, ("Ensemble", book.told("financement"), book.told("francs_verses"))],
        ),
    ]
    if crossed:
        found.append(grid("Par composante et convention", ("Composante", "Convention", "Versé"), crossed))
    return [*found, *_chart("Millions de FCFA versés par convention", bars, "millions de FCFA")]


def _regions(book: _Book) -> list[Block]:
    names = ("menages_servis", "menages_transferts", "beneficiaires", "francs_verses", "menages_rsu")
    areas = {one.area_id: one.area for name in names for one in book.all(name, "region") if one.area}
    if not areas:
        return []
    rows: list[Sequence[str | Piece]] = [
        (area.name, *(book.told(name, "region", area=pk) for name in names))
        for pk, area in sorted(areas.items(), key=lambda pair: (pair[1].name, pair[0]))
    ]
    headers = ("Région", "Ménages servis", "Dont transferts", "Personnes", "Francs versés", "Ménages au RSU")
    return [
        Heading("Régions"),
        grid("", headers, rows),
        Drawing("Ménages servis par région", _map(book, list(areas.values()))),
    ]


def _map(book: _Book, areas: list[Area]) -> str:
    """The regions of the country where the first one stands: filled when their limits are loaded, circles before."""
    version = areas[0].version_id
    shown = list(Area.objects.filter(version=version, level=Area.Level.REGION).order_by("code"))
    shapes = dict(Boundary.objects.filter(area__in=shown).values_list("area_id", "coordinates"))
    features = []
    for area in shown:
        value = book.find("menages_servis", "region", area=area.pk)
        features.append(
            MapFeature(
                area.name,
                float(value.numerator) if value else None,
                "",
                area.longitude,
                area.latitude,
                shapes.get(area.pk),
            )
        )
    filled = all(feature.shape for feature in features)
    ground = [] if filled else _ground(version)
    return draw_map(
        features,
        title="Ménages servis par région",
        unit="ménages",
        ground=ground,
        width=CHART_WIDTH,
        shapes=filled,
        standalone=True,
    )


def _ground(version: int) -> list[MultiPolygon]:
    """The limits of the country; until they are loaded, a rough outline from the centres of its communes."""
    of_country = Boundary.objects.filter(area__version=version, area__level=Area.Level.COUNTRY)
    if loaded := list(of_country.values_list("coordinates", flat=True)):
        return loaded
    communes = Area.objects.filter(
        version=version,
        level=Area.Level.COMMUNE,
        longitude__isnull=False,
        latitude__isnull=False,
        area_km2__isnull=False,
    )
    rows = communes.values_list("longitude", "latitude", "area_km2")
    outline = rough_outline([(east or 0, north or 0, km2 or 0) for east, north, km2 in rows])
    return [outline] if outline else []


def _accompanied(book: _Book) -> list[Block]:
    return [
        Heading("Accompagnement, nutrition, travaux, subventions"),
        paragraph(
            "Séances (MA) : ",
            book.told("menages_servis", "kind", kind="sessions"),
            " ménages reçus ; ",
            book.told("respect_ma"),
            " des ménages examinés ont rempli leur condition d’assiduité.",
        ),
        paragraph(
            "Nutrition (PNP) : ",
            book.told("personnes_pnp"),
            " personnes ont reçu une ration, dont ",
            book.told("enfants_pnp"),
            " enfants.",
        ),
        paragraph(
            "Travaux (HIMO) : ",
            book.told("chantiers"),
            " chantiers, ",
            book.told("travailleurs"),
            " travailleurs, ",
            book.told("jours_travail"),
            " journées, dont ",
            book.told("part_femmes_travail"),
            " faites par des femmes ; ",
            book.told("francs_verses", "kind", kind="works"),
            " de salaires versés.",
        ),
        paragraph(
            "Subventions (AGR) : ",
            book.told("menages_servis", "kind", kind="grants"),
            " ménages, ",
            book.told("francs_verses", "kind", kind="grants"),
            " versés.",
        ),
    ]


def _emergency(book: _Book) -> list[Block]:
    found: list[Block] = [
        Heading("Urgence"),
        paragraph(
            book.told("menages_servis", "kind", kind="emergency"),
            " ménages ont reçu un transfert d’urgence, pour ",
            book.told("francs_verses", "kind", kind="emergency"),
            ".",
        ),
    ]
    lines = [one for one in book.all("francs_verses", "region_kind") if one.kind == "emergency" and one.area]
    if lines:
        found.append(
            grid(
                "",
                ("Région", "Ménages", "Francs versés"),
                [
                    (
                        one.area.name if one.area else "",
                        book.told("menages_servis", "region_kind", area=one.area_id, kind="emergency"),
                        book.piece(one),
                    )
                    for one in sorted(lines, key=lambda one: one.area.name if one.area else "")
                ],
            )
        )
    return found


def _register(book: _Book) -> list[Block]:
    return [
        Heading("Registre social unifié"),
        paragraph(book.told("menages_rsu"), " ménages actifs au registre, ", book.told("personnes_rsu"), " personnes."),
    ]


def _quality(book: _Book) -> list[Block]:
    quarters = sorted({one.quarter for one in book.all("execution", "quarter")})
    found: list[Block] = [
        Heading("Paiements, coûts et plaintes"),
        paragraph(
            book.told("paiements_a_temps"),
            " des ordres payés à temps ; ",
            book.told("plaintes_a_temps"),
            " des plaintes répondues à temps ; coûts de gestion : ",
            book.told("ratio_gestion"),
            " des dépenses.",
        ),
    ]
    if quarters:
        rows: list[Sequence[str | Piece]] = []
        for quarter in quarters:
            one = book.find("execution", "quarter", quarter=quarter)
            assert one is not None
            planned, paid = format_xof(one.denominator or 0), format_xof(one.numerator)
            rows.append(
                (quarter, planned, paid, book.piece(one), book.told("menages_prevus", "quarter", quarter=quarter))
            )
        headers = ("Trimestre", "Prévu", "Payé", "Francs payés", "Ménages payés")
        found.append(grid("Transferts prévus et payés, par trimestre", headers, rows))
    return found


def _comments(snapshot: Snapshot) -> list[Block]:
    said = list(snapshot.comments.select_related("by").order_by("pk"))
    if not said:
        return []
    known = framework().indicators
    rows = [
        (known[one.indicator].name if one.indicator in known else "Ensemble", one.text, str(one.by)) for one in said
    ]
    return [Heading("Commentaires"), grid("", ("Sur", "Commentaire", "De"), rows, wide=True)]


def _sources(book: _Book) -> list[Block]:
    """The annex: each note, with its indicator, its snapshot, its day, its statement (or the file that gave it)."""
    rows = []
    for number, one in enumerate(book.notes, start=1):
        indicator = framework().indicators[one.indicator]
        place = [
            DIMENSIONS[one.dimension],
            one.area.name if one.area else "",
            KINDS.get(one.kind, one.kind),
            one.agreement,
        ]
        age = f"faits jusqu’au {one.latest_on:%d/%m/%Y}" if one.latest_on else "sans jour"
        origin = one.source if one.loaded else f"{indicator.formula}.sql, {spaced(one.rows)} lignes, {age}"
        rows.append(
            (
                str(number),
                indicator.name,
                ", ".join(part for part in [*place, one.quarter] if part),
                f"n° {book.snapshot.pk} au {book.snapshot.until:%d/%m/%Y}",
                origin,
            )
        )
    headers = ("N°", "Indicateur", "Ventilation", "Instantané", "Requête et lignes, ou source reprise")
    return [Heading("Annexe A. D’où vient chaque chiffre"), grid("", headers, rows, wide=True)]


def _definitions(book: _Book) -> list[Block]:
    shown = {one.indicator for one in book.notes}
    rows = [
        (f"{one.name} ({LEVELS[one.level].lower()})", one.definition, one.how, one.source)
        for one in framework().indicators.values()
        if one.code in shown
    ]
    headers = ("Indicateur", "Définition", "Calcul", "Source de la définition")
    return [Heading("Annexe B. Définitions"), grid("", headers, rows, wide=True)]


def _bars(book: _Book, code: str, dimension: str, label: object, *, scale: float = 1) -> list[Bar]:
    assert callable(label)
    found = [one for one in book.all(code, dimension) if one.numerator]
    return [
        Bar(str(label(one)), round(one.numerator / scale, 1) if scale != 1 else one.numerator)
        for one in sorted(found, key=lambda one: -one.numerator)
    ]


def _chart(title: str, bars: list[Bar], unit: str) -> list[Block]:
    if not bars:
        return []
    return [Drawing(title, bars_chart(bars, title=title, unit=unit, width=CHART_WIDTH, standalone=True))]
