from canary_guard.variables import filled, is_name, variables


def test_variables_are_found_and_filled() -> None:
    assert variables("Bearer ${TOKEN} ${}$X ${A-B}") == ["TOKEN", "", "A-B"]
    assert filled("a ${A} ${B} ${A}", {"A": "${B}"}) == "a ${B} ${B} ${B}"


def test_what_a_variable_can_be_called() -> None:
    assert [is_name(text) for text in ("A_1", "1A", "", "A-B")] == [True, False, False, False]
