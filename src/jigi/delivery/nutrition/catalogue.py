"""Products and scales of rations as reviewed data: a TOML file, the one shipped by default, read strictly."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from jigi.delivery.nutrition.models import Category, Distribution, Product, Ration, RationScale
from jigi.delivery.nutrition.rules import Window
from jigi.foundation import audit
from jigi.foundation.errors import Refused
from jigi.foundation.models import User
from jigi.foundation.toml_table import Table, parse, read_text
from jigi.geography.access import require

SHIPPED = Path(__file__).parent.parent / "data" / "nutrition.toml"
CODE = r"[A-Z0-9][A-Z0-9+.-]{0,19}"
LOAD = "programmes.load"


@dataclass(frozen=True)
class ProductSaid:
    """A product of the file."""

    code: str
    name: str
    source: str


@dataclass(frozen=True)
class ScaleSaid:
    """A scale of the file; `rations`: (category, product, grams a month)."""

    code: str
    title: str
    author: str
    source: str
    valid_from: date
    valid_until: date | None
    window: Window
    rations: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Catalogue:
    """What a file says, and its SHA-256."""

    products: tuple[ProductSaid, ...]
    scales: tuple[ScaleSaid, ...]
    file_hash: str


def read_catalogue(path: str | Path = SHIPPED) -> Catalogue:
    """The products and scales of a file. InputError with the line of the first mistake."""
    text = read_text(path)
    top = parse(text, path)
    products = tuple(_product(said) for said in top.tables("product"))
    known = [one.code for one in products]
    scales = tuple(_scale(said, known) for said in top.tables("scale"))
    _refuse_doubles(top, "product", known)
    _refuse_doubles(top, "scale", [one.code for one in scales])
    top.refuse_others()
    if not products or not scales:
        raise top.error("", "Il faut un produit et un barème au moins", remedy="Partez du fichier livré avec Jigi")
    return Catalogue(products, scales, hashlib.sha256(text.encode()).hexdigest())


@transaction.atomic
def load(path: str | Path = SHIPPED, *, by: User) -> int:
    """Load a file; returns how many products and scales it added or changed. A second time changes nothing.

    InputError with the line of the first mistake; Refused without the right, and where a scale that a distribution
    follows would change.
    """
    require(by, LOAD)
    said = read_catalogue(path)
    changed = sum(_keep_product(one) for one in said.products)
    for scale in said.scales:
        changed += _keep_scale(scale, said.file_hash)
    if changed:
        facts = {"file": Path(path).name, "hash": said.file_hash, "changed": changed}
        audit.record("load", "ration_scale", said.file_hash[:12], by=by, after=facts)
    return changed


def window_of(scale: RationScale) -> Window:
    """The window of a scale, for the rules."""
    return Window(
        scale.from_months, scale.to_months, scale.pregnancy_days, scale.overdue_days, scale.breastfeeding_months
    )


def _refuse_doubles(top: Table, key: str, codes: list[str]) -> None:
    for place, code in enumerate(codes):
        if code in codes[:place]:
            wrong = top.tables(key)[place]
            raise wrong.error("code", f"« {code} » est déjà plus haut", remedy="Gardez un seul des deux blocs")


def _product(said: Table) -> ProductSaid:
    found = ProductSaid(said.text("code", pattern=CODE), said.text("name"), said.text("source"))
    said.refuse_others()
    return found


def _scale(said: Table, products: list[str]) -> ScaleSaid:
    window = said.table("window")
    months = Window(*(window.integer(key, minimum=0) for key in Window.__dataclass_fields__))
    window.refuse_others()
    if months.to_months < months.from_months:
        raise window.error("to_months", "La fenêtre d’âge finit avant de commencer")
    starts, ends = said.day("valid_from"), said.day("valid_until") if "valid_until" in said.data else None
    if ends and ends < starts:
        raise said.error("valid_until", "Le barème finit avant de commencer")
    rations = tuple(_ration(one, products) for one in said.tables("ration"))
    if (
        sorted(category for category, _, _ in rations) != sorted({category for category, _, _ in rations})
        or not rations
    ):
        raise said.error("ration", "Un barème a une ration par catégorie, et une au moins")
    found = ScaleSaid(
        said.text("code", pattern=CODE), said.text("title"), said.text("author"), said.text("source"), starts, ends,
        months, rations,
    )  # fmt: skip
    said.refuse_others()
    return found


def _ration(said: Table, products: list[str]) -> tuple[str, str, int]:
    found = (
        said.choice("category", Category.values), said.choice("product", products),
        said.integer("grams_per_month", minimum=1),
    )  # fmt: skip
    said.refuse_others()
    return found


def _keep_product(said: ProductSaid) -> bool:
    before = Product.objects.filter(code=said.code).values(*asdict(said)).first()
    Product.objects.update_or_create(code=said.code, defaults=asdict(said))
    return before != asdict(said)


def _keep_scale(said: ScaleSaid, file_hash: str) -> bool:
    facts = {
        "title": said.title, "author": said.author, "source": said.source, "valid_from": said.valid_from,
        "valid_until": said.valid_until, **asdict(said.window),
    }  # fmt: skip
    before = RationScale.objects.filter(code=said.code).first()
    if before and facts == {name: getattr(before, name) for name in facts} and _rations(before) == set(said.rations):
        return False
    if before and Distribution.objects.filter(scale=before).exclude(status="cancelled").exists():
        raise Refused(
            f"Le barème « {said.code} » est déjà suivi par une distribution : il ne change plus",
            remedy="Écrivez le nouveau sous un autre code.",
        )
    scale, _ = RationScale.objects.update_or_create(code=said.code, defaults={**facts, "file_hash": file_hash})
    scale.rations.all().delete()
    products = {one.code: one for one in Product.objects.all()}
    Ration.objects.bulk_create(
        Ration(scale=scale, category=category, product=products[product], grams_per_month=grams)
        for category, product, grams in said.rations
    )
    return True


def _rations(scale: RationScale) -> set[tuple[str, str, int]]:
    return set(scale.rations.values_list("category", "product__code", "grams_per_month"))
