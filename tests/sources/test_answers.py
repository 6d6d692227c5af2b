from __future__ import annotations

import json

import pytest

from canary_guard.outages import silence
from canary_guard.sources.answers import Answer, AnswerError, read_answer, unanswered
from tests.servers.loopback import success


def error_of(status: int, body: object, content_type: str = "application/json") -> AnswerError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(AnswerError) as caught:
        read_answer(status, content_type, content)
    assert not caught.value.failure.unreachable
    assert caught.value.failure.advice
    return caught.value


def read(body: object) -> Answer:
    return read_answer(200, "application/json", json.dumps(body).encode())


def test_a_good_answer_is_kept_whole() -> None:
    series = [{"metric": {"pod": "a"}, "values": [[1, "2"]]}]
    body = success(series, kind="matrix", warnings=["store eu is down"], infos=["not a counter"])
    assert read(body) == Answer(
        result_type="matrix", result=series, warnings=("store eu is down",), infos=("not a counter",)
    )


def test_a_scalar_stays_a_scalar() -> None:
    assert read(success([1, "3.5"], kind="scalar")) == Answer(result_type="scalar", result=[1, "3.5"])


def test_remarks_that_older_servers_list_among_the_warnings_are_no_warnings() -> None:
    answer = read(success([], warnings=["PromQL info: metric might not be a counter", "PromQL warning: mixed"]))
    assert answer.warnings == ("PromQL warning: mixed",)
    assert answer.infos == ("PromQL info: metric might not be a counter",)


@pytest.mark.parametrize(
    ("more", "warning"),
    [
        ({"isPartial": True}, "the server marks its answer as partial (isPartial)"),
        ({"warnings": "store eu is down"}, "store eu is down"),
        ({"error": "query timed out"}, "the answer is a success with an error: query timed out"),
    ],
)
def test_whatever_says_that_an_answer_is_partial_is_a_warning(more: dict[str, object], warning: str) -> None:
    assert read({**success([]), **more}).warnings == (warning,)


def test_what_says_that_it_is_whole_is_none() -> None:
    assert read({**success([]), "isPartial": False, "error": "", "warnings": None}).warnings == ()


def test_partial_content_is_a_warning() -> None:
    body = json.dumps(success([])).encode()
    assert read_answer(206, "application/json", body).warnings == ("HTTP 206: partial content",)


def test_a_flood_of_warnings_is_cut() -> None:
    answer = read(success([], warnings=[f"{number} {'x' * 1000}" for number in range(100)]))
    assert len(answer.warnings) == 21
    assert max(map(len, answer.warnings)) == 300
    assert answer.warnings[-1] == "and 80 more"


@pytest.mark.parametrize(
    ("status", "kind", "words", "of_query", "again"),
    [
        (400, "bad_data", '1:5: parse error: unexpected "}"', True, False),
        (401, "unauthorized", "no", False, False),
        (422, "execution", "query processing would load too many samples into memory", True, False),
        (429, "too_many_requests", "the request rate limit is exceeded", False, True),
        (500, "internal", "disk", False, False),
        (503, "timeout", "query timed out in expression evaluation", False, True),
        (200, "execution", "one store failed", True, False),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(
    status: int, kind: str, words: str, *, of_query: bool, again: bool
) -> None:
    error = error_of(status, {"status": "error", "errorType": kind, "error": words})
    assert error.failure.answer == f"HTTP {status}: {kind}: {words}"
    assert (error.of_query, error.again) == (of_query, again)


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "credentials"),
        (403, "credentials"),
        (404, "path of the URL"),
        (405, "POST"),
        (429, "later"),
        (502, "later"),
    ],
)
def test_a_refusal_in_plain_text_comes_with_advice(status: int, advice: str) -> None:
    error = error_of(status, b"go away\r\n", "text/plain")
    assert error.failure.answer == f"HTTP {status}: go away"
    assert advice in error.failure.advice


def test_an_empty_refusal_says_so() -> None:
    assert error_of(502, b"", "").failure.answer == "HTTP 502: nothing said"


def test_a_login_page_is_named_by_its_title() -> None:
    page = b"<!doctype html><html><head><title>Sign in &amp; go\non</title></head><body>secret</body></html>"
    assert error_of(200, page, "text/html; charset=utf-8").failure.answer == (
        "HTTP 200 with an HTML page instead of JSON: Sign in & go on"
    )


def test_a_page_without_a_title_is_told_by_its_text() -> None:
    page = b"<html><style>p {color: red}</style><p>Gateway <b>down</b></p></html>"
    assert error_of(502, page, "text/html").failure.answer == "HTTP 502: Gateway down"


def test_other_text_is_not_taken_for_an_answer() -> None:
    assert error_of(200, b"OK", "text/plain").failure.answer == "HTTP 200 with text/plain instead of JSON: OK"
    assert error_of(200, b"", "").failure.answer == "HTTP 200 with something instead of JSON: nothing"


def test_half_a_json_is_worth_another_try() -> None:
    whole = json.dumps(success([{"metric": {"pod": "a"}, "value": [1, "2"]}])).encode()
    error = error_of(200, whole[: len(whole) // 2])
    assert error.failure.answer.startswith("HTTP 200 with JSON that breaks off or is damaged (EOF while parsing")
    assert error.again


@pytest.mark.parametrize(
    "body", [[], {}, "up", {"status": "success"}, {"status": "success", "data": []}, {"status": "error"}, {"status": 1}]
)
def test_json_of_another_kind_is_not_taken_for_an_answer(body: object) -> None:
    assert error_of(200, body).failure.answer.startswith("HTTP 200 with JSON that is not an answer to a query: ")


def test_success_with_an_error_status_is_a_refusal() -> None:
    assert error_of(500, success([])).failure.answer.startswith("HTTP 500: ")


def test_deep_nesting_is_damage_and_not_a_crash() -> None:
    assert "damaged" in error_of(200, b"[" * 100_000).failure.answer


def test_five_megabytes_of_error_make_one_short_line() -> None:
    error = error_of(500, b"\x1b[31mstack\n\ttrace\x00 \xe2\x80\xae" * 400_000, "text/plain")
    assert error.failure.answer.startswith("HTTP 500: [31mstack trace [31mstack trace")
    assert len(error.failure.answer) < 320
    assert error.failure.answer.isprintable()


def test_secrets_are_hidden_before_words_are_cut() -> None:
    def hide(text: str) -> str:
        return text.replace("s3cret" * 60, "***")

    body = json.dumps({"status": "error", "error": f"token {'s3cret' * 60} is bad"}).encode()
    with pytest.raises(AnswerError, match=r"HTTP 401: token \*\*\* is bad"):
        read_answer(401, "application/json", body, hide=hide)
    answer = read_answer(200, "", json.dumps(success([], warnings=["s3cret" * 60])).encode(), hide=hide)
    assert answer.warnings == ("***",)


def test_an_outage_is_told_as_one() -> None:
    failure = unanswered(silence(10_000)).failure
    assert (failure.answer, failure.unreachable) == ("no whole answer within 10 s", True)
