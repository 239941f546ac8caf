"""`jigi`: finds the verb, sets Django up, runs it, prints its figures, and says errors in French.

Every verb is one line of VERBS: its words, the module that does it, and the sentence of `jigi --help`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from django.db import DatabaseError, OperationalError
from psycopg.errors import UndefinedTable

from jigi import __version__
from jigi.command.parser import VerbParser
from jigi.command.verb import Verb
from jigi.foundation.errors import JigiError
from jigi.foundation.outage import outage_of

VERBS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Joue toute la chaîne sur une population fictive, de l’enquête au rapprochement"),
    "bench": ("bench", "Mesure une opération à côté de sa référence, sur cette machine"),
    "doctor": ("site", "Dit ce qui manque, quelle base, quelle version, combien de place"),
    "setup": ("site", "Crée ou met à niveau la base, le découpage et le compte de l’exploitant"),
    "serve": ("site", "Sert le site sur cette machine"),
    "worker": ("site", "Exécute les travaux en attente"),
    "database start": ("database", "Démarre la base embarquée"),
    "database stop": ("database", "Arrête la base embarquée"),
    "database status": ("database", "Dit si la base embarquée tourne"),
    "users add": ("users", "Ouvre un compte et l’affecte à un rôle, un lieu, un programme"),
    "users invite": ("users", "Invite une personne : imprime l’adresse à lui remettre"),
    "users close-leavers": ("users", "Ferme les comptes dont toutes les affectations sont finies"),
    "users list": ("users", "Liste les comptes et leurs affectations"),
    "vault status": ("vault", "Dit les clés du coffre, et ce que chacune a chiffré"),
    "vault new-key": ("vault", "Ajoute au coffre une clé, qui chiffre désormais"),
    "vault rotate": ("vault", "Chiffre sous la clé présente tout ce que d’anciennes ont chiffré"),
    "vault export-key": ("vault", "Écrit le texte de secours des clés, à imprimer"),
    "vault import-key": ("vault", "Rend au coffre les clés d’un texte de secours"),
    "geography load": ("geography", "Charge des villages (CSV) ou des limites (GeoJSON)"),
    "population make": ("population", "Fabrique une population fictive en fichiers"),
    "register model": ("register", "Écrit le modèle conceptuel des données, à relire et à valider (PDF)"),
    "registry names": ("registry", "Contrôle les fichiers des noms, de leurs graphies et des surnoms"),
    "forms load": ("forms", "Charge un questionnaire XLSForm, avec ses fichiers et sa correspondance"),
    "forms publish": ("forms", "Publie une version d’un questionnaire : les téléphones la prennent"),
    "forms list": ("forms", "Liste les questionnaires et leurs versions"),
    "intake import": ("intake", "Importe des questionnaires CSV ou XLSX avec une correspondance"),
    "intake submissions": ("intake", "Verse au registre les fiches reçues des téléphones"),
    "intake review": ("intake", "Déclare relu un lot contrôlé : par un autre compte que celui qui l’a envoyé"),
    "intake merge": ("intake", "Verse au registre un lot relu"),
    "intake refuse": ("intake", "Refuse un lot en relecture, et efface ses fichiers"),
    "intake undo": ("intake", "Défait un versement : retire du registre tout ce qu’un lot y a écrit"),
    "intake problems": ("intake", "Écrit les lignes refusées d’un lot dans un fichier"),
    "programmes load": ("programmes", "Charge la définition d’un programme"),
    "schemes load": ("schemes", "Charge les régimes de protection sociale d’un fichier relu"),
    "schemes import": ("schemes", "Contrôle et enregistre ce qu’un régime a donné (CSV ou XLSX)"),
    "schemes undo": ("schemes", "Défait un lot de prestations enregistré"),
    "shocks import": ("shocks", "Charge les signaux d’un fichier : Cadre Harmonisé, SAP, pluie, prix, conflits…"),
    "shocks undo": ("shocks", "Défait un fichier de signaux chargé par erreur"),
    "shocks alert": ("shocks", "Prend un message d’alerte CAP 1.1 ou 1.2 (XML)"),
    "targeting fit": ("targeting", "Ajuste une formule de score sur une enquête"),
    "targeting run": ("targeting", "Conduit une campagne : quotas, listes, scores, classement"),
    "targeting freeze": ("targeting", "Gèle le résultat d’une campagne"),
    "enrolment enrol": ("enrolment", "Inscrit les ménages retenus d’une campagne à une composante"),
    "arms list": ("arms", "Établit la liste d’un volet de réponse, chaque ménage écarté avec son motif"),
    "arms enrol": ("arms", "Inscrit les ménages de la liste d’un volet de réponse"),
    "grants calls": ("grants", "Liste les appels AGR et leurs chiffres"),
    "grants import": ("grants", "Reçoit des candidatures AGR d’un fichier (CSV ou XLSX)"),
    "grants score": ("grants", "Reçoit les points d’un comité de sélection d’un fichier"),
    "payments open": ("payments", "Ouvre un tour de paiement"),
    "payments prepare": ("payments", "Prépare la liste d’un tour"),
    "payments freeze": ("payments", "Gèle la liste d’un tour et calcule son empreinte"),
    "payments approve": ("payments", "Approuve un tour gelé"),
    "payments release": ("payments", "Libère un tour approuvé"),
    "payments exchange": ("payments", "Charge le réglage relu de l’échange avec une agence"),
    "payments orders": ("payments", "Écrit les fichiers d’ordres des agences"),
    "payments reconcile": ("payments", "Rapproche un fichier de retour"),
    "payments close": ("payments", "Clôt un tour : les non-payés passent en rappel"),
    "payments decide-loss": ("payments", "Décide que ce qui reste dû à des ménages sortis est perdu pour eux"),
    "payments withdraw-loss": ("payments", "Retire une décision de perte que personne n’a encore exécutée"),
    "payments refund": ("payments", "Rend aux conventions l’argent resté dû à des ménages sortis"),
    "payments verify": ("payments", "Recalcule l’empreinte d’un tour et la compare"),
    "payments frozen-list": ("payments", "Écrit la liste gelée d’un tour, que chacun peut vérifier"),
    "payments channel": ("dispatch", "Règle le canal d’une agence à qui l’on parle par machine"),
    "payments alias": ("dispatch", "Demande à une agence à qui est un compte ; rien n’est payé"),
    "payments dispatch": ("dispatch", "Donne les ordres d’un tour à une agence par machine, et suit l’envoi"),
    "payments list": ("payments", "Liste les tours et leur état"),
    "audit seal": ("audit", "Scelle ce que la trace des actions a reçu de nouveau"),
    "audit verify": ("audit", "Recalcule toute la trace et la compare à ses ancres, hors de la base"),
    "audit resume": ("audit", "Reprend la chaîne de l’audit après une restauration"),
    "grievances load": ("grievances", "Charge les catégories de plaintes et les jours fériés"),
    "grievances import": ("grievances", "Prend le registre de plaintes d’un comité, ligne à ligne"),
    "grievances escalate": ("grievances", "Fait monter d’un niveau les plaintes dont le délai est passé"),
    "grievances gather": ("grievances", "Fait des plaintes de ce qui a été constaté ailleurs, une fois chacun"),
    "messages send": ("messages", "Met en attente ce qui est à dire, et l’envoie au fournisseur"),
    "messages status": ("messages", "Dit où en sont les messages, et ce qu’ils coûtent"),
    "messages twin": ("messages", "Joue le fournisseur de messages, pour un essai"),
    "monitoring watch": ("monitoring", "Cherche les alertes : lectures, exports, comptes, appareils inhabituels"),
    "results compute": ("results", "Compte tous les indicateurs d’une année, et garde l’instantané"),
    "results show": ("results", "Montre les indicateurs du dernier instantané"),
    "results sign": ("results", "Signe un instantané qu’une autre personne a calculé"),
    "results load": ("results", "Reprend d’un fichier des chiffres d’années que la base n’a pas vues"),
    "results withdraw": ("results", "Retire un chiffre repris qui était faux ; les instantanés ne changent pas"),
    "results report": ("results", "Écrit la situation annuelle, en PDF et en DOCX"),
    "results extract": ("results", "Demande les tables pseudonymisées pour l’analyse (Parquet et DuckDB)"),
    "results grant": ("results", "Accorde un extrait qu’une autre personne demande, et l’écrit ; ou le refuse"),
    "results take": ("results", "Prend le fichier d’un extrait, scellé pour qui l’a demandé"),
    "results prove": ("results", "Recalcule l’empreinte de chaque instantané, et le tableau de bord, et compare"),
    "portal publish": ("portal", "Publie une édition du portail public, avec les années échues, sans petit effectif"),
    "results refresh": ("results", "Compte les chiffres du tableau de bord, par commune"),
    "backup create": ("backup", "Sauvegarde la base et les fichiers, chiffrés, vers un dossier ou un disque"),
    "backup verify": ("backup_folder", "Déchiffre et contrôle une sauvegarde, sans base"),
    "backup restore": ("backup", "Restaure une sauvegarde dans une base vide, et prouve qu’elle est la même"),
    "backup drill": ("backup", "Restaure une sauvegarde dans une seconde base, compare, l’efface"),
    "backup list": ("backup_folder", "Liste les sauvegardes d’un dossier"),
    "backup prune": ("backup_folder", "Supprime les sauvegardes les plus anciennes"),
    "backup key": ("backup_folder", "Fait une clé de sauvegarde"),
    "protection retention": ("protection", "Dit ce qui a dépassé sa durée de conservation ; propose, ou applique"),
    "ledger bank accounts": ("bank", "Règle les comptes bancaires du programme, d’un fichier relu"),
    "ledger bank take": ("bank", "Prend le relevé d’un compte bancaire (camt.053, CSV, Excel)"),
    "ledger bank match": ("bank", "Rapproche ce qui peut l’être sans une personne"),
    "ledger bank state": ("bank", "Dit où en est chaque compte : banque, grand livre, ce qui est en suspens, par âge"),
    "delivery fiches": (
        "delivery",
        "Prend ce que les téléphones ont rempli des séances, rations, pointages et visites",
    ),
    "delivery beneficiaries": ("delivery", "Compte les bénéficiaires d’une année, chacun une fois, toutes composantes"),
    "ledger open": ("ledger", "Demande la reprise des soldes d’un autre système (CSV ou XLSX)"),
    "ledger confirm-opening": ("ledger", "Confirme une reprise qu’une autre personne a demandée"),
    "ledger prove": ("ledger", "Recalcule tous les soldes depuis les mouvements"),
    "sessions themes": ("sessions", "Charge les thèmes et modules des séances d’un fichier relu"),
    "sessions conditions": ("sessions", "Charge les conditions d’assiduité d’un fichier relu"),
    "sessions import": ("sessions", "Prend un fichier de séances et de présents (CSV ou XLSX)"),
    "sessions review": ("sessions", "Examine une condition pour une échéance finie, et propose les retenues"),
    "sessions reach": ("sessions", "Compte les ménages touchés et payés d’une année, chacun une fois"),
    "nutrition load": ("nutrition", "Charge les produits et les barèmes de rations d’un fichier relu"),
    "nutrition census": ("nutrition", "Recense d’un fichier les personnes d’un contrat (CSV ou XLSX)"),
    "nutrition give": ("nutrition", "Note les rations remises d’une feuille remplie (CSV ou XLSX)"),
    "nutrition recall": ("nutrition", "Dit qui a reçu un lot, et le rappelle"),
    "nutrition stock": ("nutrition", "Dit le stock de chaque lieu et lot entre deux jours"),
    "triggers load": ("triggers", "Charge un déclencheur d’un fichier relu, ou tous ceux livrés avec Jigi"),
    "triggers list": ("triggers", "Liste les déclencheurs et leurs versions"),
    "triggers backtest": ("triggers", "Rejoue des déclencheurs sur le passé, ou sur ce qu’un jour savait"),
    "works manual": ("works", "Contrôle le fichier relu des travaux : natures, examen, critères"),
    "works list": ("works", "Liste les chantiers et leurs chiffres"),
    "works verify": ("works", "Refait le tirage public d’un chantier et compare"),
    "works enter": ("works", "Saisit une feuille de présence d’un fichier XLSX ou CSV"),
    "works look": ("works", "Compare les deux saisies d’une feuille"),
    "works sign": ("works", "Signe une feuille saisie deux fois"),
    "works approve": ("works", "Approuve une feuille signée : ses salaires sont dus"),
    "response list": ("response", "Liste les réponses aux chocs, et ce que chacune attend"),
    "response show": ("response", "Montre une réponse : plafond, ménages, francs"),
    "response timeline": ("response", "Montre les étapes d’une réponse, leurs retards et qui est attendu"),
    "response sunset": ("response", "Joue la fin des réponses dont le jour est passé, pour la part de qui agit"),
    "response close": ("response", "Clôt une réponse dont plus rien n’attend"),
    "works days": ("works", "Compte les jours de travail d’une composante, dont ceux des femmes"),
}

WITHOUT_DATABASE = {
    "database start", "database stop", "database status", "backup verify", "backup list", "backup prune", "backup key",
    "registry names",
}  # fmt: skip

PROCESSES = {"serve": "web", "worker": "job"}
"""What a verb's process is for: its limits (jigi.foundation.limits), its database role (jigi.foundation.fence)."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one verb and exit: 0 when done, 1 when refused, 2 when misused."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _perform(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever was reading has left (`| head`): Python must not complain again when it closes the output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


def _perform(words: Sequence[str]) -> int:
    name = next((" ".join(words[:n]) for n in (3, 2, 1) if " ".join(words[:n]) in VERBS), None)
    if name is None:
        return _explain(words)
    try:
        return _run(name, words[len(name.split()) :])
    except JigiError as error:
        print(f"jigi : {error}", file=sys.stderr)
        return 1
    except (DatabaseError, OSError) as error:
        if (sentence := _of_machine(error)) is None:
            raise
        print(f"jigi : {sentence}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\njigi : interrompu. Ce qui n’était pas fini n’a pas été écrit.", file=sys.stderr)
        return 130
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0


def _run(name: str, words: Sequence[str]) -> int:
    module, sentence = VERBS[name]
    os.environ["JIGI_PROCESS"] = PROCESSES.get(name, "terminal")
    if name not in WITHOUT_DATABASE:
        _set_up_django()
    verb: Verb = importlib.import_module(f"jigi.command.{module}").VERBS[name]
    parser = VerbParser(name, sentence)
    verb.arguments(parser)
    options = parser.parse_args(words)
    figures = verb.run(options)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, default=str))
    return 0


def _set_up_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jigi.site.settings")
    django.setup()


def _of_machine(error: DatabaseError | OSError) -> JigiError | None:
    """The sentence for a database away or not set up, or a full disk; None for another error, which is a defect."""
    if isinstance(error.__cause__, UndefinedTable):
        return JigiError("La base n’est pas à jour", remedy="Lancez jigi setup (ou jigi demo), puis recommencez.")
    if outage := outage_of(error):
        why = str(error).strip().splitlines()[0] if isinstance(error, OperationalError) else ""
        return JigiError(outage.what, why=why, remedy=f"{outage.remedy} Ce qui n’était pas fini n’a pas été écrit.")
    return None


def _explain(words: Sequence[str]) -> int:
    if words[:1] == ["--version"]:
        print(__version__)
        return 0
    help_words = ("-h", "--help", "help")
    group = {name: said for name, (_, said) in VERBS.items() if words and name.split()[0] == words[0]}
    asked = not words or words[0] in help_words or (bool(group) and words[1:2] and words[1] in help_words)
    if not asked:
        print(f"jigi : « {' '.join(words[:2])} » n’est pas une commande.\n", file=sys.stderr)
    out = sys.stdout if asked else sys.stderr
    print("Jigi, le registre social unifié et les programmes qui s’en servent.\n", file=out)
    width = max(map(len, VERBS))
    for name, said in (group or {name: said for name, (_, said) in VERBS.items()}).items():
        print(f"  jigi {name:<{width}}  {said}", file=out)
    print("\nChaque commande : jigi … --help. Avec --json, la dernière ligne est un objet JSON.", file=out)
    return 0 if asked else 2
