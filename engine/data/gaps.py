"""Spells the missing cells of a block of text as nan, as NumPy's reader takes them, without splitting the block."""

import numpy as np
from numpy.typing import NDArray

from engine.data.cells import MISSING

__all__ = ["with_nan"]

_LONGEST = max(map(len, MISSING))
_INITIALS = [ord(letter) for word in MISSING for letter in {*word[:1], *word[:1].upper()}]

Codes = NDArray[np.uint8] | NDArray[np.uint32]


def with_nan(block: str, delimiter: str) -> str:
    """The block with nan in place of each missing cell, except on lines of a single cell and inside quotation marks.

    Where the delimiter is a space, which stands for any run of them, no cell is empty. A block with a quotation mark
    amid a cell, as for inches, is left as it is: what lies inside of marks is then not to be told.
    """
    if not block.endswith("\n"):
        block += "\n"
    codes = _codes(block)
    if _has_stray_quote(codes, delimiter):
        return block
    ends = np.flatnonzero(_is_separator(codes, delimiter))
    starts = np.concatenate([[0], ends + 1])[:-1]
    lengths, is_last = ends - starts, codes[ends] == ord("\n")
    is_first = np.concatenate([[True], is_last])[:-1]
    short = np.flatnonzero((lengths <= _LONGEST) & (lengths >= (delimiter == " ")) & ~(is_first & is_last))
    short = short[(lengths[short] == 0) | np.isin(codes[starts[short]], _INITIALS)]
    pieces, at = [], 0
    for start, end in zip(starts[short].tolist(), ends[short].tolist(), strict=True):
        if start == end or block[start:end].lower() in MISSING:
            pieces.append(block[at:start])
            at = end
    pieces.append(block[at:])
    return "nan".join(pieces)


def _codes(block: str) -> Codes:
    """The number of each character."""
    if block.isascii():
        return np.frombuffer(block.encode("ascii"), np.uint8)
    return np.frombuffer(block.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))


def _has_stray_quote(codes: Codes, delimiter: str) -> bool:
    """Whether a quotation mark that should open a cell does not stand at the start of one, or behind another mark."""
    opening = np.flatnonzero(codes == ord('"'))[::2]
    before = codes[opening[opening > 0] - 1]
    return not np.isin(before, [ord(each) for each in (delimiter, "\n", '"')]).all()


def _is_separator(codes: Codes, delimiter: str) -> NDArray[np.bool_]:
    """Where a cell ends: at a delimiter or newline outside quotation marks."""
    ends: NDArray[np.bool_] = (codes == ord(delimiter)) | (codes == ord("\n"))
    quotes = codes == ord('"')
    if quotes.any():
        ends &= np.cumsum(quotes) % 2 == 0
    return ends
