"""The lines of the files: French headers and codes, column by column.

The mappings `population_fictive.toml` and `population_enquete.toml` of the intake translate them back; a
code added here is added there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from jigi.demo.population.answers import Stays, answer_columns, stay_columns
from jigi.demo.population.community import CRITERIA, REASONS, CommunityList
from jigi.demo.population.conditions import (
    EDUCATION,
    LIVELIHOOD,
    OCCUPATION,
    SCALES,
    ZONE,
    Composition,
    Conditions,
)
from jigi.demo.population.contact import ROLES, Contacts
from jigi.demo.population.csv_bytes import Cells, blank, decimals, digits, glued, integers, iso_dates, words
from jigi.demo.population.identity import PRECISIONS, Births
from jigi.demo.population.names import NameCells
from jigi.demo.population.places import CommuneSpot, Villages
from jigi.demo.population.structure import NOBODY, Bools, Homes, Ints, Kin, Members

Columns = dict[str, Cells]
ENUMERATORS = 90
INTERVIEW_DAYS = 45
_NO_YES = ("non", "oui")
_SEX = ("F", "M")
_KIN = {
    Kin.HEAD: "chef",
    Kin.WIFE: "epouse",
    Kin.SON: "fils",
    Kin.DAUGHTER: "fille",
    Kin.DAUGHTER_IN_LAW: "bru",
    Kin.GRANDCHILD: "petit_enfant",
    Kin.PARENT: "pere_mere",
    Kin.SIBLING: "frere_soeur",
    Kin.SISTER_IN_LAW: "belle_soeur",
    Kin.NEPHEW: "neveu_niece",
    Kin.FOSTERED: "confie",
    Kin.OTHER_KIN: "autre_parent",
    Kin.UNRELATED: "sans_lien",
}
_SCALES = {
    "wall": "mur",
    "roof": "toit",
    "floor": "sol",
    "water": "eau",
    "toilet": "toilettes",
    "lighting": "eclairage",
    "cooking_fuel": "combustible",
    "dwelling_status": "statut_logement",
}
_GOODS = {
    "plough": "charrue",
    "cart": "charrette",
    "motorcycle": "moto",
    "bicycle": "velo",
    "radio": "radio",
    "television": "television",
    "mobile_phone": "telephone",
}
_ANIMALS = {
    "cattle": "bovins",
    "sheep_goats": "ovins_caprins",
    "donkeys": "anes",
    "camels": "chameaux",
    "poultry": "volailles",
}


@dataclass(frozen=True)
class Drawn:
    """What was drawn for a block. `first`: households before it; `form`: prefix of the form numbers."""

    villages: Villages
    first: int
    form: str
    homes: Homes
    members: Members
    births: Births
    names: NameCells
    nina: Cells
    contacts: Contacts
    people: Composition
    living: Conditions
    lists: CommunityList
    stays: Stays

    def form_numbers(self, household: Ints) -> Cells:
        """« F-0000001 »: the F says fictitious."""
        prefix = np.full(len(household), self.form.encode())
        return glued([prefix, digits(self.first + household + 1, 7)])

    def village_codes(self, household: Ints) -> Cells:
        return village_codes(self.villages.number[self.homes.village[household]])


def village_codes(number: Ints) -> Cells:
    return glued([np.full(len(number), b"VF-"), digits(number, 5)])


def village_columns(villages: Villages, communes: Sequence[CommuneSpot], population: Ints) -> Columns:
    name = np.full(len(villages), b"Village fictif ")
    return {
        "code": village_codes(villages.number),
        "nom": glued([name, integers(villages.number)]),
        "commune_code": words([spot.code for spot in communes])[villages.commune],
        "latitude": _degrees(villages.latitude),
        "longitude": _degrees(villages.longitude),
        "population": integers(population),
    }


def household_columns(drawn: Drawn, reference: date, rng: np.random.Generator) -> Columns:
    """The questionnaire's face: who, when, by whom, where, and the living conditions."""
    every = np.arange(len(drawn.homes))
    village = drawn.homes.village
    return {
        "numero_fiche": drawn.form_numbers(every),
        **_interview(drawn, reference, rng),
        "village_code": drawn.village_codes(every),
        "latitude": _degrees(drawn.villages.latitude[village] + rng.normal(0.0, 0.003, len(every))),
        "longitude": _degrees(drawn.villages.longitude[village] + rng.normal(0.0, 0.003, len(every))),
        **stay_columns(drawn.stays, village_codes(drawn.villages.number[drawn.stays.village]), reference),
        **condition_columns(drawn, rng),
    }


def survey_columns(
    drawn: Drawn,
    communes: Sequence[CommuneSpot],
    weight: NDArray[np.float64],
    reference: date,
    rng: np.random.Generator,
) -> Columns:
    """A sample household: cluster, weight (households it stands for) and consumption, no village or names."""
    village = drawn.homes.village
    cluster = drawn.villages.number[village]
    return {
        "numero_fiche": drawn.form_numbers(np.arange(len(drawn.homes))),
        **_interview(drawn, reference, rng),
        "commune_code": words([spot.code for spot in communes])[drawn.villages.commune[village]],
        "grappe": glued([np.full(len(village), b"G-"), digits(cluster, 4)]),
        "poids": decimals(np.rint(weight[village] * 1000), 3),
        "consommation": integers(drawn.living.consumption_xof),
        **condition_columns(drawn, rng),
    }


def condition_columns(drawn: Drawn, rng: np.random.Generator) -> Columns:
    """What targeting reads. A few answers were not given (empty)."""
    homes, people, living = drawn.homes, drawn.people, drawn.living
    scales = {_SCALES[name]: words(SCALES[name][0])[code] for name, code in living.scale.items()}
    return {
        "milieu": words(("rural", "urbain"))[homes.urban.astype(int)],
        "zone": words(ZONE)[living.zone],
        "taille": integers(people.size),
        "enfants_moins_5": integers(people.under_5),
        "enfants_moins_15": integers(people.under_15),
        "adultes_actifs": integers(people.active),
        "epouses": integers(people.wives),
        "sexe_chef": words(_SEX)[homes.head_male.astype(int)],
        "age_chef": integers(people.head_age),
        "instruction_chef": words(EDUCATION)[living.education],
        "activite_chef": words(OCCUPATION)[living.occupation],
        "moyen_existence": words(LIVELIHOOD)[living.livelihood],
        "pieces": _unasked(integers(living.rooms), 0.005, rng),
        **scales,
        **{_GOODS[name]: words(_NO_YES)[owned.astype(int)] for name, owned in living.goods.items()},
        "terre_ha": _unasked(decimals(living.land_ares, 2), 0.01, rng),
        **{_ANIMALS[name]: integers(heads) for name, heads in living.animals.items()},
        "repas_par_jour": integers(living.meals),
        "score_consommation_alimentaire": _unasked(integers(living.food_score), 0.02, rng),
        "indice_strategies_survie": _unasked(integers(living.coping), 0.02, rng),
    }


def member_columns(drawn: Drawn, reference: date, rng: np.random.Generator) -> Columns:
    members, births, names, contacts = drawn.members, drawn.births, drawn.names, drawn.contacts
    urban = drawn.homes.urban[members.household]
    return {
        "numero_fiche": drawn.form_numbers(members.household),
        "numero_ligne": integers(members.line),
        "prenom": names.given,
        "nom": names.surname,
        "surnom": names.nickname,
        "sexe": words(_SEX)[members.male.astype(int)],
        "date_naissance": births.written,
        "precision_naissance": words(PRECISIONS)[births.precision],
        "lien": words([_KIN[kin] for kin in Kin])[members.kin],
        "rang_epouse": blank(integers(members.spouse_rank), members.spouse_rank == 0),
        "absent": words(_NO_YES)[contacts.absent.astype(int)],
        "mere_ligne": _line_of(members, members.mother),
        "pere_ligne": _line_of(members, members.father),
        "nom_pere": names.father,
        "nom_mere": names.mother,
        "telephone": contacts.phone,
        "telephone_de": contacts.phone_owner,
        "nina": drawn.nina,
        "role": words(ROLES)[contacts.role],
        **answer_columns(members, births.age, urban, drawn.living, contacts, reference, rng),
    }


def list_columns(drawn: Drawn) -> Columns:
    lists = drawn.lists
    criteria = lists.criteria.astype(np.int64)
    return {
        "numero_fiche": drawn.form_numbers(lists.household),
        "village_code": drawn.village_codes(lists.household),
        "rang": integers(lists.rank),
        **{name: digits(criteria[:, place], 1) for place, name in enumerate(CRITERIA)},
        "motif": words(REASONS)[lists.reason],
    }


def consumption_columns(drawn: Drawn) -> Columns:
    return {
        "numero_fiche": drawn.form_numbers(np.arange(len(drawn.homes))),
        "consommation": integers(drawn.living.consumption_xof),
    }


def _interview(drawn: Drawn, reference: date, rng: np.random.Generator) -> Columns:
    """A village is visited for three days by one enumerator, from the reference date on."""
    village = drawn.villages.number[drawn.homes.village]
    day = village * 7 % INTERVIEW_DAYS + rng.integers(0, 3, len(village))
    return {
        "date_enquete": iso_dates(np.datetime64(reference, "D") + day),
        "enqueteur": glued([np.full(len(village), b"FICTIF-"), digits(village % ENUMERATORS + 1, 2)]),
    }


def _line_of(members: Members, parent: Ints) -> Cells:
    return blank(integers(members.line[parent]), parent == NOBODY)


def _unasked(cells: Cells, share: float, rng: np.random.Generator) -> Cells:
    unknown: Bools = rng.random(len(cells)) < share
    return blank(cells, unknown)


def _degrees(values: NDArray[np.float64]) -> Cells:
    return decimals(np.rint(values * 100_000), 5)
