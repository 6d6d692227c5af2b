from canary_guard.model.measure import CONTEXT, MEASURES


def test_the_natural_unit_of_a_bound_fits_the_scale_of_the_change() -> None:
    for measure in MEASURES.values():
        ratio = measure.bounds[0].value in ("%", "x")
        assert ratio == (measure.scale.value == "ratio"), measure.name


def test_what_only_explains_is_a_measure_too() -> None:
    assert set(MEASURES) > CONTEXT
