"""The `source` section: how to reach a Prometheus.

`${NAME}` is expanded here and nowhere else, and no error repeats a value: it may be a secret.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Self, assert_never
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from canary_guard.config.fields import Duration, Keys, Text, key
from canary_guard.config.nodes import Entry, Items, Node, Scalar, Section
from canary_guard.config.wording import Fault, RefusedError, duration
from canary_guard.errors import Problem
from canary_guard.model.plan import PrometheusPlan
from canary_guard.variables import filled, is_name, variables

_DEFAULT = PrometheusPlan(url="")
_INSTEAD = {
    "url": "write `${PROMETHEUS_PASSWORD}` in its place and set that variable, or give `username` and `password`",
    "token": "write `${PROMETHEUS_TOKEN}` and set that variable, or name a `token_file`",
    "password": "write `${PROMETHEUS_PASSWORD}` and set that variable",
}
"""Where a secret may stand, and what is written there in its place."""
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _checked_url(text: str) -> str:
    what = None
    try:
        url = urlsplit(text)
        if url.scheme not in ("http", "https"):
            what = "expected a URL with http or https"
        elif not url.hostname or not text.isprintable() or " " in text:
            what = "expected a URL with a host"
        elif url.query or url.fragment:
            what = "expected a base URL, without `?` or `#`"
        elif url.port == 0:
            what = "expected a port from 1 to 65535"
        elif "@" in url.path:
            what = "expected no `@` after the host (in a password, write `%40` for `@` and `%2F` for `/`)"
    except ValueError:
        what = "expected a URL"
    if what is not None:
        raise RefusedError(f"{what}, such as `http://prometheus:9090`")
    return text


class PrometheusSection(Keys):
    """A Prometheus, or what speaks its API."""

    url: Annotated[Text, AfterValidator(_checked_url)] = key("Base URL, with http or https.")
    token: SecretStr | None = key("Bearer token, as `${NAME}` from the environment.", None)
    token_file: Text | None = key("File that holds the bearer token.", None)
    username: Text | None = key("User name of basic authentication.", None)
    password: SecretStr | None = key("Its password, as `${NAME}` from the environment.", None)
    headers: dict[str, SecretStr] = key("Further headers, such as the tenant's.", {})
    ca_file: Text | None = key("Certificates to trust in place of the system's.", None)
    client_certificate: Text | None = key("Client certificate for mutual TLS.", None)
    client_key: Text | None = key("Its key, where it is not in the same file.", None)
    verify: bool = key("Whether the server's certificate is checked.", _DEFAULT.verify)
    timeout: Duration = key("Of one request.", _DEFAULT.timeout, shown=duration(_DEFAULT.timeout))
    retries: Annotated[int, Field(ge=0, le=10)] = key("Of one request.", _DEFAULT.retries)
    concurrency: Annotated[int, Field(ge=1, le=64)] = key("Requests at a time.", _DEFAULT.concurrency)
    max_answer_bytes: Annotated[int, Field(ge=1024, le=2**40)] = key(
        "Largest answer that is read.", _DEFAULT.max_answer_bytes
    )
    max_series: Annotated[int, Field(ge=1, le=10**9)] = key(
        "Series of a signal, above which the server sums.", _DEFAULT.max_series
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        faults = self._authentication_faults()
        for name, value in self.headers.items():
            if not _HEADER.fullmatch(name) or not value.get_secret_value().isprintable():
                faults.append(Fault(what="expected a header's name and one line of text", at=("headers", name)))
            elif name.lower() == "authorization":
                what = "expected `token`, or `username` and `password`, in place of this header"
                faults.append(Fault(what=what, at=("headers", name), key=True))
        if self.client_key is not None and self.client_certificate is None:
            faults.append(Fault(what="`client_key` goes with `client_certificate`", at=("client_key",)))
        if faults:
            raise RefusedError(*faults)
        return self

    def _authentication_faults(self) -> list[Fault]:
        faults = []
        ways = {
            "the URL": "@" in urlsplit(self.url).netloc,
            "`username`": self.username is not None,
            "`token`": self.token is not None,
            "`token_file`": self.token_file is not None,
        }
        given = [way for way, is_given in ways.items() if is_given]
        if len(given) > 1:
            faults.append(Fault(what=f"credentials in {' and in '.join(given)}; expected one of them"))
        if self.password is not None and self.username is None:
            faults.append(Fault(what="`password` goes with `username`", at=("password",)))
        for name, secret in (("token", self.token), ("password", self.password)):
            if secret is not None and not (secret.get_secret_value() and secret.get_secret_value().isprintable()):
                faults.append(Fault(what="expected one line of text", at=(name,)))
        return faults


class SourceSection(Keys):
    """Where the series are."""

    prometheus: PrometheusSection = key("A Prometheus, or what speaks its API.")


def prometheus_plan(section: PrometheusSection, *, folder: Path) -> PrometheusPlan:
    """The record of a source; its files are relative to `folder`. RefusedError where one cannot be read."""
    url = urlsplit(section.url)
    username, password, token = section.username, section.password, section.token
    if url.username is not None:
        username, password = unquote(url.username), SecretStr(unquote(url.password or ""))
    faults = []
    files: dict[str, str | None] = {}
    for name in ("token_file", "ca_file", "client_certificate", "client_key"):
        value = getattr(section, name)
        path = None if value is None else folder / Path(value).expanduser()
        files[name] = None if path is None else str(path)
        if path is not None and not path.is_file():
            faults.append(Fault(what=f"there is no file `{path}`", at=(name,)))
    if not faults and files["token_file"] is not None:
        try:
            token = SecretStr(Path(files["token_file"]).read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError):
            faults.append(Fault(what=f"`{files['token_file']}` cannot be read as text", at=("token_file",)))
    if token is not None and not (token.get_secret_value() and token.get_secret_value().isprintable()):
        faults.append(Fault(what="expected one line of text in the file", at=("token_file",)))
    if faults:
        raise RefusedError(*faults)
    return PrometheusPlan(
        url=_cleaned(url),
        token=token,
        username=username,
        password=password,
        headers=section.headers,
        ca_file=files["ca_file"],
        client_certificate=files["client_certificate"],
        client_key=files["client_key"],
        verify=section.verify,
        timeout=section.timeout,
        retries=section.retries,
        concurrency=section.concurrency,
        max_answer_bytes=section.max_answer_bytes,
        max_series=section.max_series,
    )


def _cleaned(url: SplitResult) -> str:
    """The URL without credentials and without a trailing slash."""
    host = url.netloc.rpartition("@")[2]
    return urlunsplit((url.scheme, host, url.path.rstrip("/"), "", ""))


def written_out(source: Node) -> list[Problem]:
    """A problem for each secret that a file holds, and for each variable where reports would show its value.

    `source` is the section before its variables are replaced. What a flag says does not stand in a file.
    """
    section = source.get("prometheus") if isinstance(source, Section) else None
    problems = []
    for name, instead in _INSTEAD.items():
        node = section.get(name) if isinstance(section, Section) else None
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            continue
        secret, shown = _parts_of(node.value) if name == "url" else (node.value, "")
        if secret and node.place.line is not None and not variables(secret):
            problems.append(_at(node, f"`{name}`: a secret never stands in the file: {instead}"))
        if variables(shown):
            what = "reports show a URL's path, so no variable goes there; write it out, and put a secret into a header"
            problems.append(_at(node, f"`{name}`: {what}"))
    return problems


def _parts_of(url: str) -> tuple[str, str]:
    """The password of a URL in which variables still stand, and what follows its host."""
    text = filled(url, dict.fromkeys(variables(url), "${}"))
    host, _, path = (text.partition("://")[2] or text).partition("/")
    return host.rpartition("@")[0].partition(":")[2], path


def _at(node: Scalar, what: str) -> Problem:
    return Problem(what=what, file=node.place.file, line=node.place.line, column=node.place.column)


def expand(node: Node, environment: Mapping[str, str]) -> tuple[Node, list[Problem]]:
    """The node with `${NAME}` replaced in its texts, and a problem for each variable that is not set."""
    match node:
        case Scalar(value=str(text)):
            missing = [name for name in variables(text) if name not in environment]
            return replace(node, value=filled(text, environment)), [_at(node, _unset(name)) for name in missing]
        case Scalar():
            return node, []
        case Items(items=items):
            expanded = [expand(item, environment) for item in items]
            return replace(node, items=tuple(new for new, _ in expanded)), [
                one for _, found in expanded for one in found
            ]
        case Section(entries=entries):
            values = {name: expand(entry.value, environment) for name, entry in entries.items()}
            new = {name: Entry(key=entries[name].key, value=value) for name, (value, _) in values.items()}
            return replace(node, entries=new), [one for _, found in values.values() for one in found]
        case _ as never:
            assert_never(never)


def _unset(name: str) -> str:
    if not is_name(name):
        return "expected the name of an environment variable between `${` and `}`"
    return f"the environment variable `{name}` is not set"
