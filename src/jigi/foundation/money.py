"""Francs CFA (XOF): integers, no decimals (ISO 4217), up to the sums of a national budget."""

from __future__ import annotations

from collections.abc import Sequence

NARROW_SPACE = "\u202f"


def spaced(count: int) -> str:
    """« 17 750 », with the narrow space of French typography."""
    return f"{count:,}".replace(",", NARROW_SPACE)


def format_xof(amount_xof: int, *, unit: bool = True) -> str:
    """`30000` -> « 30 000 FCFA », with the narrow no-break spaces of French typography."""
    sign = "−" if amount_xof < 0 else ""
    return f"{sign}{spaced(abs(amount_xof))}{' FCFA' if unit else ''}"


def split_xof(amount_xof: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weights so that the parts add up to the franc (largest remainder, first wins ties)."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("Les poids doivent être positifs et leur somme non nulle.")
    parts = [amount_xof * weight // total for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda i: (-(amount_xof * weights[i] % total), i))
    for i in remainders[: amount_xof - sum(parts)]:
        parts[i] += 1
    return parts
