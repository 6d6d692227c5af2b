"""A plan written back as a configuration's keys: Plan in, a text for each key out, so that two can be compared."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import assert_never

from pydantic import SecretStr

from canary_guard.config.wording import duration
from canary_guard.model.measure import Cost, CostKind
from canary_guard.model.plan import Plan, PrometheusPlan, RecordingPlan
from canary_guard.model.publishing import PublisherPlan
from canary_guard.model.rule import All, Any, ChangeCondition, Condition, LevelCondition, Not
from canary_guard.model.signal import Increase, NoData, Scope, Selector, Signal

Written = Iterator[tuple[str, str | None]]
"""Key and text; None where the key is not set."""


def asked(plan: Plan) -> Mapping[str, str]:
    """Whatever of a plan can change what is found: another text is another question. Of its times only lengths."""
    return _set(
        *_selection(plan),
        *((f"signals.{signal.name}", _signal(signal)) for signal in plan.signals),
        ("unit", plan.unit),
        ("strata", plan.strata),
        ("compare", plan.compare),
        *((name, _length(getattr(plan.times, name))) for name in ("window", "step", "settle", "scrape_interval")),
        ("cache", plan.cache),
        *((f"rules.{rule.id}", f"{rule.severity}: {condition(rule.when)}") for rule in plan.rules),
        *((f"rules.{rule.id}", f"not asked: {rule.reason}") for rule in plan.not_asked),
        *((name, f"{getattr(plan.levels, name):g}") for name in ("alpha", "alpha_within", "indifference")),
        *((f"minimum.{name}", f"{value:g}") for name, value in _values(plan.levels.minimum)),
        *((f"capacity.{name}", f"{value:g}") for name, value in _values(plan.capacity) if value is not None),
        ("warmup", plan.warmup if isinstance(plan.warmup, str) else duration(plan.warmup)),
        ("amplification", _cost(plan.cost)),
        ("db_load", plan.db_load),
        ("mode", plan.mode),
        *((f"inconclusive_as.{kind}", answer) for kind, answer in sorted(plan.exits.inconclusive_as.items())),
        ("source_error_as", plan.exits.source_error_as),
    )


def beside(plan: Plan) -> Mapping[str, str]:
    """The rest: where it was read from, how rules and causes are worded, what may be said of why. Without secrets."""
    why = plan.explanations
    return _set(
        *_source(plan.source),
        ("configuration", plan.config_file),
        *((f"rules.{rule.id}.title", rule.title) for rule in plan.rules),
        *((f"rules.{rule.id}.title", rule.title) for rule in plan.not_asked),
        *((f"rules.{rule.id}.advice", rule.advice) for rule in plan.rules),
        *((f"causes.{one.id}.{name}", text) for one in why.causes for name, text in _cause(one.likely, one.ruled_out)),
        *((f"causes.{one.id}.{name}", getattr(one, name)) for one in why.causes for name in ("title", "advice")),
        *((f"questions.{one.id}.yes", condition(one.yes)) for one in why.questions),
        *((f"questions.{one.id}.no", condition(one.no)) for one in why.questions),
        *(pair for one in plan.publish for pair in _publisher(one)),
    )


def condition(when: Condition) -> str:
    """`(hit_rate drops_by 0.5pp or miss_rate rises_by 25%) and db_load_per_request rises_by 15%`."""
    match when:
        case ChangeCondition():
            where = " in any-stratum" if when.any_stratum else ""
            view = f" between {when.view}" if when.view else ""
            return f"{when.measure} {when.direction} {when.bound.text}{where}{view}"
        case LevelCondition():
            return f"{when.measure} {when.side} {when.limit.text}"
        case All(parts=parts):
            return " and ".join(f"({condition(part)})" if isinstance(part, Any) else condition(part) for part in parts)
        case Any(parts=parts):
            return " or ".join(f"({condition(part)})" if isinstance(part, All) else condition(part) for part in parts)
        case Not(part=part):
            return f"not ({condition(part)})"
        case _ as never:
            assert_never(never)


def _set(*pairs: tuple[str, str | None]) -> Mapping[str, str]:
    return {key: str(text) for key, text in pairs if text is not None}


def _selection(plan: Plan) -> Written:
    select = plan.select
    yield "select.all", _selector(select.everything)
    yield "select.baseline", None if select.baseline is None else _selector(select.baseline)
    yield "select.canary", None if select.canary is None else _selector(select.canary)
    yield "select.shared", None if select.shared is None else _selector(select.shared)


def _selector(selector: Selector) -> str:
    return ", ".join(f'{one.label}{one.operator}"{one.value}"' for one in selector)


def _signal(signal: Signal) -> str:
    reads = signal.reads
    named = reads.promql if isinstance(reads, Increase) else reads.metric
    where = "" if isinstance(reads, Increase) or not reads.where else f"{{{_selector(reads.where)}}}"
    scope = ", scope: shared" if signal.scope is Scope.SHARED else ""
    stratum = "" if signal.stratum is None else f", stratum: {signal.stratum}"
    no_data = ", no_data: ignore" if signal.no_data is NoData.IGNORE else ""
    return f"{reads.kind}: {named}{where}{scope}{stratum}{no_data}"


def _length(ms: int | None) -> str:
    return "auto" if ms is None else duration(ms)


def _values(record: object) -> Iterator[tuple[str, float | None]]:
    """The numbers of a flat record; none of None."""
    if record is not None:
        for field in fields(record):  # type: ignore[arg-type] # a record is a dataclass
            yield field.name, getattr(record, field.name)


def _cost(cost: Cost | None) -> str | None:
    if cost is None:
        return None
    return f"{cost.value:g}" if cost.kind is CostKind.FIXED and cost.value is not None else str(cost.kind)


def _source(source: PrometheusPlan | RecordingPlan) -> Written:
    match source:
        case RecordingPlan(path=path):
            yield "source.recording", path
        case PrometheusPlan():
            for field in fields(source):
                value = getattr(source, field.name)
                if field.name != "kind" and isinstance(value, str | int) and not isinstance(value, SecretStr):
                    yield f"source.prometheus.{field.name}", str(value)
            yield "source.prometheus.headers", ", ".join(sorted(source.headers)) or None
        case _ as never:
            assert_never(never)


def _publisher(publisher: PublisherPlan) -> Written:
    """As it was written, with its variables."""
    for field in fields(publisher):
        text: str | None
        match getattr(publisher, field.name):
            case Mapping() as pairs:
                text = ", ".join(f"{name}: {value}" for name, value in pairs.items()) or None
            case tuple() as words:
                text = ", ".join(words) or None
            case value:
                text = None if value is None else str(value)
        if field.name != "kind":
            yield f"publish.{publisher.kind}.{field.name}", text


def _cause(likely: Condition, ruled_out: Condition) -> Written:
    yield "likely", condition(likely)
    yield "ruled_out", condition(ruled_out)
