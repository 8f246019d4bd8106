"""The two themes: quiet greys, one accent, and the two inks of the chart. Holds colours only."""

from textual.theme import Theme

__all__ = ["DARK", "LIGHT"]

DARK = Theme(
    name="tunedeck-dark",
    primary="#7aa2c8",
    secondary="#5f7f9f",
    accent="#e0a458",
    success="#8fb573",
    warning="#d7875f",
    error="#e06c75",
    foreground="#d3d7de",
    background="#14171c",
    surface="#14171c",
    panel="#232830",
    boost="#1d2128",
    dark=True,
    variables={
        "ink-train": "#6fb3e0",
        "ink-validation": "#e0a458",
        "line": "#3a424e",
        "quiet": "#808a98",
        "cursor-row": "#2a3340",
        "cursor-row-blurred": "#1f252d",
    },
)

LIGHT = Theme(
    name="tunedeck-light",
    primary="#2f6690",
    secondary="#5b7f9b",
    accent="#a35c00",
    success="#3f7a2a",
    warning="#b0561c",
    error="#b3263a",
    foreground="#22272e",
    background="#f7f6f3",
    surface="#f7f6f3",
    panel="#e6e4de",
    boost="#eeece7",
    dark=False,
    variables={
        "ink-train": "#1f6fb0",
        "ink-validation": "#b06000",
        "line": "#c3c1ba",
        "quiet": "#6c7178",
        "cursor-row": "#d5e2ec",
        "cursor-row-blurred": "#e6e9ea",
    },
)
