"""How a rule is written, in a configuration or a pack, and the `Rule` that it means."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, WithJsonSchema, model_validator

from canary_guard.config.fields import Keys, Quantity, Text, key
from canary_guard.config.quantities import parse_bound, parse_limit
from canary_guard.config.wording import Fault, RefusedError, listed, unknown
from canary_guard.model.measure import CONTEXT, MEASURES, Measure
from canary_guard.model.rule import (
    All,
    ChangeCondition,
    Condition,
    Direction,
    LevelCondition,
    LimitSide,
    Not,
    Rule,
    Severity,
    leaves,
)
from canary_guard.model.rule import Any as AnyOf
from canary_guard.model.window import View

_HELD = ("rises_by", "drops_by", "above", "below")
_FORMS = ("measure", "all", "any", "not")


IN_STRATA = ("hit_rate", "miss_rate")
"""What is judged in each key pattern by itself."""

Name = Annotated[Text, WithJsonSchema({"enum": [name for name in MEASURES if name not in CONTEXT]})]


Parts = Annotated[tuple["ConditionEntry", ...], Field(strict=False, json_schema_extra={"minItems": 1})]


def _one_form(schema: dict[str, Any]) -> None:
    """Says in the JSON Schema what the validator below says: exactly one form, and one bound."""
    schema["oneOf"] = [{"required": [form]} for form in _FORMS]
    schema["dependentSchemas"] = {"measure": {"oneOf": [{"required": [name]} for name in _HELD]}}


class ConditionEntry(Keys, json_schema_extra=_one_form):
    """A measure held against a bound, or conditions joined by `all`, `any` or `not`."""

    measure: Name | None = key("The measure that is held against a bound.", None)
    rises_by: Quantity | None = key("Exceeded if the measure rises by more.", None)
    drops_by: Quantity | None = key("Exceeded if the measure drops by more.", None)
    above: Quantity | None = key("Exceeded if the canary's level is higher.", None)
    below: Quantity | None = key("Exceeded if the canary's level is lower.", None)
    in_: Literal["any-stratum", "baseline", "fleet"] | None = key(
        "Held against every stratum; in a cause also before and after the deploy, of the baseline or both arms.",
        None,
        alias="in",
    )
    all_: Parts | None = key("Exceeded if every part is.", None, alias="all")
    any_: Parts | None = key("Exceeded if one part is.", None, alias="any")
    not_: "ConditionEntry | None" = key("Exceeded if its part is within.", None, alias="not")

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        self.condition()
        return self

    def condition(self) -> Condition:
        """The record of the condition; RefusedError where it is none."""
        forms = [name for name in _FORMS if getattr(self, name if name == "measure" else f"{name}_") is not None]
        held = [name for name in _HELD if getattr(self, name) is not None]
        if len(forms) != 1:
            found = f"found {listed(forms)}" if forms else "found none of them"
            raise RefusedError(f"expected one of `measure`, `all`, `any` or `not`, {found}")
        if self.measure is None and (held or self.in_):
            raise RefusedError(
                f"{listed([*held, *(['in'] if self.in_ else [])])} goes with `measure`, not `{forms[0]}`"
            )
        for form, parts in (("all", self.all_), ("any", self.any_)):
            if parts == ():
                raise RefusedError(Fault(what="expected at least one condition", at=(form,)))
        if self.all_ is not None:
            return All(parts=tuple(part.condition() for part in self.all_))
        if self.any_ is not None:
            return AnyOf(parts=tuple(part.condition() for part in self.any_))
        if self.not_ is not None:
            return Not(part=self.not_.condition())
        if len(held) != 1:
            found = f"found {listed(held)}" if held else "found none of them"
            raise RefusedError(f"expected one of {listed(_HELD, last='or')} beside `measure`, {found}")
        return self._leaf(self.measure or "", held[0])

    def _leaf(self, name: str, held: str) -> Condition:
        measure = MEASURES.get(name)
        if measure is None:
            what = unknown("measure", name, MEASURES)
            raise RefusedError(Fault(what=what, at=("measure",)))
        try:
            return self._held(measure, held)
        except RefusedError as error:
            raise RefusedError(*(Fault(what=fault.what, at=fault.at or (held,)) for fault in error.faults)) from None

    def _held(self, measure: Measure, held: str) -> Condition:
        raw = getattr(self, held)
        if held in ("above", "below"):
            if self.in_ is not None:
                raise RefusedError(Fault(what="`in` goes with `rises_by` or `drops_by`", at=("in",), key=True))
            limit = parse_limit(raw, measure=measure.name, shape=measure.shape)
            return LevelCondition(measure=measure.name, side=LimitSide(held), limit=limit)
        bound = parse_bound(raw, measure=measure.name, units=measure.bounds, drops=held == "drops_by")
        return ChangeCondition(
            measure=measure.name,
            direction=Direction(held),
            bound=bound,
            any_stratum=self.in_ == "any-stratum",
            view=View(self.in_) if self.in_ in ("baseline", "fleet") else None,
        )


class RuleEntry(Keys):
    """A rule; `severity: off` removes the rule of the same id."""

    id: Annotated[str, StringConstraints(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")] = key(
        "Name of the rule, in lower case with hyphens; replaces a rule of the same id."
    )
    title: Text | None = key("What an exceeded rule means, in one sentence.", None)
    severity: Literal["fail", "warn", "off"] = key("What an exceeded rule does to the run.")
    when: ConditionEntry | None = key("The condition under which the rule is exceeded.", None)
    needs: Annotated[tuple[Literal["strata", "capacity"], ...], Field(strict=False)] = key(
        "What must be configured for the rule to be asked.", ()
    )
    advice: Text | None = key("What to do when the rule is exceeded.", None)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.severity == "off":
            return self
        if self.when is None:
            raise RefusedError(f"`when` is missing: rule `{self.id}` has no condition")
        changes = [leaf for leaf in leaves(self.when.condition()) if isinstance(leaf, ChangeCondition)]
        if any(leaf.any_stratum and leaf.measure not in IN_STRATA for leaf in changes):
            raise RefusedError(Fault(what=f"`in: any-stratum` goes with {listed(IN_STRATA, last='or')}", at=("when",)))
        context = [leaf.measure for leaf in leaves(self.when.condition()) if leaf.measure in CONTEXT]
        if context:
            raise RefusedError(Fault(what=f"{context[0]} explains a change and is none to judge", at=("when",)))
        if any(leaf.view for leaf in changes):
            raise RefusedError(Fault(what="expected `in: any-stratum`; other views are for causes", at=("when",)))
        if self.severity == "fail" and any(leaf.measure == "burst_ratio" for leaf in leaves(self.when.condition())):
            raise RefusedError(Fault(what="burst_ratio is evidence, never a proof; expected `warn`", at=("severity",)))
        return self

    def rule(self) -> Rule | None:
        """The record of the rule; None where it is off."""
        if self.severity == "off" or self.when is None:
            return None
        return Rule(
            id=self.id,
            title=self.title or self.id,
            severity=Severity(self.severity),
            when=self.when.condition(),
            advice=self.advice or "",
        )
