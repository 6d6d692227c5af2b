"""The real server holds exactly what it was given: otherwise nothing that is shown with it means anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.servers.prometheus_server import RawSeries

if TYPE_CHECKING:
    from tests.conftest import Serve


def test_every_value_and_millisecond_is_kept(serve: Serve) -> None:
    times = range(1_795_252_226_001, 1_795_252_227_000, 7)
    given = RawSeries(
        labels={"__name__": "shop_total", "pod": 'a"b\\c\nd'},
        samples=[(at, str(0.1 * number)) for number, at in enumerate(times)],
    )
    with serve(series=[given]) as server:
        query = urlencode({"query": "shop_total[1m]", "time": "1795252228"})
        with build_opener(ProxyHandler({})).open(f"{server.url}/api/v1/query?{query}") as answer:
            (found,) = json.load(answer)["data"]["result"]
    assert found["metric"] == given.labels
    assert [(round(at * 1000), float(value)) for at, value in found["values"]] == [
        (at, float(value)) for at, value in given.samples
    ]


def test_it_is_gone_after_the_block(serve: Serve) -> None:
    with serve(series=[RawSeries(labels={"__name__": "one"}, samples=[(1_795_252_226_001, 1)])]) as server:
        url = server.url
    with pytest.raises(OSError, match="refused"):
        build_opener(ProxyHandler({})).open(f"{url}/-/ready")
