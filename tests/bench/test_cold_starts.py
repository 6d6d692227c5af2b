"""The table of cold starts: a seed gives the same, and every cell is there."""

from collections import Counter

from bench.cold_starts import DEPLOYS, SIZES, one_chunk, table


def test_a_seed_gives_the_same_counts() -> None:
    first, again = (one_chunk(0, 1.0, 3, 4) for _ in range(2))
    assert first == again
    assert first["pass"] + first["fail"] + first["inconclusive"] == 4


def test_the_table_has_a_line_for_every_deploy_and_a_cell_for_every_size() -> None:
    tallies = {(at, size): Counter({"pass": 5, "early": 2}) for at in range(len(DEPLOYS)) for size in SIZES}
    lines = list(table(tallies, 10))
    assert len(lines) == len(DEPLOYS) + 2
    assert {line.count("|") for line in lines} == {len(SIZES) + 2}
    assert "50 ±16 / 20 ±14 / 0 ±9" in lines[2]
