"""What is told of each line, column by column: the fact it belongs to, and what it means for who receives it."""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import dataclass
from typing import Any

from jigi.foundation.bulk import copying_out, from_copy, statement
from jigi.foundation.errors import JigiError
from jigi.foundation.keyring import vault
from jigi.foundation.vault import Vault
from jigi.sharing.models import SharingDelivery
from jigi.sharing.scope import shared_under

ALWAYS = ""


@dataclass(frozen=True)
class Column:
    """A column of what is delivered. `fact` is of data/fields.toml (ALWAYS: in every delivery); `kind`: how sealed."""

    name: str
    fact: str
    says: str
    kind: str = ""


COLUMNS = (
    Column("ligne", ALWAYS, "Numéro de la ligne chez nous, le même dans les retraits."),
    Column("numero_rsu", "rsu_number", "Numéro du ménage au registre social unifié, dix chiffres."),
    Column("code_commune", "place", "Code de la commune du ménage."),
    Column("commune", "place", "Nom de la commune."),
    Column("village", "place", "Nom du village ou du quartier ; vide s’il n’est pas connu."),
    Column("situation", "place", "resident, displaced (déplacé), returned (retourné) ou pastoral (transhumant)."),
    Column("membres", "composition", "Nombre de membres du ménage."),
    Column("lien", "composition", "Lien de la personne avec le chef de ménage ; vide pour un ménage."),
    Column("sexe", "composition", "F ou M ; vide pour un ménage."),
    Column("naissance", "composition", "Année, année et mois, ou jour, selon ce qui est connu ; vide pour un ménage."),
    Column("moyen_existence", "living_conditions", "Principal moyen d’existence déclaré."),
    Column("murs", "living_conditions", "Matériau des murs."),
    Column("toit", "living_conditions", "Matériau du toit."),
    Column("sol", "living_conditions", "Matériau du sol."),
    Column("eau", "living_conditions", "Source d’eau de boisson."),
    Column("toilettes", "living_conditions", "Type de toilettes."),
    Column("pieces", "living_conditions", "Nombre de pièces."),
    Column("repas_par_jour", "living_conditions", "Repas pris par jour."),
    Column("fcs", "living_conditions", "Score de consommation alimentaire, de 0 à 112."),
    Column("rcsi", "living_conditions", "Indice réduit des stratégies de survie."),
    Column("hdds", "living_conditions", "Score de diversité alimentaire du ménage, de 0 à 12."),
    Column("terre_ha", "living_conditions", "Terre cultivée, en hectares."),
    Column("bovins", "living_conditions", "Nombre de bovins."),
    Column("ovins_caprins", "living_conditions", "Nombre d’ovins et de caprins."),
    Column("prestations", "benefits", "Nombre de prestations que les régimes ont dit avoir données au ménage."),
    Column("derniere_prestation", "benefits", "Jour de la dernière d’entre elles."),
    Column("recu_fcfa", "benefits", "Leur montant total en FCFA."),
    Column("prenoms", "names", "Prénoms de la personne ; pour un ménage, de son chef."),
    Column("nom", "names", "Nom de famille de la même personne."),
    Column("nina", "nina", "NINA de la même personne, s’il est connu.", kind="document"),
    Column("telephone", "phone", "Un téléphone de la même personne, s’il est connu.", kind="phone"),
    Column("longitude", "position", "Longitude du logement (WGS 84)."),
    Column("latitude", "position", "Latitude du logement (WGS 84)."),
)  # fmt: skip
"""In the order of sql/content.sql."""


def columns_of(facts: Collection[str]) -> list[Column]:
    """The columns of a delivery that tells these facts."""
    return [column for column in COLUMNS if column.fact in (ALWAYS, *facts)]


def told_facts(shared: Collection[str]) -> set[str]:
    """Of the facts that an agreement shares, those that may be delivered: health chooses persons, and is never told."""
    return {column.fact for column in COLUMNS} & set(shared)


def lines_of(delivery: SharingDelivery) -> Generator[list[str], None, None]:
    """The lines of a delivery, texts in the order of `columns_of`, streamed: read in the scope of its agreement alone.

    Raises Unsealable, once all is read, when a sealed value does not open.
    """
    asked = delivery.request.fields
    places = [place for place, column in enumerate(COLUMNS) if column.fact in (ALWAYS, *asked)]
    keeper, wrong = vault(), None
    with (
        shared_under(delivery.request.agreement),
        copying_out(statement("sharing", "content"), {"delivery": delivery.pk, "fields": list(asked)}) as rows,
    ):
        for row in rows:
            if wrong:
                continue  # leaving a COPY half read would spoil the caller's transaction
            try:
                cells = [_told(COLUMNS[place], row[place], keeper) for place in places]
            except JigiError as error:
                wrong = error
            else:
                yield cells
    if wrong:
        raise wrong


def _told(column: Column, cell: Any, keeper: Vault) -> str:
    return keeper.unseal(column.kind, from_copy(cell)) if column.kind else cell or ""
