"""Danish alphabetical order, as a value that sorts right wherever bytes are compared.

No collation that PostgreSQL brings along sorts æ, ø and å right, and ICU is not everywhere. So
da_sort_key() turns a text into one whose bytes stand in Danish order; use DaSortKey in a stored
generated column (with db_collation="C"), in an index, or in order_by.

The order is CLDR's for Danish: æ (ä), ø (ö, ő), å (aa) after z; ü and ű as y; đ and ð as d; þ as
th; other accents as the bare letter; no difference between capitals and small letters. Words come
one by one ("Anne Marie" before "Annemarie"): a hyphen counts as a space, apostrophes and full
stops do not count.
"""

from typing import Any

from django.db.models import Func, TextField

# What each letter beyond a-z counts as. "{", "|" and "}" follow "z" in ASCII: æ, ø, å.
_LETTERS = {
    "{": "æäǽ",
    "|": "øöőǿ",
    "}": "åǻ",
    "a": "áàâãāăą",
    "c": "çćĉċč",
    "d": "ďđð",
    "e": "éèêëēĕėęě",
    "g": "ĝğġģ",
    "h": "ĥħ",
    "i": "íìîïĩīĭįı",
    "j": "ĵ",
    "k": "ķ",
    "l": "ĺļľŀł",
    "n": "ñńņňŉ",
    "o": "óòôõōŏ",
    "r": "ŕŗř",
    "s": "śŝşšș",
    "t": "ţťŧț",
    "u": "úùûũūŭůų",
    "w": "ŵ",
    "y": "ýÿŷüű",
    "z": "źżž",
    " ": "-‐‑–—\u00a0\t",
}
_FROM = "".join(_LETTERS.values())
_TO = "".join(bare * len(letters) for bare, letters in _LETTERS.items())
# Capitals by hand, too: lower() knows them only where the database's locale does.
_PAIRS = [(c.upper(), c) for c in _FROM + "þœ" if c.upper() != c and len(c.upper()) == 1]
_CAPITALS = "".join(capital for capital, _ in _PAIRS)
_SMALL = "".join(small for _, small in _PAIRS)
_IGNORED = "'’‘´`.,\""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _steps() -> str:
    text = f"lower(translate(given, {_quoted(_CAPITALS)}, {_quoted(_SMALL)}))"
    for double, single in (("aa", "}"), ("þ", "th"), ("ß", "ss"), ("œ", "oe")):
        text = f"replace({text}, '{double}', '{single}')"
    # translate() removes what has no counterpart.
    text = f"translate({text}, {_quoted(_FROM + _IGNORED)}, {_quoted(_TO)})"
    return f"btrim(regexp_replace({text}, ' +', ' ', 'g'))"


CREATE_SORT_KEY = f"""
create function da_sort_key(given text) returns text
language sql immutable strict parallel safe return {_steps()};
"""
DROP_SORT_KEY = "drop function da_sort_key(text);"


class DaSortKey(Func):
    """The sort key of a text, in an expression; compared byte by byte."""

    function = "da_sort_key"
    template = '(%(function)s(%(expressions)s) collate "C")'
    arity = 1

    def __init__(self, expression: Any, **extra: Any) -> None:
        extra.setdefault("output_field", TextField(db_collation="C"))
        super().__init__(expression, **extra)
