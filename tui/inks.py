"""Colours of the theme as styles for widgets that draw their own lines. Much cheaper than component classes, each of
which Textual styles anew with every widget."""

from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.widget import Widget

__all__ = ["ink", "paper"]


def ink(widget: Widget, variable: str, *, is_bold: bool = False) -> Style:
    """Text in a colour of the theme, by the name of its variable."""
    return _style(widget.app.theme_variables[variable], "", is_bold)


def paper(widget: Widget, variable: str, *, is_bold: bool = False) -> Style:
    """Text on a background of the theme, in the foreground colour."""
    variables = widget.app.theme_variables
    return _style(variables["foreground"], variables[variable], is_bold)


@lru_cache(maxsize=256)
def _style(colour: str, background: str, is_bold: bool) -> Style:
    return Style(
        color=Color.parse(colour).rich_color,
        bgcolor=Color.parse(background).rich_color if background else None,
        bold=is_bold,
    )
