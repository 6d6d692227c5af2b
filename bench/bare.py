"""Send a run's queries with nothing around them: `python -m bench.bare RUN.json`; prints the seconds that it took.

As bare as a script can be: it knows the queries beforehand, checks nothing and throws the answers away.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests
import requests.adapters


def main(path: str) -> None:
    record = json.loads(Path(path).read_text())
    source = record["plan"]["source"]
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=source["concurrency"]))

    def send(reading: dict[str, Any]) -> None:
        grid = reading["query"]["grid"]
        form = {
            "query": reading["text"],
            "start": grid["start"] / 1000,
            "end": grid["end"] / 1000,
            "step": grid["step"] / 1000,
        }
        answer = session.post(f"{source['url']}/api/v1/query_range", data=form, timeout=10)
        assert answer.json()["status"] == "success"

    began = time.perf_counter()
    with ThreadPoolExecutor(source["concurrency"]) as pool:
        list(pool.map(send, record["queries"]))
    print(time.perf_counter() - began)


main(sys.argv[1])
