"""Filters and tags of every template: French numbers and dates, the key of a form, the version of a file."""

from __future__ import annotations

import uuid
from functools import cache
from hashlib import sha256
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from jigi.programmes.models import Component
from jigi.web import formats, nouns

register = template.Library()

register.filter("xof", formats.xof)
register.filter("number", formats.number)
register.filter("day", formats.day)
register.filter("moment", formats.moment)


@register.filter
def gives(component: Component) -> str:
    """What a component gives a household, in words: « 30 000 FCFA par ménage »; a wage, a grant or none as it is."""
    said = f"{formats.xof(component.amount_xof)} FCFA"
    if component.kind == Component.Kind.WORKS:
        return f"{said} par jour de travail"
    if component.kind == Component.Kind.GRANTS:
        return f"{said} au plus, en tranches"
    return f"{said} par ménage" if component.kind in Component.PAID else "sans argent"


@register.filter
def counted(count: int, words: str) -> str:
    """`{{ 3|counted:"ménage" }}` -> « 3 ménages »; give both forms as « cheval,chevaux » when irregular."""
    singular, _, plural = words.partition(",")
    return formats.counted(count, singular, plural)


@register.filter
def rank(value: int) -> SafeString:
    """`14` -> 14 with a raised « e »."""
    text = formats.rank(value)
    digits = text.rstrip("er")
    return format_html("{}<sup>{}</sup>", digits, text[len(digits) :])


@register.filter
def verb_word(verb: str) -> str:
    """`{{ "invite"|verb_word }}` -> « inviter »."""
    return nouns.verb_word(verb)


@register.filter
def percent_of(part: float | None, whole: float | None) -> str:
    return formats.percent(part, whole)


@register.simple_tag
def bar(value: float, whole: float, main: bool = True) -> SafeString:
    """A bar as long as its share of the whole; drawn, because the page's policy refuses style attributes."""
    share = max(0, min(100, round(100 * value / whole))) if whole else 0
    return format_html(
        '<i><svg aria-hidden="true"{}><rect width="{}%" height="100%"/></svg></i>',
        "" if main else mark_safe(' class="alt"'),
        share,
    )


@register.simple_tag
def form_key() -> SafeString:
    """The hidden key by which a form posted twice is carried out once (jigi.web.submissions)."""
    return format_html('<input type="hidden" name="cle" value="{}">', uuid.uuid4())


@register.simple_tag
def versioned(path: str) -> str:
    """The address of a static file, with a piece of its hash: browsers may keep it for long."""
    return f"{static(path)}?v={_fingerprint(path)}"


@register.simple_tag(takes_context=True)
def provider_address(context: dict[str, Any], provider: Any) -> str:
    """Where the sign-in by a provider begins, with the page that was asked for."""
    asked = context.get("redirect_field_value")
    address: str = provider.get_login_url(context["request"], **({"next": asked} if asked else {}))
    return address


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """The present address with some parameters set, or taken out when empty."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def page_of(context: dict[str, Any], noun: str, number: object) -> str:
    """The page of a thing, "" when this person may not open it (jigi.web.nouns)."""
    return nouns.page_of(noun, number, context["rights"])


@cache
def _fingerprint(path: str) -> str:
    found = finders.find(path)
    if not isinstance(found, str):
        raise template.TemplateSyntaxError(f"fichier statique introuvable : {path}")
    with open(found, "rb") as file:
        return sha256(file.read()).hexdigest()[:10]
