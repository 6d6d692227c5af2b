"""The plan: all that a run is asked. Made by `config`; a run's record holds it without its secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pydantic import SecretStr

from canary_guard.model.cause import Explanations
from canary_guard.model.estimate import Levels, Undetermined
from canary_guard.model.measure import Cost
from canary_guard.model.publishing import PublisherPlan
from canary_guard.model.rule import NotAsked, Rule
from canary_guard.model.signal import Selection, Signal


class Compare(StrEnum):
    """Which comparison the team asks for."""

    AUTO = "auto"
    CONCURRENT = "concurrent"
    BEFORE_AFTER = "before-after"
    DIFF_IN_DIFF = "diff-in-diff"


class Cache(StrEnum):
    """Whether the arms share one cache."""

    SHARED = "shared"
    PER_ARM = "per-arm"


class Mode(StrEnum):
    """Whether the verdict counts."""

    ENFORCE = "enforce"
    SHADOW = "shadow"


class Answer(StrEnum):
    """What a platform that knows only zero and non-zero is told."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusPlan:
    """How to reach a Prometheus, or what speaks its API."""

    url: str
    """Without credentials and without a trailing slash."""
    token: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    headers: Mapping[str, SecretStr] = field(default_factory=dict)
    """Further headers, such as the tenant's."""
    ca_file: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    verify: bool = True
    timeout: int = 10_000
    """ms for one request"""
    retries: int = 2
    """of a request, on a connection that fails and on 429, 502, 503, 504"""
    concurrency: int = 8
    max_answer_bytes: int = 64 * 2**20
    max_series: int = 5_000
    kind: Literal["prometheus"] = "prometheus"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPlan:
    """A recorded incident, or a run's own record."""

    path: str
    """`-` for standard input"""
    kind: Literal["recording"] = "recording"


SourcePlan = PrometheusPlan | RecordingPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePlan:
    """The times of a run as they were asked for, resolved against `now`; all in ms."""

    now: int
    window: int = 600_000
    step: int | None = None
    """None: auto"""
    settle: int = 30_000
    scrape_interval: int | None = None
    """None: measured"""
    start: int | None = None
    end: int | None = None
    deploy_time: int | None = None
    relative: tuple[str, ...] = ()
    """Which of the last three were written relative to now: where the source has a present of its own, they move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitPlan:
    """How verdicts and errors become exit codes."""

    inconclusive_as: Mapping[Undetermined, Answer] = field(default_factory=dict)
    """By kind; what is not there stays inconclusive."""
    source_error_as: Answer | None = None
    """None: exit code 4"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What the database can take, for the projection to the peak."""

    peak_requests_per_second: float
    """Of the whole service, on its worst day."""
    db_queries_per_second: float
    db_pool_size: int | None = None
    """Connections, of all units together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a run is asked."""

    service: str
    source: SourcePlan
    select: Selection
    signals: tuple[Signal, ...]
    """Sorted by name."""
    unit: str
    strata: str | None
    compare: Compare
    times: TimePlan
    cache: Cache
    rules: tuple[Rule, ...]
    not_asked: tuple[NotAsked, ...]
    levels: Levels
    explanations: Explanations = field(default_factory=Explanations)
    """What may be said of why."""
    capacity: Capacity | None = None
    warmup: Literal["auto", "off"] | int = "auto"
    """How a cold canary is treated; ms since the deploy that are not judged"""
    cost: Cost | None
    """What a miss is weighed by; None where no signal can say it."""
    db_load: str
    """The key of the signal that stands for database load: `db_queries` or `db_seconds`."""
    mode: Mode
    exits: ExitPlan
    publish: tuple[PublisherPlan, ...] = ()
    """Where the run goes after its verdict; sorted by kind."""
    config_file: str | None = None
