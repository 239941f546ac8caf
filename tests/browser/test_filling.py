"""Questionnaires filled in a real browser: at a desk, without network, by two persons on one phone.

The tests of this file share one world; each signs in as an enumerator, on a device of its own.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import psycopg
import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD

BUILT = finders.find("forms/fill.js") is not None
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not BUILT, reason="la page « Remplir » n’est pas construite (make forms)"),
]
HOME = "/questionnaires/remplir/"
PHRASE = "quatre mots au hasard"
FORM = "/questionnaires/visite/remplir/"


@pytest.fixture
def phone(visit, site: str):
    """A page of « Remplir » on a new device, the safe of « enqueteur » made."""
    page = visit("enqueteur", width=380)
    return _with_safe(page)


def _with_safe(page: Page, address: str = HOME) -> Page:
    page.goto(address)
    page.get_by_label("Votre phrase").fill(PHRASE)
    page.get_by_label("La même").fill(PHRASE)
    page.get_by_role("button", name="Ouvrir").click()
    expect(page.locator("#home, #fill").locator("visible=true").first).to_be_visible()
    return page


def _unlock(page: Page, phrase: str = PHRASE) -> None:
    page.get_by_label("Votre phrase").fill(phrase)
    page.get_by_role("button", name="Ouvrir").click()


def _begin(page: Page, title: str | re.Pattern[str] = "Visite") -> None:
    page.locator("#forms li", has_text=title).get_by_role("button", name="Nouvelle fiche").click()
    expect(page.locator("form.or")).to_be_visible()


def _answer(page: Page, name: str = "Awa") -> None:
    """The whole of « Visite », page after page."""
    page.get_by_label("Prénom").fill(name)
    page.get_by_role("radio", name="Oui").check()
    page.get_by_label("Combien").fill("3")
    page.locator(".next-page").click()
    page.get_by_role("button", name=re.compile("^Ajouter")).click()
    for number, child in enumerate(("Oumou", "Moussa")):
        page.get_by_label(re.compile("^Nom de l.enfant")).nth(number).fill(child)


def _received(database: str) -> int:
    with psycopg.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM intake_submission").fetchone()[0]


def _online_fiche(page: Page) -> None:
    _begin(page)
    _answer(page)
    page.get_by_role("button", name="Terminer et envoyer").click()


def test_a_fiche_is_filled_at_a_desk_and_received(visit, database: str) -> None:
    page, before = _with_safe(visit("enqueteur")), _received(database)
    _online_fiche(page)
    expect(page.get_by_text("Fiche reçue par le serveur")).to_be_visible()
    assert _received(database) == before + 1
    page.get_by_role("link", name="Mes fiches reçues").click()
    expect(page.get_by_role("cell", name="Visite").first).to_be_visible()


def test_a_wrong_answer_is_explained_and_nothing_leaves(phone: Page, database: str) -> None:
    before = _received(database)
    _begin(phone)
    phone.get_by_role("radio", name="Oui").check()
    phone.get_by_label("Combien").fill("300")
    phone.locator(".next-page").click()
    expect(phone.get_by_text("Au plus 50 personnes.")).to_be_visible()
    phone.get_by_role("button", name="Terminer et envoyer").click()
    expect(phone.get_by_role("alert").filter(has_text="à corriger")).to_be_visible()
    expect(phone.get_by_text("Cette question attend une réponse.").first).to_be_visible()
    assert _received(database) == before


def test_a_question_that_is_not_asked_is_hidden_and_sends_no_answer(phone: Page) -> None:
    _begin(phone)
    phone.get_by_role("radio", name="Oui").check()
    expect(phone.get_by_label("Combien")).to_be_visible()
    phone.get_by_role("radio", name="Non").check()
    expect(phone.get_by_label("Combien")).to_be_hidden()


def test_without_network_it_is_filled_then_sent_once(phone: Page, database: str) -> None:
    before = _received(database)
    _ready_without_network(phone)
    phone.context.set_offline(True)
    phone.goto(FORM)
    _unlock(phone)
    _answer(phone, "Fanta")
    phone.get_by_role("button", name="Terminer et envoyer").click()
    expect(phone.locator("#waiting")).to_contain_text("1 fiche à envoyer")
    assert _received(database) == before
    phone.context.set_offline(False)
    expect(phone.locator("#fiches .chip", has_text="reçue")).to_be_visible(timeout=20_000)
    assert _received(database) == before + 1


def test_a_session_that_is_over_loses_nothing(phone: Page, database: str) -> None:
    before = _received(database)
    _ready_without_network(phone)
    phone.context.set_offline(True)
    _begin(phone)
    _answer(phone)
    phone.get_by_role("button", name="Terminer et envoyer").click()
    phone.context.set_offline(False)
    phone.context.clear_cookies()
    phone.locator("#sendnow").click()
    expect(phone.get_by_text("Votre session est finie")).to_be_visible(timeout=20_000)
    phone.locator("#signin").click()
    _sign_in(phone, "enqueteur")
    _unlock(phone)
    expect(phone.locator("#fiches .chip", has_text="reçue")).to_be_visible(timeout=20_000)
    assert _received(database) == before + 1


def test_leaving_the_site_keeps_the_fiches_that_wait(visit) -> None:
    phone = visit(None, width=380)  # a session of its own: leaving ends it
    phone.goto("/connexion/?next=" + HOME)
    _sign_in(phone, "enqueteur")
    _begin(_with_safe(phone))
    phone.get_by_label("Prénom").fill("Kadia")
    phone.get_by_role("button", name="Fermer").click()
    phone.goto("/aujourdhui/")
    phone.get_by_role("button", name="Quitter").click()
    phone.goto("/connexion/?next=" + HOME)
    _sign_in(phone, "enqueteur")
    _unlock(phone)
    expect(phone.locator("#fiches li", has_text="brouillon")).to_have_count(1)


def test_two_persons_of_one_phone_do_not_see_each_other_s_fiches(phone: Page) -> None:
    _begin(phone)
    phone.get_by_label("Prénom").fill("Kadia")
    phone.get_by_role("button", name="Fermer").click()
    phone.context.clear_cookies()
    phone.goto("/connexion/?next=" + HOME)
    _sign_in(phone, "enqueteur2")
    _with_safe(phone)
    expect(phone.locator("#nofiches")).to_be_visible()
    phone.context.set_offline(True)
    phone.reload()
    phone.get_by_label("Qui êtes-vous").select_option("enqueteur")
    _unlock(phone, "une autre phrase")
    expect(phone.get_by_text("Cette phrase n’est pas la bonne.")).to_be_visible()


def test_what_the_device_keeps_is_unreadable_and_its_cache_names_nobody(phone: Page) -> None:
    _begin(phone)
    phone.get_by_label("Prénom").fill("Diarrassouba")
    phone.get_by_role("button", name="Fermer").click()
    _ready_without_network(phone)
    kept = json.dumps(phone.evaluate(EVERYTHING_KEPT), ensure_ascii=False)
    assert "visite" in kept and "Diarrassouba" not in kept and PHRASE not in kept
    cached = phone.evaluate(EVERYTHING_CACHED)
    assert len(cached) >= 4 and not any("enqueteur" in text.lower() for text in cached)


def test_a_photograph_reaches_the_server(phone: Page, database: str, tmp_path: Path) -> None:
    before = _pictures(database)
    _begin(phone)
    _answer(phone)
    _photograph(phone, tmp_path)
    phone.get_by_role("button", name="Terminer et envoyer").click()
    expect(phone.get_by_text("Fiche reçue par le serveur")).to_be_visible()
    assert _pictures(database) == before + 1


def test_a_photograph_taken_just_before_a_crash_is_not_lost(phone: Page, database: str, tmp_path: Path) -> None:
    before = _pictures(database)
    _begin(phone)
    _answer(phone)
    _photograph(phone, tmp_path)
    _crash(phone)
    phone.get_by_role("button", name="Reprendre").click()
    expect(phone.get_by_label("Prénom")).to_have_value("Awa")
    phone.get_by_role("button", name="Terminer et envoyer").click()
    expect(phone.get_by_text("Fiche reçue par le serveur")).to_be_visible()
    assert _pictures(database) == before + 1


def test_on_a_full_device_nothing_is_said_to_be_kept(phone: Page) -> None:
    _begin(phone)
    _answer(phone)
    phone.evaluate(FULL)
    for button in ("Terminer et envoyer", "Fermer"):
        phone.get_by_role("button", name=button).click()
        expect(phone.get_by_role("alert").filter(has_text="n’a plus de place")).to_be_visible()
    phone.get_by_label(re.compile("^Nom de l.enfant")).first.fill("Sira")
    phone.evaluate("() => { IDBObjectStore.prototype.put = window.put }")
    phone.get_by_role("button", name="Fermer").click()
    expect(phone.get_by_text("Fiche gardée sur cet appareil.")).to_be_visible()


def test_a_new_version_takes_the_place_of_the_former_before_it_leaves(phone: Page, database: str) -> None:
    try:
        _version(database, "9")
        phone.reload()
        _unlock(phone)
        expect(phone.locator("#home")).to_be_visible()
        _ready_without_network(phone)
        _begin(phone)
        phone.get_by_role("button", name="Fermer").click()
        _version(database, "10")
        phone.reload()
        _unlock(phone)
        row = phone.locator("#forms li", has_text="Visite")
        expect(row).to_contain_text("version 10 · gardé sur cet appareil")
        phone.context.set_offline(True)
        _crash(phone)
        expect(row).to_have_count(1)
        expect(row).to_contain_text("version 10")
        _begin(phone)
    finally:
        _version(database, "1")


def test_a_link_that_stalls_in_an_answer_blocks_nothing(phone: Page) -> None:
    _ready_without_network(phone)
    phone.add_init_script(f"{STEERED}; window.steered = {{ '/contenu/': 'stalled' }}")
    _crash(phone)
    expect(phone.locator("#home")).to_be_visible()
    _begin_slowly(phone)


def test_an_upgrade_on_a_cut_link_leaves_the_page_that_was_kept(phone: Page) -> None:
    _ready_without_network(phone)
    phone.evaluate("caches.open('jigi-remplir').then(store => store.put('/static/forms/former.js', new Response('')))")
    phone.evaluate(
        "caches.open('jigi-remplir').then(async store => { for (const one of await store.keys())"
        " if (one.url.includes('/forms/style')) await store.delete(one) })"
    )
    phone.add_init_script(
        "window.tried = 0; Cache.prototype.add = async () => { window.tried += 1; throw new TypeError() }"
    )
    phone.reload()
    _until(phone, "window.tried === 1")
    phone.wait_for_timeout(300)
    assert any("former.js" in text for text in phone.evaluate(EVERYTHING_CACHED))


def test_a_phrase_forgotten_is_made_anew_and_says_what_is_lost(phone: Page) -> None:
    _begin(phone)
    phone.get_by_role("button", name="Fermer").click()
    expect(phone.locator("#fiches li")).to_have_count(1)
    phone.reload()
    asked: list[str] = []
    phone.on("dialog", lambda one: (asked.append(one.message), one.accept()))
    phone.get_by_role("button", name="J’ai oublié ma phrase").click()
    _choose(phone)
    expect(phone.locator("#nofiches")).to_be_visible()
    assert asked[0].startswith("1 fiche non envoyée sera perdue")


def test_a_phrase_chosen_meanwhile_in_another_tab_is_said(visit) -> None:
    first = visit("enqueteur", width=380)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(HOME)
        expect(page.get_by_label("La même")).to_be_visible()
    _choose(first)
    expect(first.locator("#home")).to_be_visible()
    _choose(second)
    expect(second.get_by_text("dans un autre onglet : rechargez")).to_be_visible()


@pytest.mark.parametrize("button", ["Reprendre", "Effacer"])
def test_a_list_that_is_stale_overwrites_nothing(phone: Page, database: str, button: str) -> None:
    _begin(phone)
    phone.get_by_role("button", name="Fermer").click()
    other = phone.context.new_page()
    other.on("dialog", lambda one: one.accept())
    other.goto(HOME)
    _unlock(other)
    expect(other.get_by_role("button", name=button)).to_be_visible()
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Reprendre").click()
    _answer(phone)
    phone.get_by_role("button", name="Terminer et envoyer").click()
    expect(phone.locator("#waiting")).to_be_visible()
    other.get_by_role("button", name=button).click()
    expect(other.get_by_text("a changé dans un autre onglet")).to_be_visible()
    expect(other.locator("#fiches .chip")).to_have_text("à envoyer")


def test_a_fiche_whose_file_is_gone_is_not_sent_without_it(phone: Page, database: str, tmp_path: Path) -> None:
    before = _received(database)
    _begin(phone)
    _answer(phone)
    _photograph(phone, tmp_path)
    phone.evaluate(LOSE_FILES)
    phone.get_by_role("button", name="Terminer et envoyer").click()
    expect(phone.locator("#fiches .chip")).to_have_text("refusée")
    expect(phone.get_by_role("button", name="Reprendre")).to_be_visible()
    assert _received(database) == before


def test_what_is_refused_for_good_is_not_sent_again_and_can_be_taken_up(phone: Page, database: str) -> None:
    before = _received(database)
    phone.evaluate(f"{STEERED}; window.steered = {{ '/envoyer/': [422, 'La position manque.'] }}")
    _online_fiche(phone)
    expect(phone.locator("#fiches li")).to_contain_text("La position manque.")
    expect(phone.locator("#waiting")).to_be_hidden()
    phone.evaluate("window.steered = {}")
    phone.get_by_role("button", name="Reprendre").click()
    expect(phone.get_by_label("Prénom")).to_have_value("Awa")
    phone.get_by_role("button", name="Terminer et envoyer").click()
    expect(phone.get_by_text("Fiche reçue par le serveur")).to_be_visible()
    assert _received(database) == before + 1


def test_answers_that_conflict_can_only_be_erased(phone: Page) -> None:
    phone.evaluate(f"{STEERED}; window.steered = {{ '/envoyer/': [409, 'Deux fiches.'] }}")
    _online_fiche(phone)
    expect(phone.locator("#fiches .chip")).to_have_text("refusée")
    expect(phone.get_by_role("button", name="Effacer")).to_be_visible()
    expect(phone.get_by_role("button", name="Reprendre")).to_be_hidden()


def test_a_server_in_trouble_is_not_sent_the_same_every_minute(phone: Page) -> None:
    phone.evaluate(f"{STEERED}; window.steered = {{ '/envoyer/': [503, 'Plus tard.'] }}")
    _online_fiche(phone)
    expect(phone.locator("#fiches li")).to_contain_text("Plus tard.")
    phone.evaluate("dispatchEvent(new Event('online'))")
    phone.wait_for_timeout(500)
    assert phone.evaluate("window.asked") == 1
    phone.locator("#sendnow").click()
    _until(phone, "window.asked === 2")


def _begin_slowly(page: Page) -> None:
    page.locator("#forms li", has_text="Visite").get_by_role("button", name="Nouvelle fiche").click()
    expect(page.locator("form.or")).to_be_visible(timeout=25_000)


def _until(page: Page, script: str) -> None:
    """The page's policy forbids to the browser what `wait_for_function` does."""
    for _ in range(50):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(script)


def _crash(page: Page) -> None:
    """Once the device says that it keeps the last answer, the page dies and opens again."""
    page.wait_for_timeout(300)
    page.reload()
    _unlock(page)
    expect(page.locator("#home")).to_be_visible()


def _choose(page: Page) -> None:
    page.get_by_label("Votre phrase").fill(PHRASE)
    page.get_by_label("La même").fill(PHRASE)
    page.get_by_role("button", name="Ouvrir").click()


def _photograph(page: Page, tmp_path: Path) -> None:
    page.screenshot(path=tmp_path / "photo.png")
    page.locator(".question input[type=file]").set_input_files(tmp_path / "photo.png")
    expect(page.get_by_text("Gardé sur cet appareil.", exact=True)).to_be_visible()


def _pictures(database: str) -> int:
    with psycopg.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM intake_attachment").fetchone()[0]


def _version(database: str, version: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE intake_formversion SET version = %s FROM intake_form"
            " WHERE intake_form.id = form_id AND code = 'visite'",
            [version],
        )


@pytest.mark.parametrize(("title", "members"), [("Questionnaire harmonisé", 3), ("Fiche d.enquête sociale", 1)])
def test_a_long_questionnaire_is_filled_wholly(phone: Page, tmp_path: Path, title: str, members: int) -> None:
    if phone.locator("#forms li", has_text=re.compile(title)).count() == 0:
        pytest.skip("le formulaire réel est absent")
    photo = tmp_path / "photo.png"
    phone.screenshot(path=photo)
    _begin(phone, re.compile(title))
    _fill_what_is_required(phone, photo, members)
    phone.get_by_role("button", name="Terminer et envoyer").click()
    expect(phone.get_by_text("Fiche reçue par le serveur")).to_be_visible(timeout=20_000)


def _fill_what_is_required(page: Page, photo: Path, members: int) -> None:
    """Answers bring questions: until none is left."""
    while page.evaluate(FILL):
        page.wait_for_timeout(200)
        while page.locator(".or-repeat").count() < members:
            page.get_by_role("button", name=re.compile("^Ajouter : Membre")).click()
        for picture in page.locator(".question:has(.required) input[type=file]:visible").all():
            picture.set_input_files(photo)
            expect(picture.locator("xpath=../output")).to_have_text("Gardé sur cet appareil.")


@pytest.mark.parametrize("width", [1280, 380])
def test_axe_finds_nothing(visit, axe: str, width: int) -> None:
    page = visit("enqueteur", width=width)
    _with_safe(page)
    for step in (lambda: None, lambda: _begin(page), lambda: page.locator(".next-page").click()):
        step()
        page.evaluate(axe)
        found = page.evaluate("axe.run()")
        said = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]]
        assert said == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_is_refused_by_the_policy(visit) -> None:
    page = visit("enqueteur")
    said: list[str] = []
    page.on("console", lambda one: said.append(one.text) if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    _with_safe(page)
    _begin(page)
    _answer(page)
    assert said == []


def _ready_without_network(page: Page) -> None:
    keep = page.locator("#forms li", has_text="Visite").get_by_role("button", name="Garder ici")
    if keep.is_visible():
        keep.click()
    expect(page.locator("#forms li", has_text="Visite")).to_contain_text("gardé sur cet appareil")
    page.wait_for_function("document.documentElement.dataset.offline === 'ready'")


def _sign_in(page: Page, username: str) -> None:
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"**{HOME}")


EVERYTHING_KEPT = """async () => {
  const base = await new Promise(done => { indexedDB.open('jigi-remplir').onsuccess = e => done(e.target.result) });
  const found = {};
  for (const name of base.objectStoreNames) found[name] = await new Promise(done => {
    base.transaction(name).objectStore(name).getAll().onsuccess = e => done(e.target.result) });
  const plain = (key, value) => value instanceof ArrayBuffer ? new TextDecoder('latin1').decode(value)
    : ArrayBuffer.isView(value) ? '' : value;
  return JSON.parse(JSON.stringify(found, plain));
}"""
EVERYTHING_CACHED = """async () => {
  const store = await caches.open('jigi-remplir');
  return Promise.all((await store.keys()).map(async one => one.url + (await (await store.match(one)).text())));
}"""
FULL = """() => {
  window.put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError') };
}"""
LOSE_FILES = """() => new Promise(done => { indexedDB.open('jigi-remplir').onsuccess = event => {
  event.target.result.transaction('files', 'readwrite').objectStore('files').clear().onsuccess = done } })"""
STEERED = """window.asked = 0; window.real ??= window.fetch; window.fetch = (address, options) => {
  const found = Object.entries(window.steered).find(([part]) => String(address).includes(part))?.[1];
  if (!found) return window.real(address, options);
  window.asked += 1;
  if (found !== 'stalled') return Promise.resolve(Response.json({ said: found[1] }, { status: found[0] }));
  const start = (body) => options.signal.addEventListener('abort', () => body.error(new Error('abandon')));
  return Promise.resolve(new Response(new ReadableStream({ start })));
}"""
FILL = """() => {
  let filled = 0;
  const write = (control, value) => {
    control.value = value;
    for (const type of ['input', 'change']) control.dispatchEvent(new Event(type, { bubbles: true }));
    filled += 1;
  };
  for (const question of document.querySelectorAll('form.or .question:has(.required)')) {
    if (!question.getClientRects().length) continue;
    const wrong = question.matches('.invalid-constraint');
    const choices = [...question.querySelectorAll('.option-wrapper > label:not(.itemset-template) input')];
    const select = question.querySelector('select'), searched = question.querySelector('input.autocomplete');
    const control = question.querySelector('input:not(.hide):not([type=file]), textarea');
    if (choices.length) {
      if (choices.some(one => one.checked) && !wrong) continue;
      choices[wrong ? choices.findIndex(one => one.checked) + 1 : 0].click();
      filled += 1;
    } else if (select) {
      if (!select.value && select.options.length > 1) write(select, select.options[1].value);
    } else if (searched) {
      const first = question.querySelector('datalist option[data-value]');
      if (!searched.value && first) write(searched, first.value);
    } else if (control && (!control.value || wrong)) {
      write(control, { date: '1980-05-01', number: wrong ? '1990' : '2', month: '1980-05' }[control.type] ?? 'Awa');
    }
  }
  return filled;
}"""
