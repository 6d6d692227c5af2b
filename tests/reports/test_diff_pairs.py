from canary_guard.model.difference import Altered
from canary_guard.reports import diff_pairs
from tests.reports.differences import DIFFERENCES


def test_what_reads_otherwise_is_made_visible_and_not_too_long() -> None:
    (pair,) = diff_pairs.pairs((Altered(name="a\n", then=None, now="x" * 400),))
    assert (pair.name, pair.then, len(pair.now)) == ("a\\n", "–", 300)
    causes = {one.name: (one.then, one.now) for one in diff_pairs.cause_pairs(DIFFERENCES["explained"]())}
    assert causes["The database first (database-slower-first)"] == ("not told", "ruled out")
