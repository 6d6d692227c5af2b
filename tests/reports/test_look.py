from canary_guard.reports.look import Look


def test_an_unknown_place_is_a_plain_terminal_on_utc() -> None:
    look = Look()
    assert (look.width, look.color, look.unicode, look.utc_offset) == (80, False, True, 0)
    assert not look.quiet
    assert not look.verbose
