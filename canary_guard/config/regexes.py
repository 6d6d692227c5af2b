"""Regular expressions of label matchers, which Prometheus reads as RE2 and a recording as Python: only what both know.

https://github.com/google/re2/wiki/Syntax
"""

import re
import warnings

from canary_guard.config.wording import RefusedError, quoted

_TOKEN = re.compile(
    r"""
    (?P<escape>\\.)
    | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<group>\(\?(?:P?<[=!]?|P=|[=!>#(]|[a-zA-Z-]*))
    | (?P<repeat>(?:[*+?]|\{[0-9]*,?[0-9]*\}))
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_GROUPS = {
    "(?=": "a lookahead",
    "(?!": "a lookahead",
    "(?<=": "a lookbehind",
    "(?<!": "a lookbehind",
    "(?P=": "a backreference",
    "(?(": "a condition",
    "(?>": "an atomic group",
    "(?#": "a comment",
}
_MOST = 1000
"""RE2 repeats no more often."""
_FLAGS = re.compile(r"\(\?[ims]*(-[ims]+)?")


def check_regex(pattern: str) -> None:
    """Refuses what Prometheus' RE2 lacks (lookaround, backreferences, possessive repeats) and what `re` cannot read."""
    repeated = False
    for token in _TOKEN.finditer(pattern):
        text = token.group()
        foreign = _foreign(token.lastgroup, text, repeated=repeated)
        if foreign is not None:
            raise RefusedError(
                f"the regular expression {quoted(pattern)} has {foreign}, which Prometheus does not know"
            )
        repeated = token.lastgroup == "repeat"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern, re.DOTALL)
    except (re.error, FutureWarning, OverflowError, RecursionError) as error:
        raise RefusedError(f"{quoted(pattern)} cannot be used as a regular expression: {error}") from None


def _foreign(kind: str | None, text: str, *, repeated: bool) -> str | None:
    match kind:
        case "escape" if text[1] in "123456789":
            return f"a backreference (`{text}`)"
        case "escape" if text[1] in "ZuUN0":
            return f"`{text}`"
        case "group" if text in _GROUPS:
            return f"{_GROUPS[text]} (`{text}`)"
        case "group" if not text.startswith(("(?P<", "(?<")) and not _FLAGS.fullmatch(text):
            return f"the flags `{text[2:]}`"
        case "repeat" if repeated and text == "+":
            return "a possessive repeat (`++`, `*+`, `?+`)"
        case "repeat" if text.startswith("{,") or any(
            len(times) > 4 or int(times) > _MOST for times in re.findall("[0-9]+", text)
        ):
            return f"the repeat `{text}`"
        case _:
            return None
