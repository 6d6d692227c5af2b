"""The thin layer between prometheus-api-client and the wire: what the client's own session would get wrong."""

import os
import time
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from prometheus_api_client import PrometheusConnect
from requests.adapters import HTTPAdapter

from canary_guard import __version__
from canary_guard.errors import ConfigError, Problem
from canary_guard.model.plan import PrometheusPlan
from canary_guard.outages import outage, silence
from canary_guard.redaction import without_credentials
from canary_guard.server_words import one_line
from canary_guard.sources.answers import Answer, AnswerError, read_answer, unanswered
from canary_guard.sources.credentials import Credentials

_CHUNK = 2**16
_LONGEST_ERROR = 2**16
"""bytes that are read of an answer that is not a success"""
_FIRST_PAUSE = 0.2
"""s before the second try, doubled with each further one"""
_LONGEST_PAUSE = 2.0
"""s; a server's Retry-After is followed up to this"""


def connect(plan: PrometheusPlan) -> PrometheusConnect:
    """A client whose queries give a whole `Answer` each, or raise AnswerError. ConfigError for what cannot be used."""
    session = PrometheusSession(plan)
    client = PrometheusConnect(session.where, auth=session.credentials, session=session, method="POST")
    session.mount_adapters()
    return client


class AnsweredResponse(requests.Response):
    """A response that was read and checked. Where the client looks for `data.result`, it finds the whole answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.status_code = 200
        self._answer = answer

    def json(self, **_: Any) -> dict[str, Any]:  # noqa: ANN401 - requests' own signature
        """`{"data": {"result": …}}`"""
        return {"data": {"result": self._answer}}


class PrometheusSession(requests.Session):
    """Form bodies, bounded time, size and retries, no redirects, no ~/.netrc, and the server's own words."""

    def __init__(self, plan: PrometheusPlan) -> None:
        super().__init__()
        self.credentials = Credentials(plan)
        self.where = without_credentials(plan.url)
        self._plan = plan
        self.headers.update({"Accept": "application/json", "User-Agent": f"canary-guard/{__version__}"})
        self.verify = plan.verify and (_readable(plan.ca_file) or True)
        certificate, key = _readable(plan.client_certificate), _readable(plan.client_key)
        if certificate is not None:
            self.cert = (certificate, key) if key else certificate
        if not plan.verify:
            # The team asked for it, and the report says so; a warning on standard error per request says no more.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self.mount_adapters()

    def mount_adapters(self) -> None:
        """Our adapter, a connection for each concurrent query; again, once PrometheusConnect has mounted its own."""
        adapter = HTTPAdapter(pool_maxsize=self._plan.concurrency)
        for prefix in {*self.adapters, self.where}:
            self.mount(prefix, adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: requests would send a tenant's header to another host, make a POST a GET, and read a body whole."""

    def request(  # type: ignore[override] # takes what PrometheusConnect gives, not all that requests can
        self,
        method: str,
        url: str,
        params: dict[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the client's; the plan's holds
        **options: Any,  # noqa: ANN401 - requests' own
    ) -> AnsweredResponse:
        """Ask within the plan's timeout, retries included. AnswerError for all that is not a good answer."""
        asked = {"data": params} if method == "POST" else {"params": params}
        deadline = time.monotonic() + self._plan.timeout / 1000
        tries = 0
        while True:
            try:
                return AnsweredResponse(self._ask(method, url, deadline, **asked, **options))
            except AnswerError as error:
                wanted = _FIRST_PAUSE * 2**tries if error.retry_after is None else error.retry_after
                pause = min(wanted, _LONGEST_PAUSE)
                tries += 1
                if not error.again or tries > self._plan.retries or time.monotonic() + pause > deadline:
                    raise
            time.sleep(pause)

    def _ask(self, method: str, url: str, deadline: float, **options: Any) -> Answer:  # noqa: ANN401
        seconds = max(deadline - time.monotonic(), 0.001)
        try:
            with super().request(method, url, timeout=seconds, stream=True, **options) as response:
                body = self._body(response, deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise unanswered(outage(error, self._plan.timeout, hide=self.credentials.hide)) from None
        status, headers = response.status_code, response.headers
        if 300 <= status < 400:
            target = self.credentials.hide(_target(url, headers.get("Location", "")))
            raise AnswerError(
                one_line(f"HTTP {status}, a redirect to {target}, which is not followed"),
                "Give the URL that answers itself; if that is a login page, give credentials.",
            )
        try:
            return read_answer(status, headers.get("Content-Type", ""), body, hide=self.credentials.hide)
        except AnswerError as error:
            wanted = headers.get("Retry-After", "").strip()
            error.retry_after = float(wanted) if wanted.isascii() and wanted.isdigit() else None
            raise

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        """All of a good answer, the beginning of any other; as it is after decompression."""
        good = response.status_code < 300
        limit = self._plan.max_answer_bytes if good else _LONGEST_ERROR
        body = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > limit:
                if not good:
                    break
                raise AnswerError(
                    f"an answer larger than {limit / 2**20:.3g} MiB, not read to its end",
                    "Select fewer series, a shorter window or a longer step.",
                    of_query=True,
                    too_large=True,
                )
            if time.monotonic() > deadline:
                raise unanswered(silence(self._plan.timeout))
        return bytes(body)


def _target(url: str, location: str) -> str:
    try:
        return without_credentials(urljoin(url, location))
    except ValueError:
        return "an address that cannot be read"


def _readable(path: str | None) -> str | None:
    if path is not None and not os.access(path, os.R_OK):
        raise ConfigError(Problem(what=f"the certificate or key file {path} cannot be read"))
    return path
