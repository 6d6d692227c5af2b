import pytest

from canary_guard.config.document import parse
from canary_guard.config.nodes import Place, Scalar, Section, flaws, identity, moved, plain, problem, put
from canary_guard.config.wording import RefusedError

TEXT = """\
a: {b: [1, two]}
rules:
  - {id: one, when: "x y"}
c:
"""


def tree() -> Section:
    return parse(TEXT, file="f")[0]


def flag(value: str) -> Scalar:
    return Scalar(value=value, place=Place("--x"))


def test_plain_values() -> None:
    assert plain(tree()) == {"a": {"b": [1, "two"]}, "rules": [{"id": "one", "when": "x y"}], "c": None}


def test_a_problem_is_where_its_value_or_its_key_is() -> None:
    assert str(problem(tree(), ("a", "b", 1), "w")) == "f:1:12: w"
    assert str(problem(tree(), ("a", "b"), "w", key=True)) == "f:1:5: w"
    assert str(problem(tree(), ("rules", 0, "when"), "w", offset=2)) == "f:3:24: w"


def test_what_was_not_written_is_where_it_would_be() -> None:
    assert str(problem(tree(), ("a", "nothing"), "w")) == "f:1:4: w"
    assert str(problem(tree(), ("a", "b", 7), "w")) == "f:1:8: w"
    assert str(problem(tree(), ("zebra",), "w")) == "f:1:1: w"


def test_put_makes_sections_and_leaves_the_rest() -> None:
    assert plain(put(tree(), ("a", "b"), flag("new")))["a"] == {"b": "new"}
    assert plain(put(tree(), ("d", "e", "f"), flag("new"))) == {**plain(tree()), "d": {"e": {"f": "new"}}}
    assert plain(tree())["a"] == {"b": [1, "two"]}


def test_put_names_an_item_of_a_list_by_its_id() -> None:
    assert plain(put(tree(), ("rules", "one", "when"), flag("z")))["rules"] == [{"id": "one", "when": "z"}]
    with pytest.raises(RefusedError, match="unknown id `ome`; did you mean `one`"):
        put(tree(), ("rules", "ome", "when"), flag("z"))
    with pytest.raises(RefusedError, match="no key `x` below `two`"):
        put(Scalar(value="two", place=Place("f")), ("x",), flag("z"))


def test_identity() -> None:
    assert identity(parse("id: x", file="f")[0]) == "x"
    assert identity(parse("id: 3", file="f")[0]) is None
    assert identity(flag("id")) is None


def test_flaws() -> None:
    text = 'a: \nb: [1, ~]\nc: {d: null, e: \'\'}\nf: "\\ud800"\n"\\udfff": 1'
    assert list(flaws(parse(text, file="f")[0])) == [
        (("a",), "`a` has no value; leave the key out for its default"),
        (("b", 1), "this item has no value; leave the key out for its default"),
        (("c", "d"), "`d` has no value; leave the key out for its default"),
        (("f",), r"`\ud800` is not text in UTF-8"),
        (("\udfff",), r"the key `\udfff` is not text in UTF-8"),
    ]
    assert list(flaws(Scalar(value=None, place=Place("--x")))) == [
        ((), "this item has no value; leave the key out for its default")
    ]


def test_moved_values_are_at_one_place() -> None:
    node = moved(tree(), Place("--set x"))
    assert plain(node) == plain(tree())
    assert str(problem(node, ("a", "b", 0), "w")) == "--set x: w"
