"""The configuration as pydantic models: strict, with no unknown keys; and its JSON Schema."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from canary_guard.config.fields import (
    Answers,
    Duration,
    Keys,
    Label,
    Selector,
    Share,
    Step,
    Text,
    Time,
    Wait,
    WarmUp,
    key,
)
from canary_guard.config.overlap import contains
from canary_guard.config.publish_section import PublishSection
from canary_guard.config.quantities import MAX_POINTS, check_points
from canary_guard.config.rule_entry import RuleEntry
from canary_guard.config.signal_entry import Signals
from canary_guard.config.source_section import SourceSection
from canary_guard.config.wording import Fault, RefusedError, duration
from canary_guard.model.estimate import Levels, Minimum
from canary_guard.model.plan import Answer, Cache, Capacity, Compare, Mode, TimePlan

_TIMES = TimePlan(now=0)
_LEVELS = Levels()
_MINIMUM = Minimum()


class SelectSection(Keys):
    """Which series belong to the service, and to its arms."""

    all: Selector | None = key("Every series of the service.", None)
    baseline: Selector | None = key("What tells the baseline's series from the others.", None)
    canary: Selector | None = key("What tells the canary's series from the others.", None)
    shared: Selector | None = key("The series that both arms share, such as those of their Redis.", None)

    @property
    def has_arms(self) -> bool:
        """Whether both arms are selected."""
        return self.baseline is not None and self.canary is not None

    @model_validator(mode="after")
    def _arms(self) -> Self:
        if any(getattr(self, name) is None for name in self.model_fields_set):
            return self  # a key without a value is a problem already
        given, other = ("baseline", "canary") if self.canary is None else ("canary", "baseline")
        if (self.baseline is None) != (self.canary is None):
            what = f"`{given}` is selected and `{other}` is not; select both, or only `all` to compare before and after"
            raise RefusedError(Fault(what=what, at=(given,), key=True))
        if self.baseline is None or self.canary is None:
            if self.all is None:
                raise RefusedError("nothing is selected; expected `all`, or both `baseline` and `canary`")
            return self
        if contains(self.baseline, self.canary) or contains(self.canary, self.baseline):
            what = "the arms overlap: whatever one of `baseline` and `canary` selects, the other selects, too, and a "
            what += "fleet compared with itself always passes; make them exclude each other"
            raise RefusedError(Fault(what=what, at=("canary",), other=("baseline",)))
        return self


class MinimumSection(Keys):
    """Below these (in the smaller arm) a change is never proved to be within its bound."""

    intervals: Annotated[int, Field(ge=_MINIMUM.intervals, le=MAX_POINTS)] = key("Intervals.", _MINIMUM.intervals)
    lookups: Annotated[float, Field(ge=1, le=1e12)] = key("Lookups.", _MINIMUM.lookups)
    misses: Annotated[float, Field(ge=1, le=1e12)] = key("Misses.", _MINIMUM.misses)


class AmplificationSection(Keys):
    """What a miss is weighed by."""

    cost: Literal["auto", "latency", "db_seconds", "db_queries", "fixed"] = key(
        "`auto` takes the first of the three whose signals there are.", "auto"
    )
    value: Annotated[float, Field(gt=0, le=1e6)] | None = key("How many hits a miss costs, with `fixed`.", None)

    @model_validator(mode="after")
    def _value_with_fixed(self) -> Self:
        if self.cost == "fixed" and self.value is None:
            raise RefusedError("`value` is missing: how many hits does a miss cost?")
        if self.cost != "fixed" and self.value is not None:
            raise RefusedError(Fault(what="`value` goes with `cost: fixed`", at=("value",), key=True))
        return self


Amount = Annotated[float, Field(gt=0, le=1e12)]


class CapacitySection(Keys):
    """What the database can take, for the projection to full traffic."""

    peak_requests_per_second: Amount = key("Of the whole service, on its worst day.")
    db_queries_per_second: Amount = key("That the database can answer.")
    db_pool_size: Annotated[int, Field(ge=1, le=100_000)] | None = key("Connections, of all units together.", None)

    def capacity(self) -> Capacity:
        """The record of it."""
        return Capacity(**self.model_dump())


class Config(Keys, title="canary-guard configuration"):
    """A canary-guard configuration: `canary-guard.yaml`."""

    service: Text = key("Name of the service, as reports show it.")
    source: SourceSection | None = key("Where the series are; not needed with a recording.", None)
    packs: Annotated[tuple[Text, ...], Field(strict=False)] = key(
        "Packs by name, or by path where it holds a slash; later ones win.", ()
    )
    select: SelectSection = key("Which series belong to the service, and to its arms.")
    signals: Signals = key("Own signals, in place of the packs' signals of the same name.", {})
    unit: Label = key("Label that tells pods or instances apart, for the error bars.", "pod", shown="pod")
    strata: Label | None = key("Label of the key pattern or cache name.", None)
    compare: Annotated[Compare, Field(strict=False)] = key("How arms and windows pair.", Compare.AUTO)
    window: Duration = key("Length of the window.", _TIMES.window, shown=duration(_TIMES.window))
    step: Step = key("Length of an interval, `auto` for at most 120 of them.", None, shown="auto")
    settle: Wait = key("How long samples take until they are complete.", _TIMES.settle, shown=duration(_TIMES.settle))
    scrape_interval: Duration | None = key("Measured unless it is stated.", None)
    cache: Annotated[Cache, Field(strict=False)] = key("Whether the arms share one cache.", Cache.SHARED)
    default_rules: bool = key("Whether the default rules are asked.", True)
    rules: Annotated[tuple[RuleEntry, ...], Field(strict=False)] = key("Own rules.", ())
    alpha: Share = key("One-sided error of `exceeded`, at most 0.2.", _LEVELS.alpha)
    alpha_within: Share = key(
        "One-sided error of `within`, from alpha up to 0.5.", _LEVELS.alpha_within, validate_default=True
    )
    indifference: Annotated[float, Field(ge=1, le=100)] = key(
        "`within` is also proved by excluding this many times the bound; 1 turns it off.", _LEVELS.indifference
    )
    minimum: MinimumSection = key("Least exposure.", MinimumSection())
    capacity: CapacitySection | None = key("What the database can take.", None)
    amplification: AmplificationSection = key(
        "What a miss is weighed by.", AmplificationSection(), shown={"cost": "auto"}
    )
    db_load: Literal["auto", "queries", "seconds"] = key("What stands for database load.", "auto")
    warmup: WarmUp = key("How a cold canary is treated.", "auto")
    mode: Annotated[Mode, Field(strict=False)] = key("`shadow` judges and always exits 0.", Mode.ENFORCE)
    start: Time | None = key("Start of the window.", None)
    end: Time | None = key("End of the window.", None)
    deploy_time: Time | None = key("When the canary was deployed.", None)
    inconclusive_as: Answers = key("What an inconclusive run counts as.", {})
    source_error_as: Annotated[Answer, Field(strict=False)] | None = key("What a source error counts as.", None)
    publish: PublishSection | None = key("Where a run goes after its verdict.", None)

    @field_validator("step")
    @classmethod
    def _step_in_window(cls, step: int | None, info: ValidationInfo) -> int | None:
        window = info.data.get("window")
        if step is None or window is None:
            return step
        if step > window:
            raise RefusedError(f"the step ({duration(step)}) is longer than the window ({duration(window)})")
        check_points(window, step)
        return step

    @field_validator("alpha")
    @classmethod
    def _alpha_in_range(cls, alpha: float) -> float:
        if not 0 < alpha <= 0.2:
            raise RefusedError(f"expected more than 0 and at most 0.2, found `{alpha:g}`")
        return alpha

    @field_validator("alpha_within")
    @classmethod
    def _alpha_within_in_range(cls, within: float, info: ValidationInfo) -> float:
        alpha = info.data.get("alpha", 0)
        if not alpha <= within < 0.5:
            raise RefusedError(f"expected at least alpha ({alpha:g}) and less than 0.5, found `{within:g}`")
        return within


def config_schema() -> dict[str, Any]:
    """The JSON Schema of a configuration (draft 2020-12), for editors."""
    schema = _tidied(Config.model_json_schema())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _tidied(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Without pydantic's titles, and without null: a key that has no value is an error, not a default."""
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidied = {
        name: {inner: _tidied(value) for inner, value in part.items()}
        if name in ("properties", "$defs")
        else _tidied(part)
        for name, part in schema.items()
        if not (name == "default" and part is None) and not (name == "title" and part != "canary-guard configuration")
    }
    choices = tidied.get("anyOf")
    if choices and {"type": "null"} in choices:
        (choice,) = (one for one in choices if one != {"type": "null"})
        tidied = {**choice, **{name: part for name, part in tidied.items() if name != "anyOf"}}
    return tidied
