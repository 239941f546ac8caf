"""The kinds of change, as data: what each asks, of whom, with which evidence. Pure.

An input is named by table and column (`person.surname`) or by what an operation needs (`op.head`); `*` marks what
can't be left out. A kind with an operation is one item, decided whole; the others are one item a fact.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of change. `member` asks who; `other` asks another household, whose commune must be held too."""

    code: str
    title: str
    help: str
    inputs: tuple[str, ...]
    evidence: str
    operation: bool = False
    member: bool = False
    other: bool = False
    right: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(name.rstrip("*") for name in self.inputs)

    @property
    def required(self) -> frozenset[str]:
        return frozenset(name.rstrip("*") for name in self.inputs if name.endswith("*"))


_DWELLING = (
    "dwelling_status rooms wall roof floor water toilet lighting cooking_fuel urban livelihood land_ha plough cart"
    " cattle sheep_goats donkeys camels poultry motorcycle bicycle mobile_phone radio television meals_per_day"
)
_HEALTH = "seeing hearing walking remembering self_care communicating chronic_illness due_on breastfeeding_since"


def _of(table: str, names: str) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for name in names.split())


_KINDS = (
    Kind(
        "birth", "Naissance", "Un enfant né dans le ménage.",
        (*_of("person", "given_names* surname* sex* birth* father_name mother_name"), "membership.unit"),
        "acte ou volet de naissance, carnet de santé, ou déclaration du chef de village", operation=True,
    ),
    Kind(
        "death", "Décès", "Un membre est décédé.", ("op.head",),
        "acte de décès, ou déclaration du chef de village", operation=True, member=True,
    ),
    Kind(
        "arrival", "Arrivée",
        "Une personne vient vivre dans le ménage : déjà au registre (par son NINA, ou le numéro RSU et la ligne),"
        " ou nouvelle (par son identité).",
        (
            "op.found", *_of("person", "given_names surname sex birth father_name mother_name"),
            *_of("membership", "relation* spouse_rank unit shared"),
        ),
        "pièce d’identité, ou déclaration du chef de ménage", operation=True,
    ),
    Kind(
        "departure", "Départ", "Un membre ne vit plus dans le ménage.", ("op.head",),
        "déclaration du chef de ménage", operation=True, member=True,
    ),
    Kind(
        "marriage", "Mariage", "Un membre rejoint par mariage un autre ménage du registre.",
        ("membership.spouse_rank", "op.head"),
        "acte de mariage, ou déclaration des deux familles", operation=True, member=True, other=True,
    ),
    Kind(
        "split", "Scission", "Des membres forment un ménage à part, qui reçoit son propre numéro RSU.",
        ("op.leaving*", "op.new_head*"), "constat de l’agent, ou déclaration des deux chefs", operation=True,
    ),
    Kind(
        "merge", "Fusion", "Tout le ménage rejoint un autre ménage ; son numéro reste et y conduit.",
        (), "constat de l’agent, ou déclaration des deux chefs", operation=True, other=True,
    ),
    Kind(
        "head", "Changement de chef", "Un autre membre devient chef de ménage.",
        ("op.head*", "membership.relation*"), "déclaration de la famille devant le comité du village", operation=True,
    ),
    Kind(
        "recipient", "Changement d’allocataire",
        "Un membre devient allocataire ou suppléant au registre ; les inscriptions en cours changent d’allocataire"
        " dans leur programme.",
        ("membership.role*",), "accord de l’ancien allocataire, ou motif constaté par l’agent", operation=True,
        member=True,
    ),
    Kind(
        "identity", "Correction d’identité", "Nom, naissance, parents, documents d’un membre.",
        (
            *_of("person", "given_names surname nickname sex birth father_name mother_name father mother"),
            *_of("person", "education in_school occupation"),
            *_of("document", "nina birth card passport voter family refugee"),
        ),
        "le document d’où vient la correction", member=True,
    ),
    Kind(
        "contact", "Téléphone", "Les deux numéros où joindre un membre, et à qui ils sont.",
        _of("phone", "number owner second second_owner"), "appel de vérification", member=True,
    ),
    Kind(
        "place", "Place dans le ménage",
        "Lien avec le chef, unité allocataire, absence, vie partagée avec un autre ménage.",
        _of("membership", "relation spouse_rank unit absent absent_since shared"), "déclaration du chef de ménage",
        member=True,
    ),
    Kind(
        "dwelling", "Logement et biens", "Ce que le ménage a et comment il vit.", _of("living", _DWELLING),
        "visite de l’agent",
    ),
    Kind(
        "health", "Santé", "Difficultés, grossesse, allaitement : visible des seules personnes qui en ont le droit.",
        _of("health", _HEALTH), "déclaration de la personne", member=True, right="registry.sensitive",
    ),
    Kind(
        "stay", "Lieu de séjour",
        "Le ménage déplacé, retourné ou pasteur séjourne ailleurs ; il reste inscrit dans sa commune.",
        _of("household", "stay_commune stay_village stayed_since situation"), "constat de l’agent du lieu de séjour",
    ),
    Kind(
        "position", "Position de la maison",
        "Où est la maison, relevé devant elle : visible des seules personnes qui en ont le droit.",
        _of("household", "latitude* longitude*"), "relevé de l’agent", right="registry.sensitive",
    ),
    Kind(
        "move", "Déménagement", "Le ménage change de commune ou de village d’inscription, avec ses membres.",
        _of("op", "commune* village"), "constat de l’agent d’arrivée", operation=True,
    ),
    Kind(
        "exit", "Sortie du registre", "Le ménage ne veut ou ne peut plus être au registre.", (), "demande du ménage",
        operation=True,
    ),
    Kind("dissolve", "Dissolution", "Le ménage n’existe plus.", (), "constat de l’agent", operation=True),
    Kind(
        "reopen", "Retour", "Un ménage dissous ou sorti revient, avec ses derniers membres.", (), "constat de l’agent",
        operation=True,
    ),
)  # fmt: skip
KINDS = {kind.code: kind for kind in _KINDS}
COUNTER = "counter"
"""The kind of a request that undoes another."""

RENEWS = {
    "birth": "composition", "death": "composition", "arrival": "composition", "departure": "composition",
    "marriage": "composition", "split": "composition", "merge": "composition", "head": "composition",
    "reopen": "composition", "move": "residence",
}  # fmt: skip
"""The kind of fact that an operation tells anew; corrections renew those of the facts they set."""

TITLES = {code: kind.title for code, kind in KINDS.items()} | {COUNTER: "Contre-demande"}

CODES: dict[str, tuple[tuple[str, str], ...]] = {
    "livelihood": (
        ("farming", "agriculture"), ("agropastoral", "agriculture et élevage"), ("pastoral", "élevage"),
        ("fishing", "pêche"), ("trade", "commerce"), ("wage", "salaire"), ("craft", "artisanat"), ("aid", "aide"),
        ("none", "aucun"),
    ),
    "dwelling_status": (("owner", "propriétaire"), ("tenant", "locataire"), ("lodged", "hébergé")),
    "wall": (("thatch", "paille"), ("banco", "banco"), ("semi_hard", "semi-dur"), ("concrete", "dur")),
    "roof": (("thatch", "chaume"), ("banco", "banco"), ("sheet", "tôle"), ("concrete", "béton")),
    "floor": (("earth", "terre"), ("cement", "ciment"), ("tile", "carreaux")),
    "water": (
        ("tap", "robinet"), ("borehole", "forage"), ("improved_well", "puits aménagé"),
        ("open_well", "puits non aménagé"), ("surface", "eau de surface"),
    ),
    "toilet": (("none", "aucune"), ("open_pit", "fosse ouverte"), ("latrine", "latrine"), ("flush", "chasse d’eau")),
    "lighting": (("torch", "torche"), ("solar", "solaire"), ("grid", "réseau"), ("kerosene", "pétrole")),
    "cooking_fuel": (("wood", "bois"), ("charcoal", "charbon"), ("gas", "gaz"), ("dung", "bouse")),
}  # fmt: skip
"""The answers that targeting knows, of the living conditions that are codes."""
