"""Households, persons, memberships, identifiers, phones, health and living conditions, and what each row was before.

`recorded_at` is when the transaction began that wrote the row as it stands; its earlier forms are rows of the
`Past…` table beside it.
"""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jigi.foundation.past import past_of
from jigi.foundation.sealed import IndexField, SealedField, secret
from jigi.geography.models import Area

DIFFICULTIES = ("seeing", "hearing", "walking", "remembering", "self_care", "communicating")
ERASED = "effacé:"
"""How the source key of an erased household begins: its digest follows, by which its form is recognised again."""


class Household(models.Model):
    """A household of the register, known by its RSU number, with where its data comes from."""

    class Status(models.TextChoices):
        ACTIVE = "active", "actif"
        LEFT = "left", "sorti du registre"
        DISSOLVED = "dissolved", "dissous"
        MERGED = "merged", "fusionné"

    class Situation(models.TextChoices):
        RESIDENT = "resident", "résident"
        DISPLACED = "displaced", "déplacé"
        RETURNED = "returned", "retourné"
        PASTORAL = "pastoral", "pasteur transhumant"

    rsu_number = models.CharField("numéro RSU", max_length=12, unique=True)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name="commune")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="village")
    stay_commune = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="commune de séjour"
    )
    stay_village = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", null=True, db_index=False, verbose_name="village de séjour"
    )
    stayed_since = models.DateField("séjourne là depuis", null=True)
    situation = models.CharField(
        "situation", max_length=10, choices=Situation, default=Situation.RESIDENT, db_default=Situation.RESIDENT
    )
    head_name = models.CharField("chef de ménage", max_length=120)
    size = models.PositiveSmallIntegerField("membres")
    longitude = models.FloatField("longitude", null=True, blank=True)
    latitude = models.FloatField("latitude", null=True, blank=True)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.ACTIVE)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True, verbose_name="fusionné dans"
    )
    split_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="+", null=True, verbose_name="issu de"
    )
    source = models.CharField("source", max_length=60)
    source_key = models.CharField("fiche", max_length=80)
    form_version = models.CharField("version du questionnaire", max_length=40, default="", db_default="", blank=True)
    content_hash = models.BinaryField("empreinte de la fiche", max_length=16)
    collected_on = models.DateField("vu le")
    collector = models.CharField("enquêteur", max_length=60, default="", blank=True)
    batch_id = models.BigIntegerField("lot d’import", null=True)
    registered_at = models.DateTimeField("enregistré le", db_default=Now())
    recorded_at = models.DateTimeField("écrit le", db_default=TransactionNow())

    class Meta:
        verbose_name = "ménage"
        constraints = [
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | ~Q(status="merged") & Q(merged_into__isnull=True),
                name="household_merged_into_one",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="household_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(stay_commune__isnull=False) | Q(stay_village__isnull=True, stayed_since__isnull=True),
                name="household_stay_has_commune",
            ),
            models.UniqueConstraint(fields=["source", "source_key"], name="household_interview_once"),
            models.CheckConstraint(condition=Q(size__gte=1), name="household_has_members"),
        ]
        indexes = [
            models.Index(fields=["commune", "village", "id"], name="household_by_place"),
            models.Index(fields=["collected_on", "id"], name="household_by_visit"),
            models.Index(fields=["batch_id"], name="household_by_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.head_name} · {self.rsu}"

    @property
    def rsu(self) -> str:
        """The RSU number as printed: « 4827-1930-66 »."""
        n = self.rsu_number
        return f"{n[:4]}-{n[4:8]}-{n[8:]}"

    @property
    def is_erased(self) -> bool:
        """Whether nothing of it names anybody any more (jigi.protection)."""
        return self.source_key.startswith(ERASED)


def _key(named: str, function: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=models.Func(F(named), function=function), output_field=models.TextField(), db_persist=True
    )


class Person(models.Model):
    """A person. Names are kept as said; `*_key` columns, made by the database, find their spellings (search.py):
    of the first given name, of the last when there are several, of the nickname, of the surname's last word.

    `commune` is the household's, repeated here: who may see a person depends on it, row by row (sql/fence.sql).
    """

    class Sex(models.TextChoices):
        MALE = "M", "homme"
        FEMALE = "F", "femme"

    class BirthPrecision(models.TextChoices):
        DAY = "day", "jour"
        MONTH = "month", "mois"
        YEAR = "year", "année"
        ABOUT = "about", "né vers"

    class Education(models.TextChoices):
        NONE = "none", "aucune"
        KORANIC = "koranic", "école coranique"
        LITERATE = "literate", "alphabétisation"
        PRIMARY = "primary", "primaire"
        SECONDARY = "secondary", "secondaire"
        HIGHER = "higher", "supérieure"

    class Occupation(models.TextChoices):
        FARMER = "farmer", "cultivateur"
        HERDER = "herder", "éleveur"
        FISHER = "fisher", "pêcheur"
        TRADER = "trader", "commerçant"
        CRAFT = "craft", "artisan"
        LABOURER = "labourer", "journalier"
        EMPLOYEE = "employee", "salarié"
        DOMESTIC = "domestic", "travail domestique"
        STUDENT = "student", "élève ou étudiant"
        NONE = "none", "sans occupation"

    commune = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="commune du ménage"
    )
    given_names = models.CharField("prénoms", max_length=80)
    surname = models.CharField("nom", max_length=80)
    nickname = models.CharField("surnom", max_length=60, default="", blank=True)
    given_key = _key("given_names", "jigi_first_word_key")
    other_key = _key("given_names", "jigi_other_word_key")
    nickname_key = _key("nickname", "jigi_first_word_key")
    surname_key = _key("surname", "jigi_last_word_key")
    sex = models.CharField("sexe", max_length=1, choices=Sex)
    birth_date = models.DateField("naissance", null=True)
    birth_precision = models.CharField("précision", max_length=5, choices=BirthPrecision, null=True)
    father_name = models.CharField("père", max_length=120, default="", blank=True)
    mother_name = models.CharField("mère", max_length=120, default="", blank=True)
    father = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="père"
    )
    mother = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name="mère"
    )
    died_on = models.DateField("décès", null=True)
    education = models.CharField("instruction", max_length=16, choices=Education, default="", db_default="", blank=True)
    in_school = models.BooleanField("va à l’école", null=True)
    occupation = models.CharField(
        "occupation", max_length=16, choices=Occupation, default="", db_default="", blank=True
    )
    recorded_at = models.DateTimeField("écrit le", db_default=TransactionNow())

    class Meta:
        verbose_name = "membre"
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=("M", "F")), name="person_sex"),
            models.CheckConstraint(
                condition=~Q(father=F("id")) & ~Q(mother=F("id")), name="person_is_not_their_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(died_on__isnull=True)
                | Q(birth_date__isnull=True)
                | ~Q(birth_precision="day")
                | Q(died_on__gte=F("birth_date")),
                name="person_dies_after_birth",
            ),
            models.CheckConstraint(
                condition=Q(birth_date__isnull=True, birth_precision__isnull=True)
                | Q(birth_date__isnull=False, birth_precision__isnull=False),
                name="person_birth_has_precision",
            ),
        ]
        indexes = [
            models.Index(fields=["surname_key", "given_key"], name="person_by_surname"),
            models.Index(fields=["given_key"], name="person_by_given_name"),
            models.Index(fields=["commune", "surname_key", "given_key"], name="person_by_place_and_name"),
            models.Index(fields=["other_key", "surname_key"], name="person_by_other_name", condition=~Q(other_key="")),
            models.Index(
                fields=["nickname_key", "surname_key"], name="person_by_nickname", condition=~Q(nickname_key="")
            ),
            # For who deletes a person: the database asks whose father or mother it was.
            models.Index(fields=["father"], name="person_by_father", condition=Q(father__isnull=False)),
            models.Index(fields=["mother"], name="person_by_mother", condition=Q(mother__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.given_names} {self.surname}"

    @property
    def birth(self) -> str:
        """« 12/05/2015 », « 05/2015 », « 2015 » or « vers 1985 »."""
        if self.birth_date is None:
            return "inconnue"
        pattern = {"day": "%d/%m/%Y", "month": "%m/%Y", "year": "%Y", "about": "vers %Y"}
        return self.birth_date.strftime(pattern[self.birth_precision or "about"])


class Membership(models.Model):
    """A person's place in a household, dated: from `started_on` until the day before `ended_on`.

    `line` is the line of the roster it was read from. `unit` is the recipient unit inside the household: a wife and
    her children may be paid apart; each unit has one recipient at most. `shared` declares that the person lives in
    two households at once (a fostered child, a husband of two compounds); without it no day is lived twice
    (sql/residence.sql).
    """

    class Relation(models.TextChoices):
        HEAD = "head", "chef de ménage"
        SPOUSE = "spouse", "conjoint"
        CHILD = "child", "enfant"
        FOSTERED = "fostered", "enfant confié"
        PARENT = "parent", "père ou mère"
        SIBLING = "sibling", "frère ou sœur"
        GRANDCHILD = "grandchild", "petit-enfant"
        OTHER_KIN = "other_kin", "autre parent"
        UNRELATED = "unrelated", "sans lien"

    class Role(models.TextChoices):
        NONE = "", "—"
        RECIPIENT = "recipient", "allocataire"
        ALTERNATE = "alternate", "suppléant"

    class End(models.TextChoices):
        OPEN = "", "—"
        DEATH = "death", "décès"
        DEPARTURE = "departure", "départ"
        MARRIAGE = "marriage", "mariage"
        SPLIT = "split", "scission du ménage"
        MERGE = "merge", "fusion de ménages"
        DISSOLVED = "dissolved", "ménage dissous"
        ERROR = "error", "inscrit par erreur"

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    line = models.PositiveSmallIntegerField("ligne")
    relation = models.CharField("lien", max_length=12, choices=Relation)
    spouse_rank = models.PositiveSmallIntegerField("rang de l’épouse", null=True)
    role = models.CharField("rôle", max_length=10, choices=Role, default=Role.NONE, blank=True)
    unit = models.PositiveSmallIntegerField("unité allocataire", default=1, db_default=1)
    absent = models.BooleanField("absent, en migration", default=False)
    absent_since = models.DateField("absent depuis", null=True)
    shared = models.BooleanField("vit aussi ailleurs", default=False, db_default=False)
    started_on = models.DateField("depuis")
    ended_on = models.DateField("jusqu’au", null=True)
    end_reason = models.CharField("fin", max_length=10, choices=End, default=End.OPEN, db_default=End.OPEN, blank=True)
    recorded_at = models.DateTimeField("écrit le", db_default=TransactionNow())

    class Meta:
        verbose_name = "appartenance"
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ended_on__isnull=True, shared=False),
                name="membership_one_household_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["person", "household"],
                condition=Q(ended_on__isnull=True),
                name="membership_once_in_a_household",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(ended_on__isnull=True, relation="head"),
                name="membership_one_head",
            ),
            models.UniqueConstraint(
                fields=["household", "unit"],
                condition=Q(ended_on__isnull=True, role="recipient"),
                name="membership_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="membership_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(unit__gte=1), name="membership_unit"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=False) | Q(end_reason=""), name="membership_end_has_day"
            ),
        ]


class Identifier(models.Model):
    """A document of a person: NINA first; one value belongs to one person."""

    class Kind(models.TextChoices):
        NINA = "nina", "NINA"
        BIRTH = "birth", "acte de naissance"
        CARD = "card", "carte d’identité"
        PASSPORT = "passport", "passeport"
        VOTER = "voter", "carte d’électeur"
        FAMILY = "family", "livret de famille"
        REFUGEE = "refugee", "carte de réfugié"
        OTHER = "other", "autre document"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField("document", max_length=10, choices=Kind)
    sealed = SealedField("numéro, chiffré", kind="document")
    value_index = IndexField("index du numéro")
    value = secret("document", "sealed", "value_index")
    expires_on = models.DateField("expire le", null=True)
    recorded_at = models.DateTimeField("écrit le", db_default=TransactionNow())

    class Meta:
        verbose_name = "document"
        constraints = [models.UniqueConstraint(fields=["kind", "value_index"], name="identifier_one_holder")]

    @property
    def masked(self) -> str:
        return f"•••• {self.value[-4:]}"


class Phone(models.Model):
    """A telephone by which a person can be reached, and whose it is. Text: leading zeros and signs are kept."""

    class Owner(models.TextChoices):
        SELF = "self", "soi-même"
        SPOUSE = "spouse", "conjoint"
        KIN = "kin", "parent"
        NEIGHBOUR = "neighbour", "voisin"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="phones")
    sealed = SealedField("téléphone, chiffré", kind="phone")
    number_index = IndexField("index du téléphone", db_index=True)
    number = secret("phone", "sealed", "number_index")
    owner = models.CharField("à qui", max_length=10, choices=Owner, default=Owner.SELF)
    recorded_at = models.DateTimeField("écrit le", db_default=TransactionNow())

    class Meta:
        verbose_name = "téléphone"
        constraints = [models.UniqueConstraint(fields=["person", "number_index"], name="phone_once_per_person")]

    @property
    def masked(self) -> str:
        return f"•• •• •• {self.number[-2:]}"


class Difficulty(models.IntegerChoices):
    """Answers to the questions of the Washington Group."""

    NONE = 1, "non, aucune"
    SOME = 2, "oui, quelques"
    MUCH = 3, "oui, beaucoup"
    UNABLE = 4, "ne peut pas du tout"


def _difficulty(french: str) -> models.SmallIntegerField[int | None, int | None]:
    return models.SmallIntegerField(french, choices=Difficulty, null=True)


class Health(models.Model):
    """What is known of a person's difficulties, pregnancy and breastfeeding: no page's role may read it.

    An act reads it for whoever gives a reason, and leaves a row (sql/fence.sql). The six questions are the short set
    of the Washington Group on Disability Statistics; a person is counted as disabled from « beaucoup » in one of them.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="health")
    seeing = _difficulty("voir, même avec des lunettes")
    hearing = _difficulty("entendre, même avec un appareil")
    walking = _difficulty("marcher ou monter")
    remembering = _difficulty("se souvenir ou se concentrer")
    self_care = _difficulty("se laver ou s’habiller")
    communicating = _difficulty("communiquer, comprendre ou être compris")
    chronic_illness = models.BooleanField("maladie chronique", null=True)
    due_on = models.DateField("accouchement attendu le", null=True)
    breastfeeding_since = models.DateField("allaite depuis", null=True)
    collected_on = models.DateField("vu le")
    recorded_at = models.DateTimeField("écrit le", db_default=TransactionNow())

    class Meta:
        verbose_name = "santé"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(**{f"{question}__isnull": True}) | Q(**{f"{question}__range": (1, 4)})
                        for question in DIFFICULTIES
                    )
                ),
                name="health_difficulty_1_to_4",
            )
        ]


def _code(french: str, length: int = 16) -> models.CharField[str | None, str | None]:
    return models.CharField(french, max_length=length, null=True, blank=True)


def _count(french: str) -> models.IntegerField[int | None, int | None]:
    return models.IntegerField(french, null=True, blank=True)


def _small(french: str) -> models.SmallIntegerField[int | None, int | None]:
    return models.SmallIntegerField(french, null=True, blank=True)


def _yes(french: str) -> models.BooleanField[bool | None, bool | None]:
    return models.BooleanField(french, null=True, blank=True)


class LivingConditions(models.Model):
    """What targeting reads of a household, in typed columns; or the same of a household in a survey sample."""

    household = models.OneToOneField(Household, on_delete=models.CASCADE, null=True, related_name="living_conditions")
    survey = models.CharField("enquête", max_length=40, null=True)
    survey_key = models.CharField("fiche de l’enquête", max_length=80, null=True)
    batch_id = models.BigIntegerField("lot d’import", null=True)
    collected_on = models.DateField("vu le", null=True)

    household_size = _small("Taille du ménage")
    children_under_5 = _small("Enfants de moins de 5 ans")
    children_under_15 = _small("Enfants de moins de 15 ans")
    active_adults = _small("Adultes actifs")
    wives = _small("Conjoints du chef")
    head_age = _small("Âge du chef")
    head_sex = _code("Sexe du chef", 4)
    head_education = _code("Instruction du chef")
    head_occupation = _code("Occupation du chef")
    livelihood = _code("Moyen d’existence")
    stratum = _code("Strate")
    zone = _code("Zone")
    urban = _yes("Milieu urbain")
    dwelling_status = _code("Statut du logement")
    wall = _code("Murs")
    roof = _code("Toit")
    floor = _code("Sol")
    water = _code("Eau de boisson")
    toilet = _code("Toilettes")
    lighting = _code("Éclairage")
    cooking_fuel = _code("Combustible")
    rooms = _small("Pièces")
    meals_per_day = _small("Repas par jour")
    fcs = _small("Score de consommation alimentaire")
    rcsi = _small("Indice des stratégies de survie")
    hdds = _small("Score de diversité alimentaire")
    plough = _yes("Charrue")
    cart = _yes("Charrette")
    motorcycle = _yes("Moto")
    bicycle = _yes("Vélo")
    mobile_phone = _yes("Téléphone mobile")
    radio = _yes("Radio")
    television = _yes("Télévision")
    land_ha = models.DecimalField("Terre cultivée (ha)", max_digits=7, decimal_places=2, null=True, blank=True)
    cattle = _count("Bovins")
    sheep_goats = _count("Ovins et caprins")
    donkeys = _count("Ânes")
    camels = _count("Chameaux")
    poultry = _count("Volaille")
    housing_score = models.FloatField("Score du logement", null=True, blank=True)
    education_score = models.FloatField("Score d’instruction", null=True, blank=True)
    health_score = models.FloatField("Score de santé", null=True, blank=True)

    cluster = _code("Grappe", 40)
    weight = models.FloatField("Poids", null=True, blank=True)
    consumption_xof = models.BigIntegerField("Consommation par personne et par an", null=True, blank=True)
    recorded_at = models.DateTimeField("écrit le", db_default=TransactionNow())

    class Meta:
        verbose_name = "conditions de vie"
        constraints = [
            models.UniqueConstraint(fields=["survey", "survey_key"], name="survey_interview_once"),
            models.CheckConstraint(
                condition=Q(household__isnull=False, survey__isnull=True, consumption_xof__isnull=True)
                | Q(household__isnull=True, survey__isnull=False, survey_key__isnull=False),
                name="living_conditions_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(household__isnull=True) | Q(collected_on__isnull=False), name="living_conditions_have_a_day"
            ),
        ]
        indexes = [models.Index(fields=["collected_on"], name="living_conditions_by_visit")]


PastHousehold = past_of(Household)
PastPerson = past_of(Person)
PastMembership = past_of(Membership, by="household")
PastIdentifier = past_of(Identifier, by="person")
PastPhone = past_of(Phone, by="person")
PastHealth = past_of(Health, by="person")
PastLivingConditions = past_of(LivingConditions, by="household")
