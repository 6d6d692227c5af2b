from canary_guard.config.problems import keys_at
from tests.config.texts import OUTSIDE, changed, errors_of

WRONG = """\
service: 7
sorce: {}
source: {prometheus: {url: "http://127.0.0.1:9090", timeout: 10}}
packs: [prometheus-cliant]
select:
  all: 'job=shop'
  baseline: 'track="stable"'
  canary: 'track="canary"'
  canry: x
unit: pod
unit: instance
window: 10min
settle:
alpha: 0.5
cache: per-arms
signals:
  mises: {counter: a}
rules:
  - id: mine
    severity: fail
    when:
      all:
        - {measure: hit_rate, drops_by: 0.5ms}
        - {measure: hitrate, drops_by: 0.5pp}
        - {any: [{measure: miss_rate, rises: 5%}]}
"""


def test_every_problem_is_told_at_once_from_top_to_bottom() -> None:
    expected = """\
1:10: `service`: expected text, found `7`; put it in quotes
2:1: unknown key `sorce`; did you mean `source`?
3:62: `timeout`: expected a duration such as `10m`, found `10`, without a unit; did you mean `10s` or `10m`?
4:9: unknown pack `prometheus-cliant`; did you mean `prometheus-client`?
6:13: `all`: expected a value in quotes, found `shop` at character 5 of `job=shop`; did you mean `job="shop"`?
9:3: unknown key `canry`; did you mean `canary`?
11:1: the key `unit` is in line 10 already
12:9: `window`: expected a duration such as `10m`, found `10min`; did you mean `10m`?
13:8: `settle` has no value; leave the key out for its default
14:8: `alpha`: expected more than 0 and at most 0.2, found `0.5`
15:8: `cache`: expected `shared` or `per-arm`, found `per-arms`; did you mean `per-arm`?
17:3: unknown signal `mises`; did you mean `misses`?
23:41: `drops_by`: `0.5ms` does not fit: a change of hit_rate takes pp, e.g. `0.5pp`; did you mean `0.5pp`?
24:21: `measure`: unknown measure `hitrate`; did you mean `hit_rate`?
25:39: unknown key `rises`; did you mean `rises_by`?
"""
    assert errors_of(WRONG) == [f"canary-guard.yaml:{line}" for line in expected.splitlines()]


def test_what_is_missing_is_said_where_it_would_be() -> None:
    assert errors_of("unit: pod\n") == [
        "canary-guard.yaml:1:1: `service` is missing",
        "canary-guard.yaml:1:1: `select` is missing",
    ]


def test_nothing_hostile_gets_into_a_message() -> None:
    text = OUTSIDE + 'signals: {"a\\e[31m\\n": 3}\n"\\u202e": 1\nmode: "\\e]0;x\\a"\n'
    found = errors_of(text)
    assert len(found) == 4
    assert all(message.isprintable() for message in found)


def test_half_a_character_is_no_text_wherever_it_comes_from() -> None:
    (found,) = errors_of(changed("service: shop-api", 'service: "\\ud800"'))
    assert found == r"canary-guard.yaml:1:10: `\ud800` is not text in UTF-8"
    (found,) = errors_of(flags={"select.canary": 'track="\udcff"'})
    assert found.startswith("--canary: ")
    (found,) = errors_of(changed("http://127.0.0.1:9090", "${URL}"), environment={"URL": "http://\udcff"})
    assert found.startswith("canary-guard.yaml:2:28: ")


def test_a_key_without_a_value_is_one_problem() -> None:
    for old in ("service: shop-api", "unit: pod", "strata: key_pattern"):
        (found,) = errors_of(changed(old, old.partition(" ")[0]))
        assert "has no value" in found
    (found,) = errors_of(changed("'track=\"canary\"'", ""))
    assert "7:10: `canary` has no value" in found


def test_the_keys_that_a_section_knows() -> None:
    assert keys_at(("select",)) == ("all", "baseline", "canary", "shared")
    assert "drops_by" in keys_at(("rules", 3, "when", "all", 0, "not"))
    assert "counter" in keys_at(("signals", "misses"))
    assert "token" in keys_at(("source", "prometheus"))
    assert keys_at(("service",)) == ()
