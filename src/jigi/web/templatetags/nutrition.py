"""Weights in templates."""

from __future__ import annotations

from django import template

from jigi.web.nutrition.words import kg

register = template.Library()
register.filter("kg", kg)
