"""The whole population to a folder: villages planned once, blocks drawn side by side, written in order."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np

from jigi.demo.population import records
from jigi.demo.population.answers import draw_stays
from jigi.demo.population.canaries import plant
from jigi.demo.population.community import draw_lists
from jigi.demo.population.conditions import compose, draw_conditions
from jigi.demo.population.contact import absent_migrants, draw_contacts
from jigi.demo.population.csv_bytes import header, rows
from jigi.demo.population.identity import nina_cells, state_births
from jigi.demo.population.names import name_members
from jigi.demo.population.places import CommuneSpot, Villages, blocks, clusters, plan
from jigi.demo.population.records import Columns, Drawn
from jigi.demo.population.structure import Ints, draw_homes, draw_members
from jigi.foundation.errors import InputError

MOST_HOUSEHOLDS = 5_000_000
CLUSTER_HOUSEHOLDS = 15
FEWEST_CLUSTERS, MOST_CLUSTERS = 40, 300
REFERENCE = date(2016, 3, 1)
_REGISTER, _SURVEY, _ANSWERS = 10, 11, 12

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class FileFacts:
    """A written file: its lines without the header, its size and its fingerprint."""

    rows: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What `make_population` wrote; `files` by name, in the folder."""

    folder: Path
    seed: int
    reference: date
    households: int
    members: int
    villages: int
    listed: int
    surveyed: int
    files: dict[str, FileFacts]


@dataclass(frozen=True)
class _Lines:
    """Lines of one file, as bytes."""

    header: bytes
    body: bytes
    count: int

    @classmethod
    def of(cls, columns: Columns) -> _Lines:
        return cls(header(columns), rows(columns), len(next(iter(columns.values()))))


@dataclass(frozen=True)
class _Block:
    """The lines of one block of households, by file, and the population of each of its villages."""

    files: dict[str, _Lines]
    households: int
    village_population: Ints


def make_population(
    out: Path,
    households: int,
    seed: int,
    communes: Sequence[CommuneSpot],
    *,
    reference: date = REFERENCE,
    progress: Progress | None = None,
) -> Manifest:
    """Write the population to the folder `out` (created if needed; the files of a former one are replaced).

    `reference` is the first day of the interviews, from which ages count. `progress(done, households)` is
    called after each block. Raises InputError when the numbers make no sense or the folder cannot be
    written.
    """
    _check(households, seed, communes)
    if out.exists() and not out.is_dir():
        raise InputError(f"« {out} » n’est pas un dossier", remedy="Donnez le nom d’un dossier.")
    villages = plan(households, communes, seed)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _Folder(out) as folder:
            population = _write_register(folder, villages, seed, reference, progress)
            folder.append("villages.csv", _Lines.of(records.village_columns(villages, communes, population)))
            folder.append("enquete.csv", _survey(households, communes, seed, reference))
            folder.write("LISEZMOI.txt", _readme(households, seed, reference).encode())
    except OSError as error:
        raise InputError(
            f"Impossible d’écrire la population dans « {out} »",
            why=f"Le système répond : « {error.strerror} »",
            remedy="Choisissez un dossier où vous avez le droit d’écrire et assez de place.",
        ) from error
    written = folder.files
    return Manifest(
        folder=out,
        seed=seed,
        reference=reference,
        households=written["menages.csv"].rows,
        members=written["membres.csv"].rows,
        villages=written["villages.csv"].rows,
        listed=written["listes.csv"].rows,
        surveyed=written["enquete.csv"].rows,
        files=written,
    )


def _check(households: int, seed: int, communes: Sequence[CommuneSpot]) -> None:
    if not 1 <= households <= MOST_HOUSEHOLDS:
        raise InputError(
            f"Impossible de créer {households} ménages fictifs",
            remedy="Demandez entre 1 et 5 000 000 de ménages.",
        )
    if seed < 0:
        raise InputError("La graine du tirage est négative", remedy="Donnez un nombre entier, 0 ou plus.")
    if not communes:
        raise InputError("Aucune commune où placer la population", remedy="Donnez au moins une commune.")


def _write_register(folder: _Folder, villages: Villages, seed: int, reference: date, progress: Progress | None) -> Ints:
    """Every block's lines in order; returns the population of each village."""
    total, done, population = int(villages.households.sum()), 0, []
    for block in _side_by_side(lambda part: _register_block(part, seed, reference), blocks(villages)):
        for name, lines in block.files.items():
            folder.append(name, lines)
        population.append(block.village_population)
        done += block.households
        if progress:
            progress(done, total)
    return np.concatenate(population)


def _side_by_side(make: Callable[[Villages], _Block], parts: Iterable[Villages]) -> Iterator[_Block]:
    """Blocks in their order, made on every core, no more of them ahead than the writer can hold."""
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        waiting: deque[Future[_Block]] = deque()
        for part in parts:
            waiting.append(pool.submit(make, part))
            if len(waiting) > 2 * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _register_block(villages: Villages, seed: int, reference: date) -> _Block:
    rng = np.random.default_rng([seed, _REGISTER, int(villages.number[0])])
    apart = np.random.default_rng([seed, _ANSWERS, int(villages.number[0])])
    drawn = _draw(villages, "F-", reference, rng, apart)
    columns = {
        "menages.csv": records.household_columns(drawn, reference, rng),
        "membres.csv": plant(records.member_columns(drawn, reference, apart), drawn),
        "listes.csv": records.list_columns(drawn),
        "consommation.csv": records.consumption_columns(drawn),
    }
    village = drawn.homes.village[drawn.members.household]
    return _Block(
        files={name: _Lines.of(of_file) for name, of_file in columns.items()},
        households=len(drawn.homes),
        village_population=np.bincount(village, minlength=len(villages)),
    )


def _draw(
    villages: Villages, form: str, reference: date, rng: np.random.Generator, apart: np.random.Generator
) -> Drawn:
    """`apart` draws what was added later, so that the rest of a seed's population stays what it was."""
    homes = draw_homes(villages, rng)
    members = draw_members(homes, rng)
    first = int(villages.first_household[0])
    births = state_births(members, homes.urban[members.household], reference, rng)
    absent = absent_migrants(members, rng)
    people = compose(homes, members, births.age, absent)
    living = draw_conditions(homes, people, villages, rng)
    birthplace = villages.number[homes.village[members.household]]
    return Drawn(
        villages=villages,
        first=first,
        form=form,
        homes=homes,
        members=members,
        births=births,
        names=name_members(homes, members, villages, rng),
        nina=nina_cells(members, births, birthplace, rng),
        contacts=draw_contacts(homes, members, births.age, absent, living.goods["mobile_phone"], first, rng),
        people=people,
        living=living,
        lists=draw_lists(homes, people, living, villages, rng),
        stays=draw_stays(homes, living, villages, apart),
    )


def _survey(households: int, communes: Sequence[CommuneSpot], seed: int, reference: date) -> _Lines:
    """Other households, in clusters; a cluster's weight is how many households each of its own stands for."""
    count = int(np.clip(households // (10 * CLUSTER_HOUSEHOLDS), FEWEST_CLUSTERS, MOST_CLUSTERS))
    villages = clusters(count, CLUSTER_HOUSEHOLDS, communes, seed)
    rng = np.random.default_rng([seed, _SURVEY])
    drawn = _draw(villages, "FE-", reference, rng, rng.spawn(1)[0])
    weight = rng.lognormal(0.0, 0.3, count) * np.where(villages.urban, 0.5, 1.0)
    weight *= households / (weight.sum() * CLUSTER_HOUSEHOLDS)
    return _Lines.of(records.survey_columns(drawn, communes, weight, reference, rng))


class _Folder:
    """Files written beside their final name and renamed together when all went well."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, FileFacts] = {}
        self._open: dict[str, BinaryIO] = {}
        self._digest: dict[str, Any] = {}
        self._rows: dict[str, int] = {}

    def __enter__(self) -> _Folder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name, stream in self._open.items():
            self.files[name] = FileFacts(self._rows[name], stream.tell(), self._digest[name].hexdigest())
            stream.close()
            partial = self._partial(name)
            if error is None:
                partial.replace(self.path / name)
            else:
                partial.unlink(missing_ok=True)

    def append(self, name: str, lines: _Lines) -> None:
        """Lines at the end of the file, after its header the first time."""
        if name not in self._open:
            self.write(name, lines.header)
        self.write(name, lines.body)
        self._rows[name] += lines.count

    def write(self, name: str, content: bytes) -> None:
        if name not in self._open:
            self._open[name] = self._partial(name).open("wb")
            self._digest[name], self._rows[name] = hashlib.sha256(), 0
        self._open[name].write(content)
        self._digest[name].update(content)

    def _partial(self, name: str) -> Path:
        return self.path / f"{name}.partiel"


def _readme(households: int, seed: int, reference: date) -> str:
    text = (files("jigi.demo") / "data" / "lisezmoi.txt").read_text(encoding="utf-8")
    return text.format(households=households, seed=seed, start=f"{reference:%d/%m/%Y}")
