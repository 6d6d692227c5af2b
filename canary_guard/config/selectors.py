"""Label matchers as PromQL writes them (`namespace="shop", track=~"a|b"`): text in, `Matcher`s out."""

import re

from canary_guard.config.regexes import check_regex
from canary_guard.config.wording import Fault, RefusedError, quoted
from canary_guard.model.signal import Matcher, MatchOperator, Selector

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_OPERATOR = re.compile(r"=~|!~|!=|=")
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[^\s,{}\"'`]+")
_STRING = re.compile(r"""`[^`]*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))")
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


def parse_label(text: object) -> str:
    """The name of a label."""
    if isinstance(text, str) and _LABEL.fullmatch(text):
        return text
    raise RefusedError(f"expected the name of a label, such as `pod`, found {quoted(text)}")


def parse_selector(text: object) -> Selector:
    """At least one matcher, in the order of the text; braces around them and a comma at the end are optional.

    Regular expressions must be read alike by Prometheus and by Python. RefusedError with the offset of what is wrong;
    an empty selector, and one that matches whatever there is, is refused.
    """
    if not isinstance(text, str):
        raise RefusedError(f'expected label matchers such as `track="canary"`, found {quoted(text)}')
    matchers = _Reader(text).matchers()
    if all(allows_everything(matcher) for matcher in matchers):
        found = quoted(text) if matchers else "an empty selector"
        raise RefusedError(
            f'{found} selects everything that there is; expected label matchers such as `track="canary"`'
        )
    return matchers


def allows_everything(matcher: Matcher) -> bool:
    """Whether any value satisfies a matcher, for sure."""
    return matcher.operator is MatchOperator.MATCHES and matcher.value in (".*", "(.*)", "(?:.*)")


class _Reader:
    """A text and how far it has been read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def matchers(self) -> Selector:
        found: list[Matcher] = []
        self.skip()
        braces = self.take("{")
        while self.at < len(self.text) and not (braces and self.text[self.at] == "}"):
            if found and not self.take(","):
                raise self.refused("expected a comma between two matchers")
            if found and (self.at == len(self.text) or (braces and self.text[self.at] == "}")):
                break
            found.append(self.matcher())
        if braces and not self.take("}"):
            raise self.refused("expected `}` at the end")
        if self.at < len(self.text):
            raise self.refused("expected nothing after `}`")
        return tuple(found)

    def matcher(self) -> Matcher:
        start = self.at
        label = self.read(_LABEL)
        if label is None:
            raise self.refused("expected the name of a label")
        if self.text[self.at : self.at + 1] == "{":
            raise self.refused(f"expected label matchers only, without the metric `{label}`", at=start)
        if label == "__name__":
            raise self.refused("the name of the metric belongs to the signal, not to a selector", at=start)
        sign = self.read(_OPERATOR)
        if sign is None:
            raise self.refused(f"expected `=`, `!=`, `=~` or `!~` after `{label}`")
        operator = MatchOperator(sign)
        start = self.at
        value = self.string(label, sign)
        if operator in (MatchOperator.MATCHES, MatchOperator.NOT_MATCHES):
            try:
                check_regex(value)
            except RefusedError as error:
                raise RefusedError(Fault(what=str(error), offset=start)) from None
        return Matcher(label=label, operator=operator, value=value)

    def string(self, label: str, sign: str) -> str:
        start = self.at
        token = self.read(_STRING)
        if token is None:
            if self.text[self.at : self.at + 1] in ("'", '"', "`"):
                raise self.refused("a quotation mark that is not closed")
            word = _WORD.match(self.text, self.at)
            meant = f'; did you mean `{label}{sign}"{word.group().strip("=“”‘’")}"`?' if word else ""
            raise self.refused("expected a value in quotes", hint=meant)
        return token[1:-1] if token[0] == "`" else self.unescaped(token, start)

    def unescaped(self, token: str, start: int) -> str:
        quote = token[0]

        def sign(found: re.Match[str]) -> str:
            *codes, octal, simple = found.groups()
            code = next((int(digits, 16) for digits in codes if digits), int(octal, 8) if octal else None)
            # \xHH and \OOO are bytes: beyond ASCII they are no letter by themselves.
            limit = 0x80 if octal or codes[0] else 0x110000
            if code is not None and code < limit and not 0xD800 <= code < 0xE000:
                return chr(code)
            if simple == quote or simple in _SIMPLE:
                return _SIMPLE.get(simple, quote)
            raise self.refused(f"unknown escape {quoted(found.group())}", at=start + 1 + found.start())

        return _ESCAPE.sub(sign, token[1:-1])

    def take(self, sign: str) -> bool:
        found = self.text.startswith(sign, self.at)
        if found:
            self.at += len(sign)
            self.skip()
        return found

    def read(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        self.skip()
        return found.group()

    def skip(self) -> None:
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at

    def refused(self, what: str, *, at: int | None = None, hint: str = "") -> RefusedError:
        offset = self.at if at is None else at
        found = self.text[offset : offset + 20]
        where = f"found {quoted(found)} at character {offset + 1}" if found else "found the end"
        return RefusedError(Fault(what=f"{what}, {where} of {quoted(self.text)}{hint}", offset=offset))
