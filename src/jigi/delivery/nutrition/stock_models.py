"""Products, rations, lots, places that hold stock, and its movements: grams never changed, only countered."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.delivery.contracts.models import Contract
from jigi.delivery.hands import hand, later_hand
from jigi.geography.models import Area
from jigi.programmes.models import Component


class Category(models.TextChoices):
    """Who a ration is for. Whether a woman is pregnant or breastfeeds is said nowhere else than in CensusHealth."""

    CHILD = "child", "enfant"
    WOMAN = "woman", "femme"


class Product(models.Model):
    """A fortified food, as the reviewed file names it."""

    code = models.CharField("code", max_length=20, unique=True)
    name = models.CharField("nom", max_length=120)
    source = models.CharField("source", max_length=300)

    class Meta:
        verbose_name = "produit nutritionnel"

    def __str__(self) -> str:
        return self.code


class RationScale(models.Model):
    """A scale of rations, with the windows of age and of maternity that open them, and where it comes from.

    Ages are in completed months, both ends included. A scale that a distribution used no longer changes.
    """

    code = models.CharField("code", max_length=30, unique=True)
    title = models.CharField("intitulé", max_length=160)
    author = models.CharField("auteur", max_length=160)
    source = models.CharField("source", max_length=300)
    valid_from = models.DateField("valable du")
    valid_until = models.DateField("au", null=True)
    from_months = models.PositiveSmallIntegerField("âge le plus bas, en mois")
    to_months = models.PositiveSmallIntegerField("âge le plus haut, en mois")
    pregnancy_days = models.PositiveSmallIntegerField("jours de grossesse avant le terme")
    overdue_days = models.PositiveSmallIntegerField("jours après le terme, sans nouvelle")
    breastfeeding_months = models.PositiveSmallIntegerField("mois d’allaitement")
    file_hash = models.CharField("empreinte", max_length=64)

    class Meta:
        verbose_name = "barème de rations"
        constraints = [
            models.CheckConstraint(condition=Q(to_months__gte=F("from_months")), name="ration_scale_ages"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="ration_scale_dates"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Ration(models.Model):
    """What a scale gives to a category: one product, so many grams a month."""

    scale = models.ForeignKey(RationScale, on_delete=models.CASCADE, related_name="rations")
    category = models.CharField("catégorie", max_length=6, choices=Category)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    grams_per_month = models.BigIntegerField("grammes par mois")

    class Meta:
        verbose_name = "ration"
        constraints = [
            models.UniqueConstraint(fields=["scale", "category"], name="ration_one_product_a_category"),
            models.CheckConstraint(condition=Q(grams_per_month__gt=0), name="ration_is_something"),
            models.CheckConstraint(condition=Q(category__in=("child", "woman")), name="ration_category"),
        ]


class Lot(models.Model):
    """A lot as its bags are marked. Recalled, it is given to nobody any more (sql/nutrition_stock.sql)."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lots", verbose_name="produit")
    number = models.CharField("numéro de lot", max_length=40)
    expires_on = models.DateField("à consommer avant le")
    supplier = models.CharField("fournisseur", max_length=120, default="", blank=True)
    recalled_at = models.DateTimeField("rappelé le", null=True)
    recalled_by = later_hand("rappelé par")
    recall_reason = models.CharField("motif du rappel", max_length=300, default="", blank=True)

    class Meta:
        verbose_name = "lot"
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="lot_number_once"),
            models.CheckConstraint(condition=~Q(number=""), name="lot_has_number"),
            models.CheckConstraint(
                condition=Q(recalled_at__isnull=True, recalled_by__isnull=True, recall_reason="")
                | Q(recalled_at__isnull=False, recalled_by__isnull=False) & ~Q(recall_reason=""),
                name="lot_recall_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} · lot {self.number}"


class StockPlace(models.Model):
    """A warehouse or a site where rations are given. A site is an operator's, under its contract."""

    class Kind(models.TextChoices):
        WAREHOUSE = "warehouse", "magasin"
        SITE = "site", "site de distribution"

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+", verbose_name="composante")
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, related_name="stock_places", verbose_name="contrat"
    )
    kind = models.CharField("nature", max_length=10, choices=Kind)
    name = models.CharField("nom", max_length=120)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="village")
    made_by = hand("ouvert par")
    made_at = models.DateTimeField("ouvert le", db_default=Now())

    class Meta:
        verbose_name = "lieu de stock"
        constraints = [
            models.UniqueConstraint(fields=["component", "commune", "name"], name="stock_place_name_once"),
            models.CheckConstraint(
                condition=Q(kind="warehouse") | Q(kind="site", contract__isnull=False), name="stock_site_has_contract"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="stock_place_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class StockAct(models.Model):
    """One thing that happened to stock: its movements are its lines, written with it and never after.

    `corrects` is the act that a correction takes back whole; a correction without it takes back one hand-out.
    """

    class Kind(models.TextChoices):
        ARRIVAL = "arrival", "arrivée"
        TRANSFER = "transfer", "transfert"
        RETURN = "return", "retour"
        LOSS = "loss", "perte"
        COUNT = "count", "inventaire"
        DISTRIBUTION = "distribution", "distribution"
        CORRECTION = "correction", "correction"

    kind = models.CharField("nature", max_length=12, choices=Kind)
    day = models.DateField("jour")
    reference = models.CharField("bordereau", max_length=60, default="", blank=True)
    reason = models.CharField("motif", max_length=300, default="", blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by", verbose_name="corrige"
    )
    made_by = hand("fait par")
    made_at = models.DateTimeField("fait le", db_default=Now())

    class Meta:
        verbose_name = "opération de stock"
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | Q(kind="correction"), name="stock_only_corrections_correct"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("loss", "count", "correction")) | ~Q(reason=""), name="stock_act_says_why"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("arrival", "transfer", "return", "loss", "count", "distribution", "correction")),
                name="stock_act_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class StockMovement(models.Model):
    """Grams of a lot that came to a place (above zero) or left it. It never changes."""

    act = models.ForeignKey(StockAct, on_delete=models.PROTECT, related_name="movements", verbose_name="opération")
    place = models.ForeignKey(StockPlace, on_delete=models.PROTECT, related_name="movements", verbose_name="lieu")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="movements", verbose_name="lot")
    grams = models.BigIntegerField("grammes")
    handout = models.ForeignKey(
        "delivery.Handout", on_delete=models.PROTECT, null=True, related_name="movements", verbose_name="remise"
    )

    class Meta:
        verbose_name = "mouvement de stock"
        constraints = [models.CheckConstraint(condition=~Q(grams=0), name="stock_movement_moves_something")]
        indexes = [models.Index(fields=["place", "lot"], name="stock_movement_by_place")]


class StockBalance(models.Model):
    """What a place holds of a lot: written by the database with each movement, by nobody else."""

    place = models.ForeignKey(StockPlace, on_delete=models.PROTECT, related_name="balances", verbose_name="lieu")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="balances", verbose_name="lot")
    grams = models.BigIntegerField("grammes")

    class Meta:
        verbose_name = "stock"
        constraints = [
            models.UniqueConstraint(fields=["place", "lot"], name="stock_balance_once"),
            models.CheckConstraint(condition=Q(grams__gte=0), name="stock_balance_never_negative"),
        ]


class StockCheck(models.Model):
    """Another person's word that an act is as its paper says; sql/nutrition_stock.sql refuses the same hand."""

    act = models.OneToOneField(StockAct, on_delete=models.PROTECT, related_name="check_made", verbose_name="opération")
    by = hand("contrôlé par")
    at = models.DateTimeField("contrôlé le", db_default=Now())

    class Meta:
        verbose_name = "contrôle d’une opération de stock"
