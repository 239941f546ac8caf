"""What can be wrong with a line of a file given back: the French of each fault, and whether it holds the line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A fault by its words; a light one is told and holds nothing back."""

    message: str
    remedy: str
    light: bool = False


FAULTS = {
    "unread_column": Fault(
        "La colonne « {value} » n’est pas lue", "Renommez-la si elle dit quelque chose d’utile.", light=True
    ),
    "no_reference": Fault("La référence manque", "Donnez à chaque ligne la référence qu’elle a chez vous."),
    "long": Fault("« {value} » est trop long", "Raccourcissez la cellule."),
    "repeated": Fault(
        "La référence est déjà à la ligne {value}", "Une référence désigne une seule prestation : gardez une ligne."
    ),
    "other_content": Fault(
        "La référence « {value} » est déjà enregistrée, avec un autre contenu",
        "Si la première était fausse, faites défaire son lot ; sinon donnez une autre référence.",
    ),
    "other_scheme": Fault(
        "La ligne est du régime « {value} »", "Envoyez-la avec ce régime, ou corrigez la colonne « régime »."
    ),
    "no_household": Fault(
        "Rien ne dit à qui : ni numéro RSU, ni NINA, ni téléphone avec nom",
        "Remplissez le numéro RSU, sinon le NINA, sinon le téléphone et le nom.",
    ),
    "rsu_shape": Fault(
        "« {value} » n’est pas un numéro RSU", "Il a dix chiffres, dont deux de contrôle : recopiez-le de la carte."
    ),
    "unknown_rsu": Fault("Le ménage « {value} » n’est pas au registre", "Vérifiez le numéro sur la carte du ménage."),
    "unknown_nina": Fault(
        "Le NINA « {value} » n’est d’aucune personne du registre",
        "Vérifiez le document, ou donnez le numéro RSU du ménage.",
    ),
    "nina_elsewhere": Fault(
        "Le NINA « {value} » est d’une personne d’un autre ménage", "Vérifiez le numéro RSU et le document."
    ),
    "nobody_there": Fault(
        "La personne du NINA « {value} » n’est plus dans aucun ménage", "Donnez le numéro RSU de son ménage."
    ),
    "unknown_phone": Fault(
        "Personne du registre n’a à la fois le téléphone « {value} » et ce nom",
        "Vérifiez les deux, ou donnez le numéro RSU du ménage.",
    ),
    "several": Fault(
        "Le téléphone « {value} » et ce nom désignent plusieurs ménages", "Donnez le numéro RSU du ménage."
    ),
    "erased": Fault(
        "Les données du ménage « {value} » ont été effacées à sa demande",
        "Rien ne s’ajoute à ce ménage : retirez la ligne.",
    ),
    "outside": Fault(
        "Ce ménage est hors des lieux de votre affectation",
        "Faites envoyer la ligne par la personne affectée à ces lieux.",
    ),
    "nature": Fault("« {value} » n’est pas une nature de prestation", "Écrivez argent, nature, service ou couverture."),
    "amount": Fault("« {value} » n’est pas un montant en francs", "Écrivez un nombre entier, comme 30 000."),
    "quantity": Fault("« {value} » n’est pas une quantité", "Écrivez un nombre, comme 25 ou 2,5."),
    "no_measure": Fault(
        "Ni montant ni quantité", "De l’argent a un montant ; le reste, un montant ou une quantité avec son unité."
    ),
    "no_unit": Fault("La quantité n’a pas d’unité", "Écrivez kg, sac, mois, personne…"),
    "no_quantity": Fault("L’unité « {value} » n’a pas de quantité", "Écrivez la quantité, ou videz l’unité."),
    "day": Fault("« {value} » n’est pas une date", "Écrivez jj/mm/aaaa ou mm/aaaa."),
    "no_day": Fault("La date manque", "Dites quand la prestation a été donnée."),
    "future": Fault("La date « {value} » est à venir", "Rendez compte de ce qui a été donné, non de ce qui est prévu."),
    "backwards": Fault("La période finit avant de commencer", "Vérifiez les deux dates."),
    "not_then": Fault("Le régime n’existait pas à la date « {value} »", "Vérifiez la date, ou le régime."),
}
