"""What a text weighs: GSM 03.38 and UCS-2, parts that lose nothing, templates refused with their line."""

from __future__ import annotations

import itertools
from datetime import datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jigi.foundation.errors import InputError, Refused
from jigi.messaging import catalogue, rules
from jigi.messaging.rules import Tariff

GSM = "".join(sorted(rules.BASIC | rules.EXTENSION))
texts = st.one_of(
    st.text(alphabet=GSM, max_size=700), st.text(max_size=300), st.text(alphabet="aɛ€😀", min_size=50, max_size=300)
)


def weight(text: str, gsm: bool) -> int:
    """The definition: septets, an extension letter after an escape; or bytes of UTF-16, two by two."""
    if gsm:
        return len(text) + sum(text.count(letter) for letter in rules.EXTENSION)
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


@given(texts)
def test_parts_lose_nothing_fit_and_are_as_few_as_can_be(text: str) -> None:
    parts, gsm = rules.parts(text), rules.is_gsm(text)
    alone, limit = (160, 153) if gsm else (70, 67)
    assert "".join(parts) == text
    if weight(text, gsm) <= alone:
        assert len(parts) == 1
        return
    assert all(parts) and all(weight(part, gsm) <= limit for part in parts)
    for part, following in itertools.pairwise(parts):
        assert weight(part + following[0], gsm) > limit


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 8, 2), ("ɛ" * 70, 1), ("ɛ" * 71, 2), ("ɛ" * 134, 2), ("ɛ" * 135, 3),
        ("😀" * 35, 1), ("😀" * 36, 2), ("ê" * 71, 2), ("é" * 160, 1),
    ],
)  # fmt: skip
def test_the_lengths_of_the_standard(text: str, count: int) -> None:
    assert len(rules.parts(text)) == count


def test_a_letter_of_two_septets_is_never_parted() -> None:
    assert [len(part) for part in rules.parts("a" * 152 + "€" + "a" * 8)] == [152, 9]


def test_marks_of_printing_cost_nothing_more() -> None:
    assert rules.is_gsm(rules.plain("« L’école » — œuvre… à 8 h"))
    assert rules.plain("« Jigi »") == '"Jigi"'


def test_a_voice_costs_begun_spans() -> None:
    tariff = Tariff(sms_xof=15, voice_xof=60, voice_seconds=60)
    assert rules.weigh("peu importe", "voice", tariff, spoken_s=61) == (2, 120)
    assert rules.weigh("a" * 161, "sms", tariff) == (2, 30)


@given(st.times(), st.times(), st.times())
def test_quiet_hours_end_when_the_door_opens(now: time, start: time, end: time) -> None:
    moment = datetime.combine(datetime(2026, 3, 12), now)
    opened = rules.opens_at(moment, start, end)
    assert opened >= moment and not (start != end and rules.quiet(opened.time(), start, end) and opened == moment)
    assert not rules.quiet(now, start, start)
    if rules.quiet(now, start, end):
        assert opened > moment and opened.time() == end.replace(microsecond=0)


def test_quiet_hours_pass_midnight() -> None:
    evening, morning = time(20), time(8)
    asked = [time(19, 59), time(20), time(23, 59), time(0), time(7, 59), time(8)]
    assert [rules.quiet(one, evening, morning) for one in asked] == [False, True, True, True, True, False]


def test_a_value_that_holds_braces_stays_as_it_is() -> None:
    assert rules.fill("à {lieu}", {"lieu": "{date}"}) == "à {date}"


@pytest.mark.parametrize(
    ("text", "wants"),
    [("STOP", True), (" stop. ", True), ("Arrêt", True), ("reprendre", False), ("stop et encore", None), ("", None)],
)
def test_only_the_word_alone_stops(text: str, wants: bool | None) -> None:
    assert rules.asks_to_stop(text) is wants


def test_the_shipped_templates_are_read_and_name_nobody() -> None:
    found = catalogue.templates()
    assert {"payment_day", "payment_paid", "enrolled"} <= set(found)
    assert all("fr" in one.texts for one in found.values())
    assert all(len(rules.parts(rules.fill(one.texts["fr"].text, catalogue.SAMPLE))) == 1 for one in found.values())


def test_what_no_voice_says_is_refused() -> None:
    with pytest.raises(Refused, match="Aucune voix"):
        catalogue.template("payment_paid").text("fr", "voice")
    with pytest.raises(Refused, match="n’est pas en songhaï"):
        catalogue.template("payment_paid").text("ses", "sms")


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("le {date} à", "le {nom} à", "{nom} n’est pas connu"),
        ("paiement le {date}", "paiement le {date", "Une accolade reste ouverte"),
        ("[template.payment_day.text.bm]", "[template.payment_day.text.xx]", "n’est pas une langue"),
        ("wari bɛ sara {date}, {lieu}", "wari bɛ sara {lieu}", "ne sont pas ceux du français"),
        ("seconds = 18", "seconds = 0", "plus petit"),
        ("Jigi : paiement", "Jigi" + " beaucoup trop long" * 60 + " : paiement", "plus de 6 SMS"),
    ],
)
def test_a_mistake_in_a_template_is_said_with_its_line(tmp_path: Path, good: str, bad: str, says: str) -> None:
    text = catalogue.TEMPLATES.read_text(encoding="utf-8")
    assert good in text
    path = tmp_path / "modeles.toml"
    path.write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says) as refused:
        catalogue.read_templates(path)
    assert refused.value.line
