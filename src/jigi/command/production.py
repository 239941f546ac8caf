"""What `jigi doctor --production` refuses: what may stand on a demonstration, and nowhere people's data are.

Each finding says what was found and what to do. The database is examined through the account that the site
itself uses.
"""

from __future__ import annotations

import ipaddress
import os

import psutil
from django.conf import settings
from django.db import connection

from jigi.demo import ground
from jigi.foundation.doctor import Finding
from jigi.foundation.models import User
from jigi.geography.factors import accounts_without_factor

SHORTEST_KEY = 50
DEFAULT_KEYS = ("django-insecure", "changeme", "change-me", "secret", "essai", "check")


def examine_production() -> list[Finding]:
    """Examine settings, database account, accounts, and the addresses this machine serves; each an error or fine."""
    return [
        _debug(), _secret_key(), _https(), _hosts(), _database_role(), _table_owner(), _embedded(),
        _demonstration_ground(), _demonstration_accounts(), _factors(), _administrators(),
    ]  # fmt: skip


def _finding(name: str, fault: str, remedy: str, *, sound: str = "en ordre") -> Finding:
    return Finding("erreur", name, fault, remedy) if fault else Finding("bon", name, sound)


def _debug() -> Finding:
    fault = "JIGI_DEBUG vaut 1 : les erreurs montrent le code et les données" if settings.DEBUG else ""
    return _finding("Mode d’essai", fault, "Retirez JIGI_DEBUG de l’environnement.", sound="arrêté")


def _secret_key() -> Finding:
    remedy = (
        "Mettez dans JIGI_SECRET_KEY au moins 50 signes tirés au hasard, la même sur chaque machine "
        "(python3 -c 'import secrets; print(secrets.token_urlsafe(50))')."
    )
    key = os.environ.get("JIGI_SECRET_KEY", "")
    if not key:
        fault = "JIGI_SECRET_KEY n’est pas donnée : la clé est un fichier de cette machine"
    elif len(key) < SHORTEST_KEY or len(set(key)) < 10:
        fault = f"elle est trop courte ou trop simple ({len(key)} signes)"
    elif any(key.lower().startswith(known) for known in DEFAULT_KEYS):
        fault = "c’est une clé d’exemple"
    else:
        fault = ""
    return _finding("Clé des sessions", fault, remedy)


def _https() -> Finding:
    wanted = {
        "SECURE_SSL_REDIRECT": "redirection vers https", "SESSION_COOKIE_SECURE": "cookie de session par https",
        "CSRF_COOKIE_SECURE": "cookie des formulaires par https", "SECURE_HSTS_SECONDS": "HSTS",
    }  # fmt: skip
    missing = [said for name, said in wanted.items() if not getattr(settings, name)]
    fault = f"il manque : {', '.join(missing)}" if missing else ""
    remedy = "Mettez JIGI_HTTPS=1 derrière un mandataire qui termine TLS et pose X-Forwarded-Proto."
    return _finding("Liaison chiffrée (TLS)", fault, remedy)


def _hosts() -> Finding:
    hosts = [host.strip() for host in settings.ALLOWED_HOSTS]
    fault = ""
    if "*" in hosts:
        fault = "le site répond sous n’importe quel nom"
    elif not [host for host in hosts if host not in ("localhost", "127.0.0.1", "[::1]", "testserver", "")]:
        fault = "le site n’a pas de nom : il ne répond qu’à cette machine"
    elif "testserver" in hosts:
        fault = "« testserver » est parmi les noms du site"
    return _finding(
        "Noms du site", fault, "Mettez dans JIGI_HOSTS le nom du site, et lui seul.", sound=", ".join(hosts)
    )


def _database_role() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        return _judged(*cursor.fetchone())


def _judged(name: str, is_super: bool, bypasses: bool, creates: bool) -> Finding:
    faults = {"tout pouvoir (SUPERUSER)": is_super, "passe les lignes (BYPASSRLS)": bypasses, "crée des rôles": creates}
    held = [said for said, holds in faults.items() if holds]
    fault = f"« {name} » : {', '.join(held)}" if held else ""
    remedy = "Donnez au site, par DATABASE_URL, un rôle ordinaire de PostgreSQL."
    return _finding("Rôle de la base", fault, remedy, sound=f"« {name} », ordinaire")


def _table_owner() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                AND pg_has_role(current_user, relowner, 'USAGE')
        """)
        owned = cursor.fetchone()[0]
    fault = f"le rôle du site possède {owned} tables : il peut en changer les règles" if owned else ""
    remedy = "Lancez « jigi setup » avec un rôle propriétaire, et le site avec un autre."
    return _finding("Propriétaire des tables", fault, remedy, sound="un autre rôle")


def _embedded() -> Finding:
    remedy = "Donnez un PostgreSQL administré par DATABASE_URL, ou ne servez que cette machine (127.0.0.1)."
    if os.environ.get("DATABASE_URL"):
        return Finding("bon", "Base embarquée", "non")
    public = sorted(_public_addresses_served())
    if public:
        return Finding("erreur", "Base embarquée", f"le site est servi sur {', '.join(public)}", remedy)
    if any(host not in ("localhost", "127.0.0.1", "[::1]", "testserver", "") for host in settings.ALLOWED_HOSTS):
        return Finding("erreur", "Base embarquée", "le site porte un nom public (JIGI_HOSTS)", remedy)
    return Finding("attention", "Base embarquée", "pour cette machine seule", remedy)


def _public_addresses_served() -> set[str]:
    """Addresses beyond this machine on which a « jigi serve » listens now."""
    served = set()
    for process in psutil.process_iter(["cmdline"]):
        if "serve" not in (words := process.info["cmdline"] or []) or not any("jigi" in word for word in words):
            continue
        host = words[words.index("--host") + 1] if "--host" in words[:-1] else "127.0.0.1"
        if not _is_loopback(host):
            served.add(host)
    return served


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _demonstration_ground() -> Finding:
    fault = "cette base est celle d’une démonstration : « jigi demo » l’efface" if ground.is_marked() else ""
    return _finding(
        "Base de démonstration", fault, "Donnez une autre base par DATABASE_URL, et « jigi setup ».", sound="non"
    )


def _demonstration_accounts() -> Finding:
    names = list(User.objects.filter(is_demonstration=True).order_by("username").values_list("username", flat=True))
    fault = f"{len(names)} comptes au mot de passe connu de tous : {', '.join(names[:8])}" if names else ""
    remedy = "Repartez d’une base neuve (« jigi setup ») : ces comptes n’existent que dans une démonstration."
    return _finding("Comptes de démonstration", fault, remedy, sound="aucun")


def _factors() -> Finding:
    lacking = [user.username for user in accounts_without_factor()]
    fault = f"{len(lacking)} comptes sans second facteur : {', '.join(lacking[:8])}" if lacking else ""
    remedy = "Que chacun se connecte et le mette en place ; fermez les comptes qui ne servent pas."
    return _finding("Seconds facteurs", fault, remedy, sound="en place partout où un rôle en demande")


def _administrators() -> Finding:
    """Two at least, or nobody can administer the account of the one."""
    holders = User.objects.filter(is_active=True, is_service=False, staff_postings__role="administrator").distinct()
    if holders.count() >= 2:
        return Finding("bon", "Administration des comptes", f"{holders.count()} personnes")
    remedy = "Invitez deux personnes : jigi users invite NOM --name … --role administrator."
    return Finding("attention", "Administration des comptes", f"{holders.count()} personne", remedy)
