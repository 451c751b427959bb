"""Regular expressions made of globs, with stars that do not try all ways to share out a name."""

from __future__ import annotations

import re
from functools import lru_cache

_GLOB = re.compile(r"(?:\*\*/)+|\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)
_MAGIC = re.compile(r"[*?\[{]")
_SET = r"\[\^?\]?(?:\\.|[^\]\\])*\]"
_PLAIN = rf"(?:\\.|{_SET}|[^\\\[\](){{}}|?*+^$])(?![*+?])"
"""One sign or one set of signs, of which there is exactly one."""
_STARS = re.compile(r"(\[\^/\]\*|\.\*)\1+")
_STAR = re.compile(rf"(?P<star>\[\^/\]\*|\.\*)(?P<then>(?:{_PLAIN})+)(?=(?P=star))")
_FOLDERS = r"\(\?:/\.\+\)\?/"
_FOLDERS_THEN = re.compile(rf"{_FOLDERS}(?P<then>(?:(?!{_FOLDERS}).)+)(?={_FOLDERS})")
_TOKEN = re.compile(rf"\\.|{_SET}")


@lru_cache(maxsize=256)
def compiled(glob: str, *, crossing: bool = False) -> re.Pattern[str]:
    """Translate a glob for whole paths with forward slashes; one that makes no sense stands for itself.

    ``**/`` is any number of folders, and none.  ``*`` and ``?`` stay within a name, but cross folders with
    ``crossing``, as in ruff's ``per-file-ignores``; there ``{a,b}`` chooses, too.
    """
    sign, out, depth = "." if crossing else "[^/]", "", 0
    for token in _GLOB.findall(glob):
        if token.startswith("**/"):
            out += "(?:.*/)?"
        elif token[0] == "*":
            out += ".*" if token == "**" else f"{sign}*"
        elif token == "?":
            out += sign
        elif token[0] == "[" and len(token) > 1:
            out += _set(token, crossing)
        elif token == "{" and crossing:
            out, depth = out + "(?:", depth + 1
        elif token in "}," and depth:
            out, depth = out + (")" if token == "}" else "|"), depth - (token == "}")
        else:
            out += re.escape(token)
    try:
        return re.compile(without_retries(out + ")" * depth), re.DOTALL)
    except re.error:
        return re.compile(re.escape(glob))


def _set(token: str, crossing: bool) -> str:
    negated = token[1] == "!"
    inside = re.escape(token[1 + negated : -1]).replace(r"\-", "-")
    return f"[{('^' if crossing else '^/') * negated}{inside}]"


def escaped(path: str) -> str:
    """A glob that matches this path alone."""
    return _MAGIC.sub(r"[\g<0>]", path)


def without_retries(regex: str) -> str:
    """The same expression, for which a name of n signs takes about n steps for each star, not n to the stars.

    What follows a star, up to the next one, is taken where it comes first: whatever the next star may
    match behind a later place, it may match from here.  The same holds for pathspec's ``(?:/.+)?/``, any
    number of folders.  Sets must not match a slash where ``[^/]*`` stands around them.  (CPython 3.10 has
    no atomic groups, but does not try a look-ahead again either.)
    """
    number = 0

    def once(match: re.Match[str]) -> str:
        nonlocal number
        number += 1
        return f"(?=(?P<s{number}>{match['star']}?{match['then']}))(?P=s{number})"

    def folders_once(match: re.Match[str]) -> str:
        nonlocal number
        number += 1
        return f"(?=(?P<s{number}>(?:/.+?)??/{match['then']}(?=/)))(?P=s{number})"

    return _FOLDERS_THEN.sub(folders_once, _STAR.sub(once, _STARS.sub(r"\1", regex)))


def sets_within_names(regex: str) -> str:
    """The same expression with sets such as ``[^a]`` that match no slash, as git reads them."""

    def no_slash(match: re.Match[str]) -> str:
        token = match.group()
        if not token.startswith("[^") or "/" in token:
            return token
        begin = 3 if token.startswith("[^]") else 2
        return f"{token[:begin]}/{token[begin:]}"

    return _TOKEN.sub(no_slash, regex)
