"""The rows of the matrix that speak of money that goes back to its fund."""

from __future__ import annotations

from django.urls import reverse

from tests.access.asks import Ask, _key

REFUND_ASKS: tuple[Ask, ...] = (
    Ask(
        "payment_refund",
        "retour aux fonds (page)",
        lambda w, p: reverse("payment_refund", args=[w.scene.component.pk]) if p == "above" else None,
    ),
    Ask(
        "payment_refund",
        "rendre aux fonds",
        lambda w, p: reverse("payment_refund", args=[w.scene.component.pk]) if p == "above" else None,
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "payment_refund_decide",
        "décider une perte",
        lambda w, p: reverse("payment_refund_decide", args=[w.scene.component.pk]) if p == "above" else None,
        sent=_key(motif="essai de la matrice"),
    ),
    Ask(
        "payment_refund_withdraw",
        "retirer une décision de perte",
        lambda w, p: reverse("payment_refund_withdraw", args=[w.scene.component.pk]) if p == "above" else None,
        sent=_key(motif="essai de la matrice"),
    ),
)
