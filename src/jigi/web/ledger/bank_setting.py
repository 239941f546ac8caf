"""/comptabilite/banque/reglage/: the administrator sets the accounts at banks, one by a form or many by a file."""

from __future__ import annotations

from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from jigi.foundation.errors import InputError, JigiError, Refused
from jigi.foundation.models import User
from jigi.payments import bank_accounts as payments
from jigi.payments.bank_accounts import Described
from jigi.payments.bank_models import BankAccount
from jigi.programmes.models import Agency, Agreement
from jigi.web.account.step_up import require_proof
from jigi.web.payments.sight import person_with
from jigi.web.submissions import KeyReused, carry_out

MOST_BYTES = 1 << 20
FIELDS = ("code", "intitule", "banque", "numero", "convention", "agence")


def setting(request: HttpRequest) -> HttpResponseBase:
    """The accounts that are set, and the form that sets one: first whose it is, then what it mirrors."""
    user = person_with(request, payments.RIGHT)
    if request.method == "POST":
        require_proof(request)
        try:
            carry_out(request, lambda: _set(request, user))
        except KeyReused:
            raise
        except JigiError as error:
            return _page(request, error)
        return redirect("ledger_bank_setting")
    return _page(request)


def _page(request: HttpRequest, error: JigiError | None = None) -> HttpResponseBase:
    said = request.POST if request.method == "POST" else request.GET
    agreement = Agreement.objects.filter(code=said.get("convention", "")).first()
    agency = Agency.objects.filter(code=said.get("agence", "")).first()
    found = BankAccount.objects.select_related("agreement", "agency", "made_by").prefetch_related(
        "mirrors__account", "columns"
    )
    known = BankAccount.objects.filter(code=said.get("code", "")).first()
    mirrored = known.mirrors.exclude(account=known.own_id).values_list("account__code", flat=True) if known else ()
    context = {
        "accounts": found.order_by("code"), "agreements": Agreement.objects.order_by("code"), "error": error,
        "agencies": Agency.objects.order_by("name"), "agreement": agreement, "agency": agency,
        "offered": payments.offered(agreement, agency, said.get("code", "")),
        "said": {name: said.get(name, "") for name in FIELDS},
        "ticked": said.getlist("compte") or list(mirrored),
    }  # fmt: skip
    return render(request, "ledger/bank_setting.html", context, status=400 if error else 200)


def _set(request: HttpRequest, user: User) -> str:
    if "fichier" in request.FILES:
        return f"{len(_load(request, user))} comptes bancaires réglés."
    code, name, bank, number, agreement, agency = (request.POST.get(field, "").strip() for field in FIELDS)
    said = Described(code[:40], name, bank, number, agreement, agency, request.POST.getlist("compte"))
    return f"Compte bancaire réglé : {payments.describe(said, by=user)}."


def _load(request: HttpRequest, user: User) -> list[BankAccount]:
    sent = request.FILES["fichier"]
    if not isinstance(sent, UploadedFile):
        raise Refused("Aucun fichier n’a été joint", remedy="Choisissez le fichier relu, puis envoyez-le.")
    name = PurePath(sent.name or "comptes.toml").name
    if (sent.size or 0) > MOST_BYTES:
        raise InputError("Le fichier dépasse 1 Mo", file=name, remedy="Un réglage tient en quelques lignes.")
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(sent.read())
        return payments.configure(path, by=user)
