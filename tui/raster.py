"""Draws a `Plot` as rows of text with plotext, which nothing else imports. Called from one thread only.

plotext rasterises finite points inside explicit limits; gaps, reduction, logarithms and axes are decided here, since
plotext 6.1 aborts the process on NaN and is slow on long series.
"""

import math
import re
from collections.abc import Iterator
from itertools import groupby

import numpy as np
import plotext  # type: ignore[import-untyped]
from numpy.typing import NDArray

from tui.plot import Ink, Line, Mark, Picture, Plot
from tui.scales import Axis, choice_axis, cost_axis, epoch_axis, span_axis

__all__ = ["draw"]

_Reals = NDArray[np.float64]
_Cells = list[tuple[str, Ink]]
_Placed = tuple[float, float, Mark]
"""A mark and its place in drawn units."""

_LARGEST = 1e300
_DASH_ON, _DASH_OFF = 4, 4
"""Of a dashed line, in half columns, the resolution of braille."""
_SGR = re.compile("\x1b\\[([0-9;]*)m")
_PIXELS = {int(ink): plotext.pixel(foreground=int(ink)) for ink in Ink}

_terminal = type(plotext.terminal)()
_terminal.limit(False, False)
_figure = _terminal._master


def draw(plot: Plot, width: int, height: int, before: Axis | None = None) -> Picture:
    """The picture of `width` × `height` characters; `before` is the cost axis of the picture it replaces."""
    points = [(line, *_drawable(line, plot)) for line in plot.lines]
    marks = _placed_marks(plot)
    low, high = _extent([*(y for _, _, y in points), np.array([y for _, y, _ in marks])], _telling(plot))
    rows = max(1, height - 2)
    y_axis = cost_axis(low, high, log=plot.is_log, rows=rows, before=before, from_zero=plot.is_from_zero)
    gutter = max(len(each) for each in y_axis.labels) + 2
    columns = max(1, width - gutter - 1)
    x_axis = _lower_axis(plot, columns)
    canvas = _rasterise(points, columns, rows, x_axis, y_axis) if points else _blank(columns, rows)
    far = [each for line, x, y in points for each in _far(line, x, y, x_axis, y_axis, columns)]
    _put_marks(canvas, [*far, *(_held(*each, y_axis) for each in marks)], x_axis, y_axis, columns)
    return Picture(tuple(_frame(canvas, gutter, columns, x_axis, y_axis)), x_axis, y_axis)


def _lower_axis(plot: Plot, columns: int) -> Axis:
    span = plot.span
    if span is None:
        return epoch_axis(plot.reached, plot.planned, is_over=plot.is_over, columns=columns)
    if span.labels:
        return choice_axis(span.labels, columns)
    ends = (math.log10(span.low), math.log10(span.high)) if span.is_log else (span.low, span.high)
    return span_axis(*ends, log=span.is_log, columns=columns)


def _blank(columns: int, rows: int) -> list[_Cells]:
    return [[(" " * columns, Ink.PAPER)] for _ in range(rows)]


def _placed_marks(plot: Plot) -> list[_Placed]:
    """Marks with their places in drawn units; those that have none are left out."""
    marks = [*plot.marks, *([Mark(*plot.best, "◆", Ink.BEST)] if plot.best is not None else [])]
    is_log_x = plot.span is not None and plot.span.is_log
    return [
        (math.log10(each.x) if is_log_x else each.x, math.log10(each.y) if plot.is_log else each.y, each)
        for each in marks
        if abs(each.x) < _LARGEST
        and abs(each.y) < _LARGEST
        and (each.x > 0 or not is_log_x)
        and (each.y > 0 or not plot.is_log)
    ]


def _drawable(line: Line, plot: Plot) -> tuple[_Reals, _Reals]:
    """x and y in drawn units; NaN where there is nothing to draw."""
    length = min(len(line.x), len(line.y))
    x = np.asarray(line.x[:length], dtype=np.float64)
    y = np.array(line.y[:length], dtype=np.float64)
    with np.errstate(all="ignore"):
        y[~(np.abs(y) < _LARGEST)] = np.nan
        if plot.is_log:
            y = np.where(y > 0, np.log10(y), np.nan)
        if plot.span is not None and plot.span.is_log:
            x = np.where(x > 0, np.log10(x), plot.span.low)
    return x, y


def _telling(plot: Plot) -> tuple[float, float]:
    """In drawn units."""
    low, high = plot.telling
    if not plot.is_log:
        return low, high
    return math.log10(low) if low > 0 else -math.inf, math.log10(high) if high > 0 else math.inf


def _extent(series: list[_Reals], telling: tuple[float, float]) -> tuple[float, float]:
    """Of what can be drawn, within what is worth its room."""
    finite = [y[np.isfinite(y)] for y in series]
    drawn = [y for y in finite if y.size]
    if not drawn:
        return 0.0, 1.0
    lowest, highest = float(min(y.min() for y in drawn)), float(max(y.max() for y in drawn))
    low, high = max(lowest, telling[0]), min(highest, telling[1])
    return (low, high) if low <= high else (lowest, highest)


def _held(x: float, y: float, mark: Mark, axis: Axis) -> _Placed:
    """A mark in its place, or at the edge that it lies beyond."""
    if axis.contains(y, y):
        return x, y, mark
    edge, glyph = (axis.high, "▴") if y > axis.high else (axis.low, "▾")
    return x, edge, Mark(x, edge, glyph, mark.ink)


def _far(line: Line, x: _Reals, y: _Reals, x_axis: Axis, y_axis: Axis, columns: int) -> Iterator[_Placed]:
    """A mark in each column where a line runs beyond an edge."""
    column = (x_axis.high - x_axis.low) / columns
    for far, is_far in ((-math.inf, y < y_axis.low), (math.inf, y > y_axis.high)):
        for place in np.unique(np.round((x[is_far] - x_axis.low) / column)):
            yield _held(x_axis.low + float(place) * column, far, Mark(0, 0, "", line.ink), y_axis)


def _rasterise(
    points: list[tuple[Line, _Reals, _Reals]], columns: int, rows: int, x_axis: Axis, y_axis: Axis
) -> list[_Cells]:
    _figure.clear.data()
    _figure.plot_size(columns, rows)
    _figure.theme("colorless")
    _figure.legend(False)
    _figure.axes(False)
    for ruler, axis in ((_figure.ruler("x"), x_axis), (_figure.ruler("y"), y_axis)):
        ruler.lim(axis.low, axis.high)
        ruler.ticks([], [])
    for line, x, y in points:
        marker = plotext.marker("braille", _PIXELS[line.ink])
        held = np.clip(y, y_axis.low, y_axis.high)
        for part_x, part_y in _parts(line, x, held, columns, x_axis):
            _figure.draw(_figure.signal(part_x.tolist(), part_y.tolist(), marker=marker).lines(True))
    text = _figure.build().string()
    cells = [_read_row(row, columns) for row in text.split("\n")[:rows]]
    return cells + _blank(columns, rows - len(cells))


def _parts(line: Line, x: _Reals, y: _Reals, columns: int, x_axis: Axis) -> Iterator[tuple[_Reals, _Reals]]:
    """The finite runs of a line, reduced to what the columns can show, and cut into dashes if it is dashed."""
    is_finite = np.isfinite(y).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], is_finite, [0]))))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        reduced = _reduce(x[start:end], y[start:end], columns, x_axis)
        if line.is_dashed:
            yield from _dashes(*reduced, columns, x_axis)
        else:
            yield reduced


def _reduce(x: _Reals, y: _Reals, columns: int, x_axis: Axis) -> tuple[_Reals, _Reals]:
    """Smallest and largest of each column's points, in the order they came, so that no spike is lost.

    The columns are those of the axis, not shares of the points, so that a growing line keeps what is already drawn.
    """
    if len(y) <= 2 * columns:
        return x, y
    edges = x_axis.low + np.arange(1, columns) * ((x_axis.high - x_axis.low) / columns)
    inner = np.unique(np.searchsorted(x, edges))
    starts = np.concatenate(([0], inner[(inner > 0) & (inner < len(x))]))
    lowest, highest = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    ends = np.append(starts[1:], len(y)) - 1
    rises = y[starts] <= y[ends]
    pairs = np.empty(2 * len(starts))
    pairs[0::2] = np.where(rises, lowest, highest)
    pairs[1::2] = np.where(rises, highest, lowest)
    return np.repeat(x[starts], 2), pairs


def _dashes(x: _Reals, y: _Reals, columns: int, x_axis: Axis) -> Iterator[tuple[_Reals, _Reals]]:
    """Dashes fixed to the columns, so that they stand still while the line grows."""
    if len(x) < 2 or len(x) > columns:
        yield x, y
        return
    half_column = (x_axis.high - x_axis.low) / (2 * columns)
    period = (_DASH_ON + _DASH_OFF) * half_column
    left = math.floor(x[0] / period) * period
    while left < x[-1]:
        start, end = max(left, x[0]), min(left + _DASH_ON * half_column, x[-1])
        if end > start:
            inner = x[(x > start) & (x < end)]
            ends = np.concatenate(([start], inner, [end]))
            yield ends, np.interp(ends, x, y)
        left += period


def _read_row(row: str, width: int) -> _Cells:
    """One row of plotext's output as runs of (text, ink); blanks, having no colour, join their neighbour."""
    runs: _Cells = []
    ink = Ink.PAPER
    pieces = _SGR.split(row)
    for position, piece in enumerate(pieces):
        if position % 2:
            ink = Ink(int(piece.rsplit(";", 1)[1])) if piece.startswith("38;5;") else Ink.PAPER
        elif piece:
            runs.append((piece, ink))
    missing = width - sum(len(text) for text, _ in runs)
    return _merge([*runs, (" " * missing, Ink.PAPER)] if missing > 0 else runs)


def _merge(runs: _Cells) -> _Cells:
    merged: _Cells = []
    for text, ink in runs:
        if merged and (merged[-1][1] is ink or text.isspace()):
            merged[-1] = (merged[-1][0] + text, merged[-1][1])
        elif merged and merged[-1][0].isspace():
            merged[-1] = (merged[-1][0] + text, ink)
        else:
            merged.append((text, ink))
    return merged


def _put_marks(canvas: list[_Cells], marks: list[_Placed], x_axis: Axis, y_axis: Axis, columns: int) -> None:
    """Put each mark's character over what is drawn."""
    by_row: dict[int, dict[int, tuple[str, Ink]]] = {}
    for x, y, mark in marks:
        row = _row_of(y, y_axis, len(canvas))
        if 0 <= row < len(canvas) and x_axis.contains(x, x):
            column = round((x - x_axis.low) / (x_axis.high - x_axis.low) * (columns - 1))
            by_row.setdefault(row, {})[column] = (mark.glyph, mark.ink)
    for row, found in by_row.items():
        places = [(character, ink) for text, ink in canvas[row] for character in text]
        for column, place in found.items():
            places[column] = place
        canvas[row] = [
            ("".join(text for text, _ in run), ink) for ink, run in groupby(places, key=lambda place: place[1])
        ]


def _row_of(value: float, axis: Axis, rows: int) -> int:
    return round((axis.high - value) / (axis.high - axis.low) * (rows - 1))


def _frame(canvas: list[_Cells], gutter: int, columns: int, x: Axis, y: Axis) -> Iterator[tuple[tuple[str, Ink], ...]]:
    """The canvas between its two axes."""
    labels = {_row_of(tick, y, len(canvas)): text for tick, text in zip(y.ticks, y.labels, strict=True)}
    for number, cells in enumerate(canvas):
        label = labels.get(number, "")
        yield (
            (label.rjust(gutter - 2) + " ", Ink.LABEL),
            ("┤" if label else "│", Ink.AXIS),
            *cells,
            (" ", Ink.PAPER),
        )
    yield from _epoch_rows(gutter, columns, x)


def _epoch_rows(gutter: int, columns: int, x: Axis) -> Iterator[tuple[tuple[str, Ink], ...]]:
    line = ["─"] * (columns + 1)
    figures = [" "] * (gutter + columns + 1)
    free = 0
    for tick, text in zip(x.ticks, x.labels, strict=True):
        column = round((tick - x.low) / (x.high - x.low) * (columns - 1))
        start = min(max(gutter + column - len(text) // 2, 0), len(figures) - len(text))
        if start >= free:
            line[column] = "┬"
            figures[start : start + len(text)] = text
            free = start + len(text) + 1
    yield (" " * (gutter - 1), Ink.PAPER), ("└" + "".join(line), Ink.AXIS)
    yield (("".join(figures), Ink.LABEL),)
