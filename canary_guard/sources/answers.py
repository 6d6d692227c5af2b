"""The body of an HTTP answer in, the server's `Answer` or an `AnswerError` with the server's own words out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from canary_guard.model.series import Failure
from canary_guard.outages import Outage
from canary_guard.server_words import is_page, one_line, page_words

_MOST_REMARKS = 20
_BEGINNING = 20_000
"""bytes of a body in which words are looked for"""
_REMARK = "PromQL info:"
"""How servers between 2.48 and 2.52 begin a remark that they list among the warnings."""

_ADVICE: Mapping[int, str] = {
    400: "Read the server's words; the query is in the report.",
    401: "Give the credentials that the server wants: a token, or a username and a password.",
    403: "Let these credentials read metrics, or give others.",
    404: "Check the path of the URL: `/api/v1/query_range` is added to it.",
    405: "Let POST requests through to `/api/v1/query_range`.",
    422: "Read the server's words: the query asks for too much, or its series do not fit together.",
    429: "Ask again later, or with a lower concurrency.",
}
_OF_QUERY = frozenset({200, 400, 422})
_PARTIAL_CONTENT = 206
_WORTH_ANOTHER_TRY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered to one query, whole."""

    result_type: str
    """`matrix`, `vector`, `scalar` or `string`"""
    result: Any
    """As JSON gives it: for a matrix or a vector a list of series."""
    warnings: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()


class AnswerError(Exception):
    """A query got no usable answer."""

    def __init__(
        self,
        answer: str,
        advice: str,
        *,
        unreachable: bool = False,
        of_query: bool = False,
        too_large: bool = False,
        again: bool = False,
        retry_after: float | None = None,
    ) -> None:
        self.failure = Failure(answer=answer, advice=advice, unreachable=unreachable)
        self.of_query = of_query
        """The server understood, and refused this query; others may fare better."""
        self.too_large = too_large
        self.again = again
        """The same request may fare better in a moment."""
        self.retry_after = retry_after
        """s, as the server asks for"""
        super().__init__(answer)


def unanswered(outage: Outage) -> AnswerError:
    """The error of a request that got no whole answer."""
    return AnswerError(outage.answer, outage.advice, unreachable=True, again=outage.again)


def read_answer(status: int, content_type: str, body: bytes, *, hide: Callable[[str], str] = str) -> Answer:
    """The answer in a body. AnswerError where it is anything but a successful answer to a query.

    `hide` takes secrets out of the server's words.
    """
    text = hide(body[:_BEGINNING].decode("utf-8", "replace"))
    try:
        message = from_json(body)
    except ValueError as error:
        raise _not_json(status, content_type, text, str(error)) from None
    match message:
        case {"status": "success", "data": {"resultType": str(kind), "result": result}} if status < 300:
            warnings, infos = (_remarks(message.get(name), hide) for name in ("warnings", "infos"))
            misplaced = tuple(warning for warning in warnings if warning.startswith(_REMARK))
            return Answer(
                result_type=kind,
                result=result,
                warnings=(
                    *(warning for warning in warnings if warning not in misplaced),
                    *(one_line(hide(text)) for text in _doubts(status, message)),
                ),
                infos=(*infos, *misplaced),
            )
        case {"status": "error", "error": str(words)}:
            kind = message.get("errorType")
            words = f"{kind}: {words}" if isinstance(kind, str) else words
            raise _refused(status, hide(words), of_query=status in _OF_QUERY)
        case _ if status < 300:
            raise AnswerError(
                f"HTTP {status} with JSON that is not an answer to a query: {one_line(text)}",
                "Check the URL: it is not that of a Prometheus API.",
            )
        case _:
            raise _refused(status, text)


def _not_json(status: int, content_type: str, text: str, complaint: str) -> AnswerError:
    kind = content_type.split(";")[0].strip().lower()
    page = is_page(text, content_type)
    if page:
        text = page_words(text)
    if status >= 300:
        return _refused(status, text)
    if kind.endswith("json"):
        return AnswerError(
            f"HTTP {status} with JSON that breaks off or is damaged ({one_line(complaint)})",
            "Ask again; if it stays so, look at what stands between here and the server.",
            again=True,
        )
    what = "an HTML page" if page else one_line(kind) or "something"
    return AnswerError(
        f"HTTP {status} with {what} instead of JSON: {one_line(text) or 'nothing'}",
        "Check the URL and the credentials: a login page or another service answers there.",
    )


def _refused(status: int, words: str, *, of_query: bool = False) -> AnswerError:
    default = (
        "The server has trouble of its own: see its log, or ask again later."
        if status >= 500
        else "Check the URL and what stands between here and the server."
    )
    return AnswerError(
        f"HTTP {status}: {one_line(words) or 'nothing said'}",
        _ADVICE.get(status, default),
        of_query=of_query,
        again=status in _WORTH_ANOTHER_TRY,
    )


def _doubts(status: int, message: Mapping[str, Any]) -> Iterator[str]:
    """What else than a warning says that a successful answer is not a whole one."""
    if message.get("isPartial"):  # VictoriaMetrics
        yield "the server marks its answer as partial (isPartial)"
    if message.get("error"):
        yield f"the answer is a success with an error: {message['error']}"
    if status == _PARTIAL_CONTENT:
        yield f"HTTP {status}: partial content"


def _remarks(given: object, hide: Callable[[str], str]) -> tuple[str, ...]:
    if not isinstance(given, list):
        given = [given] if given else []
    texts = [one_line(hide(str(text))) for text in given[:_MOST_REMARKS]]
    if len(given) > _MOST_REMARKS:
        texts.append(f"and {len(given) - _MOST_REMARKS} more")
    return tuple(dict.fromkeys(texts))
