from __future__ import annotations

import pytest

from canary_guard.model.plan import PrometheusPlan
from canary_guard.sources.answers import AnswerError
from canary_guard.sources.api import PrometheusApi
from tests.servers.loopback import Loopback, success


def test_times_are_sent_to_the_millisecond() -> None:
    with Loopback(lambda exchange: exchange.answer(success([]))) as server:
        api = PrometheusApi(PrometheusPlan(url=server.url))
        api.at("up", 1_795_252_267_829)
        api.on("up", range(1_795_252_267_500, 1_795_252_270_501, 1_500), nocache="1")
        api.close()
    instant, grid = server.received
    assert instant.form == {"query": "up", "time": "1795252267.829"}
    assert grid.path == "/api/v1/query_range"
    assert grid.form == {
        "query": "up",
        "start": "1795252267.500",
        "end": "1795252270.500",
        "step": "1.500",
        "nocache": "1",
    }


def test_no_times_are_no_question() -> None:
    with Loopback(lambda exchange: exchange.answer(success([]))) as server:
        assert PrometheusApi(PrometheusPlan(url=server.url)).on("up", range(5, 5, 5)).result == []
    assert server.received == []


def test_it_is_shown_without_credentials() -> None:
    api = PrometheusApi(PrometheusPlan(url="http://ana:s3cret@prometheus:9090/"))
    assert api.where == "http://prometheus:9090"


def test_what_is_no_answer_is_an_error() -> None:
    with Loopback(lambda exchange: exchange.answer({"status": "error", "error": "no"}, status=422)) as server:
        api = PrometheusApi(PrometheusPlan(url=server.url))
        with pytest.raises(AnswerError, match="HTTP 422: no"):
            api.on("up", range(0, 5, 5))
