"""From the XForm that phones fill to what the browser's form engine (Enketo) fills: the questions as HTML, the model.

The marks that the engine reads (classes, `data-` attributes) are those of its documentation; what it would have done
with a style sheet, which browsers have ceased to run, is done here once a version. One language is shown: French where
the form has it, else the form's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from defusedxml.ElementTree import fromstring

XFORMS = "http://www.w3.org/2002/xforms"
ODK = "http://www.opendatakit.org/xforms"
JAVAROSA = "http://openrosa.org/javarosa"
_HEAD = "http://www.w3.org/1999/xhtml"
_JR = f"{{{JAVAROSA}}}"
_IMAGE = "jr://images/"
_FRENCH = re.compile(r"fran[cç]ais|french|\bfr\b", re.IGNORECASE)
_BREAK = re.compile(r"&lt;br\s*/?&gt;|\n", re.IGNORECASE)
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_ITEXT = re.compile(r"jr:itext\(\s*'([^']*)'\s*\)")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_LIST = re.compile(r"instance\('([^']+)'\)")
_TYPES = {"int": "number", "decimal": "number", "date": "date", "time": "time", "dateTime": "datetime-local"}
for _prefix, _space in (("jr", JAVAROSA), ("odk", ODK), ("orx", "http://openrosa.org/xforms")):
    register_namespace(_prefix, _space)
Table = list[dict[str, str]]
_ITEMSETS = "itemsets.csv"
_FROM_BIND = ("constraint", "required", "relevant", "calculate")


class Rendering:
    """One form: `html` of its questions, and the `model` that its answers are written in, as XML.

    `images` are the pictures that it names, as addresses; `tables` the rows of the lists that it reads, by file.
    """

    def __init__(
        self, xform: str, *, images: Mapping[str, str] | None = None, tables: Mapping[str, Table] | None = None
    ) -> None:
        root = _plain(fromstring(xform))
        self._images, self._tables = images or {}, tables or {}
        self._model = _found(root, "head/model")
        self._texts = _texts(self._model)
        self._binds = {bind.get("nodeset", ""): bind for bind in self._model.findall("bind")}
        self._controls: set[str] = set()
        self._asked_lists: set[str] = set()
        self._title = root.findtext("head/title") or ""
        body = _found(root, "body")
        self._pages = "pages" in body.get("class", "").split()
        inner = "".join(self._parts(body))
        self.html = self._form(inner)
        self.model = self._model_text()

    def _form(self, inner: str) -> str:
        code = next(iter(_found(self._model, "instance"))).get("id", "")
        pages = " pages" if self._pages else ""
        return (
            f'<form autocomplete="off" novalidate class="or clearfix{pages}" dir="ltr" data-form-id="{escape(code)}">'
            f'<h1 id="form-title">{escape(self._title)}</h1>{inner}{self._hidden()}</form>'
        )

    def _parts(self, parent: Element, level: int = 2) -> Iterator[str]:
        """Each part of a section; `level` is that of the headings of its own sections."""
        for part in parent:
            match part.tag:
                case "group":
                    yield self._group(part, level)
                case "repeat":
                    yield self._repeat(part, level)
                case "select" | "select1":
                    yield self._select(part)
                case "input" if part.get("query"):
                    yield self._external(part)
                case "input" | "upload" | "range" | "secret":
                    yield self._input(part)
                case "trigger":
                    yield self._trigger(part)

    def _group(self, part: Element, level: int) -> str:
        """A section; one that only holds a repeat has its name, as the engine wants it."""
        repeat = part.find("repeat")
        path = part.get("ref", "") or (repeat.get("nodeset", "") if repeat is not None else "")
        head = self._said(part.find("label"), "question-label active")
        named = f' name="{escape(path)}"' if path else ""
        kept = {} if repeat is not None and not part.get("ref") else self._marks(path, "relevant")
        return (
            f'<section class="or-group{_looks(part)}{_branch(kept)}"{named}{_attributes(kept)}>'
            f"{f'<h{level}>{head}</h{level}>' if head else ''}{''.join(self._parts(part, min(level + 1, 4)))}</section>"
        )

    def _repeat(self, part: Element, level: int) -> str:
        path = part.get("nodeset", "")
        counted = part.get(f"{_JR}count")
        more = {"data-name": path} | ({"data-repeat-count": counted} if counted else {})
        if part.get(f"{_JR}noAddRemove"):
            more["data-repeat-fixed"] = "fixed"
        return (
            f'<section class="or-repeat{_looks(part)}" name="{escape(path)}">'
            f'{"".join(self._parts(part, level))}</section><div class="or-repeat-info"{_attributes(more)}></div>'
        )

    def _input(self, part: Element) -> str:
        path = part.get("ref", "")
        marks = self._marks(path, *_FROM_BIND) | self._kind(part, path)
        if part.tag == "upload":
            # The name of the file is the answer; the page's own widget takes the file.
            marks |= {"type": "text", "data-accept": part.get("mediatype", "")}
        for name, given in (("min", "start"), ("max", "end"), ("step", "step")):
            if part.tag == "range" and part.get(given):
                marks[name] = part.get(given, "")
        if "multiline" in part.get("appearance", "").split():
            marks.pop("type")
            control = f'<textarea name="{escape(path)}"{_attributes(marks)}></textarea>'
        else:
            control = f'<input name="{escape(path)}"{_attributes(marks)}>'
        return self._question(part, path, marks, control)

    def _question(self, part: Element, path: str, marks: Mapping[str, str], control: str) -> str:
        note = " note" if part.tag == "input" and "readonly" in marks and "data-calculate" not in marks else ""
        return (
            f'<label class="question non-select{note}{_looks(part)}{_branch(marks)}">{self._head(part, path, marks)}'
            f"{control}{self._refusals(path, marks)}</label>"
        )

    def _select(self, part: Element) -> str:
        looks, path = part.get("appearance", "").split(), part.get("ref", "")
        marks = self._marks(path, *_FROM_BIND) | {"data-type-xml": self._binds_type(path)}
        if part.tag == "select1" and ("autocomplete" in looks or "search" in looks):
            return self._searched(part, path, marks, *self._items_of(part, "option"))
        if part.tag == "select1" and "minimal" in looks:
            options, labels = self._items_of(part, "option")
            control = f'<select name="{escape(path)}"{_attributes(marks)}>{options}</select>{labels}'
            return self._question(part, path, marks, control)
        kind = "radio" if part.tag == "select1" else "checkbox"
        given = {"type": kind, "name": path} | ({"data-name": path} if kind == "radio" else {}) | marks
        items, labels = self._items_of(part, "label", given)
        return (
            f'<fieldset class="question simple-select{_looks(part)}{_branch(marks)}"><fieldset><legend>'
            f'{self._head(part, path, marks)}</legend><div class="option-wrapper">{items}{labels}</div></fieldset>'
            f"{self._refusals(path, marks)}</fieldset>"
        )

    def _searched(self, part: Element, path: str, marks: Mapping[str, str], options: str, labels: str) -> str:
        number = re.sub(r"\W", "", path)
        control = (
            f'<input name="{escape(path)}"{_attributes(marks)} type="text" list="{number}">'
            f'<datalist id="{number}">{options}</datalist>{labels}'
        )
        return self._question(part, path, marks, control)

    def _external(self, part: Element) -> str:
        """A question whose choices are in itemsets.csv: searched as it is typed."""
        path, query = part.get("ref", ""), part.get("query", "")
        marks = self._marks(path, *_FROM_BIND) | {"data-type-xml": self._binds_type(path)}
        self._asked_lists |= set(_LIST.findall(query))
        return self._searched(part, path, marks, _template("option", query), _labels())

    def _trigger(self, part: Element) -> str:
        path = part.get("ref", "")
        marks = self._marks(path, *_FROM_BIND)
        given = {"type": "radio", "name": path, "data-name": path, "value": "OK", "data-type-xml": "string"} | marks
        return (
            f'<fieldset class="question simple-select trigger{_looks(part)}{_branch(marks)}"><fieldset><legend>'
            f'{self._head(part, path, marks)}</legend><div class="option-wrapper"><label><input{_attributes(given)}>'
            f'<span lang="" class="option-label active">C’est fait</span></label></div></fieldset>'
            f"{self._refusals(path, marks)}</fieldset>"
        )

    def _items_of(self, part: Element, tag: str, given: Mapping[str, str] | None = None) -> tuple[str, str]:
        """The choices: a template that the engine fills from a list, or the choices themselves."""
        itemset = part.find("itemset")
        if itemset is not None:
            made = _template(tag, itemset.get("nodeset", ""), given)
            return made, _labels(_ref(itemset, "value", "name"), _label_ref(itemset))
        nothing = '<option value="">—</option>' if tag == "option" else ""
        return nothing + "".join(self._item(item, tag, given or {}) for item in part.findall("item")), ""

    def _item(self, item: Element, tag: str, given: Mapping[str, str]) -> str:
        value, label = item.findtext("value") or "", self._said(item.find("label"), "option-label active")
        if tag == "option":
            return f'<option value="{escape(value)}">{escape(_words(item.find("label"), self._texts))}</option>'
        return f"<label><input{_attributes({**given, 'value': value})}>{label}</label>"

    def _head(self, part: Element, path: str, marks: Mapping[str, str]) -> str:
        star = '<span class="required" title="réponse obligatoire">*</span>' if "data-required" in marks else ""
        hint = self._said(part.find("hint"), "or-hint active")
        return f"{self._said(part.find('label'), 'question-label active')}{star}{hint}"

    def _refusals(self, path: str, marks: Mapping[str, str]) -> str:
        """What is said of an answer that can't be, of one that is missing."""
        found = ""
        if "data-constraint" in marks or marks.get("data-type-xml") in _TYPES:
            said = self._text_of(self._bind(path).get(f"{_JR}constraintMsg")) or "Cette réponse n’est pas possible."
            found = f'<span lang="" class="or-constraint-msg active">{_shown(escape(said))}</span>'
        if "data-required" in marks:
            said = self._text_of(self._bind(path).get(f"{_JR}requiredMsg")) or "Cette question attend une réponse."
            found += f'<span lang="" class="or-required-msg active">{_shown(escape(said))}</span>'
        return found

    def _hidden(self) -> str:
        """What is computed, noted by the device or set at the opening, without a question of its own."""
        told = ("preload", "preload-params")
        preloads, computed = "", ""
        for path, bind in self._binds.items():
            marks = {"name": path, "data-type-xml": self._binds_type(path), "type": "hidden"}
            noted = {f"data-{name}": bind.get(_JR + ("preloadParams" if "-" in name else name), "") for name in told}
            if noted["data-preload"]:
                preloads += f'<label class="preload non-select"><input{_attributes({**marks, **noted})}></label>'
            elif bind.get("calculate") and path not in self._controls:
                kept = self._marks(path, "calculate", "relevant")
                computed += f'<label class="calculation non-select"><input{_attributes({**marks, **kept})}></label>'
        set_ones = "".join(self._set(one) for one in self._model.findall("setvalue"))
        return (
            f'<fieldset id="or-preload-items" class="hide" hidden>{preloads}</fieldset>'
            f'<fieldset id="or-calculated-items" class="hide" hidden>{computed}</fieldset>'
            f'<fieldset id="or-setvalue-items" class="hide" hidden>{set_ones}</fieldset>'
        )

    def _set(self, one: Element) -> str:
        marks = {
            "name": one.get("ref", ""), "data-setvalue": one.get("value") or (one.text or ""),
            "data-event": one.get("event", ""), "data-type-xml": self._binds_type(one.get("ref", "")), "type": "hidden",
        }  # fmt: skip
        return f'<label class="setvalue non-select"><input{_attributes(marks)}></label>'

    def _bind(self, path: str) -> Element:
        return self._binds.get(path, Element("bind"))

    def _binds_type(self, path: str) -> str:
        return self._bind(path).get("type", "string").removeprefix("xsd:")

    def _marks(self, path: str, *names: str) -> dict[str, str]:
        """The rules of a question, as attributes of its control."""
        self._controls.add(path)
        bind = self._bind(path)
        found = {f"data-{name}": bind.get(name, "") for name in names if bind.get(name)}
        if found.get("data-required") == "false()":
            del found["data-required"]
        if bind.get("readonly", "false()") == "true()" and len(names) > 1:
            found["readonly"] = "readonly"
        return found

    def _kind(self, part: Element, path: str) -> dict[str, str]:
        kind = self._binds_type(path)
        looks = set(part.get("appearance", "").split())
        asked = "text" if {"month-year", "year"} & looks else _TYPES.get(kind, "text")
        digits = {"inputmode": "numeric"} if "numbers" in looks else {}
        return {"type": asked, "data-type-xml": kind} | digits

    def _said(self, element: Element | None, kind: str) -> str:
        """A label or a hint, with the answers that it repeats and its picture."""
        if element is None:
            return ""
        words, image = self._label(element)
        if not words and not image:
            return ""
        return f'<span lang="" class="{kind}">{words}{image}</span>'

    def _label(self, element: Element) -> tuple[str, str]:
        named = _ITEXT.search(element.get("ref", ""))
        if not named:
            return _mixed(element), ""
        forms = self._texts.get(named[1], {})
        source = self._images.get((forms["image"].text or "").removeprefix(_IMAGE)) if "image" in forms else None
        image = f'<img src="{escape(source)}" alt="">' if source else ""
        return _mixed(forms[""]) if "" in forms else "", image

    def _text_of(self, said: str | None) -> str:
        named = _ITEXT.search(said or "")
        return _words_of(self._texts, named[1]) if named else said or ""

    def _model_text(self) -> str:
        """The instances alone, without a namespace of their own: answers first, lists after."""
        made = Element("model", {f"{{{ODK}}}xforms-version": "1.0.0"})
        for instance in self._model.findall("instance"):
            made.append(self._filled(instance))
        choices = self._tables.get(_ITEMSETS, [])
        for name in sorted(self._asked_lists):
            made.append(_listed(name, [row for row in choices if row.get("list_name") == name]))
        return tostring(made, encoding="unicode")

    def _filled(self, instance: Element) -> Element:
        """A list read from a file is given its rows; choices said by reference to a text, the text itself."""
        if source := instance.get("src"):
            return _listed(instance.get("id", ""), self._tables.get(source.rpartition("/")[2], []))
        for item in instance.iter("item"):
            if (named := item.findtext("itextId")) is not None:
                SubElement(item, "label").text = _words_of(self._texts, named)
        return instance


def _plain(root: Element) -> Element:
    """The same tree, the elements of XForms and XHTML by their local names."""
    for element in root.iter():
        space, _, name = str(element.tag).rpartition("}")
        if space[1:] in (XFORMS, _HEAD):
            element.tag = name
    return root


def _found(parent: Element, path: str) -> Element:
    found = parent.find(path)
    if found is None:
        raise ValueError(f"XForm sans {path}")
    return found


def _texts(model: Element) -> dict[str, dict[str, Element]]:
    """Identity -> form ("" for words, image…) -> text, in the language that is shown."""
    languages = model.findall("itext/translation")
    if not languages:
        return {}
    french = (one for one in languages if _FRENCH.search(one.get("lang", "")))
    default = (one for one in languages if one.get("default"))
    chosen = next(french, None) or next(default, languages[0])
    return {
        text.get("id", ""): {value.get("form", ""): value for value in text.findall("value")}
        for text in chosen.findall("text")
    }


def _words_of(texts: Mapping[str, Mapping[str, Element]], named: str) -> str:
    value = texts.get(named, {}).get("")
    return "".join(value.itertext()) if value is not None else ""


def _words(element: Element | None, texts: Mapping[str, Mapping[str, Element]]) -> str:
    if element is None:
        return ""
    named = _ITEXT.search(element.get("ref", ""))
    return _words_of(texts, named[1]) if named else "".join(element.itertext())


def _mixed(element: Element) -> str:
    """Words, with the place of each answer that they repeat."""
    found = _shown(escape(element.text or ""))
    for inner in element:
        if inner.tag == "output":
            found += f'<span class="or-output" data-value="{escape(inner.get("value", ""))}"> </span>'
        found += _shown(escape(inner.tail or ""))
    return found


def _shown(words: str) -> str:
    return _STRONG.sub(r"<strong>\1</strong>", _BREAK.sub("<br>", words))


def _attributes(marks: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in marks.items())


def _branch(marks: Mapping[str, str]) -> str:
    return " or-branch pre-init" if "data-relevant" in marks else ""


def _looks(part: Element) -> str:
    names = (re.sub(r"[^\w-]", "", name) for name in part.get("appearance", "").lower().split())
    return "".join(f" or-appearance-{name}" for name in names if name)


def _template(tag: str, nodeset: str, given: Mapping[str, str] | None = None) -> str:
    path = escape(nodeset)
    if tag == "option":
        return f'<option class="itemset-template" value="" data-items-path="{path}">—</option>'
    return (
        f'<label class="itemset-template" data-items-path="{path}"><input{_attributes({**(given or {}), "value": ""})}>'
        "</label>"
    )


def _labels(value: str = "name", label: str = "label") -> str:
    return (
        '<span class="or-option-translations" hidden></span>'
        f'<span class="itemset-labels" data-value-ref="{escape(value)}" data-label-ref="{escape(label)}"></span>'
    )


def _ref(itemset: Element, tag: str, otherwise: str) -> str:
    found = itemset.find(tag)
    return found.get("ref", otherwise) if found is not None else otherwise


def _label_ref(itemset: Element) -> str:
    said = _ref(itemset, "label", "label")
    return "label" if said.startswith("jr:itext") else said


def _listed(name: str, rows: Table) -> Element:
    instance = Element("instance", {"id": name})
    root = SubElement(instance, "root")
    for row in rows:
        item = SubElement(root, "item")
        for key, text in row.items():
            if _NAME.fullmatch(key or ""):
                SubElement(item, key).text = text
    return instance
