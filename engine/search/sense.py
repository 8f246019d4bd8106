"""Whether more experiments on the same validation rows make sense, in one sentence. No NumPy."""

from statistics import NormalDist

__all__ = ["sense_of"]

_LITTLE, _MOST = 0.25, 0.6


def sense_of(
    luck: float,
    looks: int,
    in_all: int,
    *,
    is_confirmed: bool,
    has_folds: bool,
    equal_names: str = "",
    is_latest: bool = True,
) -> str:
    """What the share `luck` of a winner's lead over the median trial means for going on.

    The luck was told by `looks` trials; `in_all` experiments were compared on these rows, of which the sweep knows
    only its own. What the best of n gains by luck is taken to grow as the greatest of n normal values does.
    `equal_names` are the winner and those that came out like it, if any did. Whether to go on is left out where
    a later sweep of the session has the word.
    """
    if in_all < 2:
        return "Nothing was chosen yet: more experiments make sense."
    if looks < 2:
        return f"One trial tells nothing of luck, and {in_all} were compared on these rows in this session."
    if equal_names:
        return f"{equal_names} came out equal: none of them leads, so take the one that trains fastest."
    luck = min(luck * _greatest_of(max(in_all, looks)) / _greatest_of(looks), 1.0)
    finding = "The lead is mostly real"
    if luck >= _LITTLE:
        finding = (
            f"About {luck * 100:.0f} % of the winner's lead over the median trial is luck with these validation rows"
        )
    finding += f", after {in_all} looks in this session" if in_all > looks else ""
    return f"{finding}: {_advice(luck, is_confirmed, has_folds)}." if is_latest else f"{finding}."


def _advice(luck: float, is_confirmed: bool, has_folds: bool) -> str:
    if luck < _LITTLE:
        return "more experiments on these validation rows still make sense"
    if luck < _MOST:
        seeds = "" if is_confirmed else "confirm with fresh seeds, or "
        return f"{seeds}{'get more rows' if has_folds else 'use folds'} before searching on"
    rows = "get more rows" if has_folds else "get more rows or use folds"
    return f"more experiments on them will mostly fit them; {rows}"


def _greatest_of(count: int) -> float:
    """Expected value of the greatest of so many standard normal values (Blom 1958)."""
    return NormalDist().inv_cdf((count - 0.375) / (count + 0.25))
