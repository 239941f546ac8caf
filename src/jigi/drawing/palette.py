"""The colours of drawings: those of the style sheet on a page, spelt out where no style sheet is read."""

from __future__ import annotations

from typing import Literal

Colour = Literal["ink", "soft", "line", "paper", "sand", "earth", "leaf", "sun", "alarm", "night"]

HEX: dict[Colour, str] = {
    "ink": "#1f1b16",
    "soft": "#6b6358",
    "line": "#e6dfd1",
    "paper": "#fffdf9",
    "sand": "#f7f2e8",
    "earth": "#8f3d16",
    "leaf": "#1d6b45",
    "sun": "#96650b",
    "alarm": "#a3211b",
    "night": "#2b3a5e",
}
"""The variables of jigi.css: earth is the programme, leaf paid, sun waiting, alarm wrong."""

FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif"


class Paint:
    """The colours of one drawing: `paint("earth")`."""

    def __init__(self, *, standalone: bool) -> None:
        self.standalone = standalone

    def __call__(self, name: Colour) -> str:
        """The colour as an attribute: a variable of the page, or its value in a file of its own."""
        return HEX[name] if self.standalone else f"var(--{name})"
