"""A plan's secrets in, request headers out; and the same secrets taken out of whatever is shown."""

from base64 import b64encode
from urllib.parse import unquote, urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase

from canary_guard.errors import ConfigError, Problem
from canary_guard.model.plan import PrometheusPlan
from canary_guard.redaction import Redaction


class Credentials(AuthBase):
    """Sets the headers that the plan asks for.

    `hide` takes their secrets out of a text. As an object of `requests`' own kind it comes after all other headers
    and keeps ~/.netrc out.
    """

    def __init__(self, plan: PrometheusPlan) -> None:
        headers = {name: value.get_secret_value() for name, value in plan.headers.items()}
        secrets = [*headers.values()]
        in_url = urlsplit(plan.url)
        username, password = plan.username, plan.password.get_secret_value() if plan.password else ""
        if username is None and in_url.username is not None:
            username, password = unquote(in_url.username), unquote(in_url.password or "")
            secrets.append(in_url.password or "")
        if username is not None:
            pair = b64encode(f"{username}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
            secrets += [password, pair]
        if plan.token is not None:
            token = plan.token.get_secret_value().strip()
            headers["Authorization"] = f"Bearer {token}"
            secrets.append(token)
        for name, value in headers.items():
            if not (name.isascii() and value.isascii() and (name + value).isprintable()):
                what = (
                    f"the value for the header {name!r} has a character that no header can carry, such as a line break"
                )
                raise ConfigError(Problem(what=what))
        self._headers = headers
        self.hide = Redaction(secrets).hide

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """The request with the headers."""
        request.headers.update(self._headers)
        return request
