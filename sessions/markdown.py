"""People's words inside a Markdown text: always shown as they were typed, never Markdown, HTML or control codes."""

import re
import unicodedata

__all__ = ["plain"]

_ACTING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPECIAL = re.compile(r"[\\`*_{}\[\]()#|~^$!]")
_LIST_MARK = re.compile(r"^(\d+(?=\. )|(?=[-+=]))(.)")
_ADDRESS = re.compile(r"(?<=:)//|(?<=www)\.", re.IGNORECASE)
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"})


def plain(text: str) -> str:
    """One line that every Markdown reader shows as `text`: what acts is escaped, line ends are spaces.

    Control, escape and direction characters become ·; addresses do not become links.
    """
    flat = " ".join(text.split())
    visible = "".join("·" if unicodedata.category(each) in _ACTING else each for each in flat)
    escaped = _LIST_MARK.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", visible))
    unlinked = _ADDRESS.sub(lambda found: "".join(f"\\{each}" for each in found.group()), escaped)
    return unlinked.translate(_ENTITIES)
