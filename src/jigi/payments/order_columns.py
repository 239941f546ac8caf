"""The columns of a line of orders, as `sql/order_lines.sql` gives them, in their order."""

from __future__ import annotations

HEADER = (
    "reference", "numero_rsu", "allocataire", "telephone", "site_de_paiement", "compte", "montant_fcfa", "nature",
    "tour", "empreinte_liste",
)  # fmt: skip
AMOUNT = HEADER.index("montant_fcfa")
PHONE, ACCOUNT = HEADER.index("telephone"), HEADER.index("compte")
AGREEMENT = len(HEADER)
"""Past what an agency reads: the number of the agreement that pays the line."""
