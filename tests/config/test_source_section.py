from pathlib import Path

import pytest
from pydantic import SecretStr

from canary_guard.model.plan import PrometheusPlan, RecordingPlan
from tests.config.texts import OUTSIDE, changed, errors_of, plan_of

URL = '{prometheus: {url: "http://127.0.0.1:9090"}}'


def text(section: str) -> str:
    return changed(URL, f"{{prometheus: {section}}}")


def source(section: str, **options: object) -> PrometheusPlan:
    found = plan_of(text(section), **options).source
    assert isinstance(found, PrometheusPlan)
    return found


def errors(section: str, **options: object) -> str:
    return "\n".join(errors_of(text(section), **options))


def test_defaults_are_those_of_the_record() -> None:
    assert source("{url: http://prometheus:9090/}") == PrometheusPlan(url="http://prometheus:9090")
    assert source("{url: https://x.example/prom//}").url == "https://x.example/prom"


def test_every_key() -> None:
    found = source(
        "{url: http://p, username: u, password: '${S}', headers: {X-Scope-OrgID: shop}, verify: false, timeout: 5s, "
        "retries: 0, concurrency: 2, max_answer_bytes: 4096, max_series: 10}",
        environment={"S": "s"},
    )
    assert found == PrometheusPlan(
        url="http://p",
        username="u",
        password=SecretStr("s"),
        headers={"X-Scope-OrgID": SecretStr("shop")},
        verify=False,
        timeout=5000,
        retries=0,
        concurrency=2,
        max_answer_bytes=4096,
        max_series=10,
    )


def test_credentials_leave_the_url() -> None:
    found = source("{url: 'http://us%40er:${PASSWORD}@h:9090/x'}", environment={"PASSWORD": "p%2Fw"})
    assert (found.url, found.username, found.password) == ("http://h:9090/x", "us@er", SecretStr("p/w"))
    assert "p/w" not in repr(found)
    assert source("{url: 'http://[::1]:9090'}").url == "http://[::1]:9090"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://p",
        "prometheus:9090",
        "http://",
        "http://p:99999",
        "http://p:0",
        "http://p/?a=b",
        "http://p/#a",
        "http://a b",
        "http://[::1",
        '"http://p\n"',
    ],
)
def test_what_is_no_url(url: str) -> None:
    found = errors(f"{{url: {url}}}" if url.startswith('"') else f"{{url: '{url}'}}")
    assert "canary-guard.yaml:2:28: `url`: expected a" in found
    assert "such as `http://prometheus:9090`" in found


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("{url: 'http://hunter2@p', token: x}", "credentials in the URL and in `token`; expected one of them"),
        ("{url: http://p, token: hunter2, username: u}", "credentials in `username` and in `token`"),
        ("{url: http://p, password: '${SECRET}'}", "`password` goes with `username`"),
        ("{url: http://p, token: '${SECRET}'}", "expected one line of text"),
        ("{url: http://p, token: ''}", "expected one line of text"),
        ("{url: http://p, token: 42}", "`token`: expected text"),
        ("{url: http://p, tokn: hunter2}", "unknown key `tokn`; did you mean `token`?"),
        ('{url: http://p, headers: {X: "hunter2\\r\\nY: z"}}', "expected a header's name and one line of text"),
        ("{url: http://p, headers: {Authorization: hunter2}}", "expected `token`, or `username` and `password`"),
        ("{url: http://p, headers: hunter2}", "`headers`: expected keys with values"),
        ("{url: http://p, client_key: k}", "`client_key` goes with `client_certificate`"),
        ("{url: http://p, ca_file: nowhere.pem}", "`ca_file`: there is no file `nowhere.pem`"),
        ("{url: http://p, concurrency: 0}", "`concurrency`: expected at least 1"),
        ("{url: http://p, retries: many}", "`retries`: expected a whole number"),
        ("{}", "`source.prometheus.url` is missing"),
    ],
)
def test_what_is_no_source(section: str, message: str) -> None:
    found = errors(section, environment={"SECRET": "hunter2\nX: y"})
    assert message in found
    assert "hunter2" not in found


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (
            "{url: http://p, token: hunter2}",
            "2:45: `token`: a secret never stands in the file: write `${PROMETHEUS_TOKEN}` and set that variable, or",
        ),
        ("{url: http://p, username: u, password: hunter2}", "2:61: `password`: a secret never stands in the file: "),
        ("{url: 'http://u:hunter2@p/x'}", "2:28: `url`: a secret never stands in the file: write `${PROM"),
        ("{url: 'http://u:hunter2@${HOST}/x'}", "2:28: `url`: a secret never stands in the file"),
    ],
)
def test_a_secret_never_stands_in_the_file(section: str, message: str) -> None:
    (found,) = errors_of(text(section), environment={"HOST": "p"})
    assert f"canary-guard.yaml:{message}" in found
    assert "hunter2" not in found


def test_what_a_flag_says_does_not_stand_in_the_file() -> None:
    found = source("{url: http://p}", settings=["source.prometheus.token=hunter2"])
    assert found.token == SecretStr("hunter2")
    assert source("{url: http://p}", flags={"source.prometheus.url": "http://u:hunter2@p"}).username == "u"


@pytest.mark.parametrize("url", ["http://p/${KEY}", "${HOST}/x/${KEY}", "http://p:9090/a/${KEY}/b"])
def test_a_variable_in_the_path_of_the_url_would_be_shown(url: str) -> None:
    environment = {"KEY": "hunter2", "HOST": "http://p"}
    (found,) = errors(f"{{url: '{url}'}}", environment=environment).splitlines()
    assert "canary-guard.yaml:2:28: `url`: reports show a URL's path, so no variable goes there" in found
    (found,) = errors_of(flags={"source.prometheus.url": url}, environment=environment)
    assert found.startswith("--source-url: `url`: reports show")
    assert "hunter2" not in found


@pytest.mark.parametrize("password", ["S3cr@t/pw", "12/S3cr@t"])
def test_a_password_whose_signs_cut_the_url_short_is_refused(password: str) -> None:
    found = errors("{url: 'http://me:${PASSWORD}@host'}", environment={"PASSWORD": password})
    assert "`url`: expected no `@` after the host (in a password, write `%40` for `@` and `%2F` for `/`)" in found
    assert "t/pw" not in found
    assert "S3cr" not in found


def test_environment_is_expanded_here() -> None:
    found = source(
        "{url: '${HOST}/x', token: '${TOKEN}', headers: {X: 'a ${B} c ${B}'}}",
        environment={"HOST": "http://p", "TOKEN": "s3cret", "B": "b"},
    )
    assert (found.url, found.token) == ("http://p/x", SecretStr("s3cret"))
    assert found.headers == {"X": SecretStr("a b c b")}


def test_environment_is_expanded_nowhere_else() -> None:
    assert plan_of(changed("service: shop-api", "service: ${NAME}")).service == "${NAME}"


def test_environment_is_looked_for_at_every_depth() -> None:
    found = errors_of(text("{url: http://p, headers: ['${A}', [1, '${B}']]}"))
    assert [one.partition(": ")[2] for one in found] == [
        "`headers`: expected keys with values",
        "the environment variable `A` is not set",
        "the environment variable `B` is not set",
    ]


def test_a_variable_that_is_not_set_is_an_error_and_the_only_one_there() -> None:
    assert errors_of(text("{url: '${HOST}', token: '${TOKEN}', headers: {X: '${}'}}")) == [
        "canary-guard.yaml:2:28: the environment variable `HOST` is not set",
        "canary-guard.yaml:2:46: the environment variable `TOKEN` is not set",
        "canary-guard.yaml:2:71: expected the name of an environment variable between `${` and `}`",
    ]


def test_files_are_beside_the_configuration(tmp_path: Path) -> None:
    for name in ("token", "ca.pem", "client.pem", "client.key"):
        (tmp_path / name).write_text("s3cret\n")
    found = source(
        "{url: http://p, token_file: token, ca_file: ca.pem, client_certificate: client.pem, client_key: client.key}",
        file=str(tmp_path / "canary-guard.yaml"),
    )
    assert found.token == SecretStr("s3cret")
    assert found.ca_file == str(tmp_path / "ca.pem")
    assert found.client_certificate == str(tmp_path / "client.pem")
    assert found.client_key == str(tmp_path / "client.key")


@pytest.mark.parametrize("content", [b"", b"a\nb", b"\xff\xfe"])
def test_a_token_file_holds_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    file = str(tmp_path / "c.yaml")
    (found,) = errors_of(text("{url: http://p, token_file: token}"), file=file)
    assert f"{file}:2:50: `token_file`:" in found


def test_a_source_that_is_given_stands_in_for_the_files() -> None:
    recording = RecordingPlan(path="x.jsonl.gz")
    assert plan_of(text("{url: '${UNSET}'}"), source=recording).source == recording
    assert plan_of(OUTSIDE.replace(f"source: {URL}\n", ""), source=recording).source == recording


def test_no_source() -> None:
    (found,) = errors_of(OUTSIDE.replace(f"source: {URL}\n", ""))
    assert found.startswith("canary-guard.yaml:1:1: `source` is missing: where are the series?")
