"""The configuration's text, with what stands over it, in; the `Plan` out; or a ConfigError with every problem at once.

What stands over what: the packs, the file, the flags (and their environment variables), `--set`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from canary_guard.config.asking import LOOKUPS, Configured, ask, signal_keys
from canary_guard.config.causes import load_explanations
from canary_guard.config.document import parse
from canary_guard.config.nodes import Entry, Section, flaws, plain, problem
from canary_guard.config.overrides import overlay, read_overrides
from canary_guard.config.packs import merge, read_packs
from canary_guard.config.problems import problems_in, problems_of
from canary_guard.config.schema import Config
from canary_guard.config.signal_entry import signal_problems
from canary_guard.config.source_section import expand, prometheus_plan, written_out
from canary_guard.config.wording import RefusedError
from canary_guard.errors import ConfigError, Problem
from canary_guard.model.estimate import Levels, Minimum
from canary_guard.model.measure import Cost, CostKind
from canary_guard.model.plan import Compare, ExitPlan, Plan, RecordingPlan, SourcePlan, TimePlan
from canary_guard.model.rule import Severity
from canary_guard.model.signal import Scope, Selection, Signal

_COSTS = {
    CostKind.LATENCY: "miss_latency_sum",
    CostKind.DB_SECONDS: "db_seconds",
    CostKind.DB_QUERIES: "db_queries",
}
"""What says the cost of a miss, in the order of `auto`."""


def load_plan(
    text: str,
    *,
    file: str,
    settings: Sequence[str] = (),
    flags: Mapping[str, object] = {},
    variables: Mapping[str, str] = {},
    environment: Mapping[str, str],
    now: int,
    source: SourcePlan | None = None,
) -> Plan:
    """The plan that a configuration, its flags (by key or dotted path) and its settings (`key=value`) make.

    `variables` has the names of the environment variables that gave a flag its value, by the flag's key, for errors.
    `file` is what errors call the text, and where paths in it start from; `now` is in ms; a `source` given (a
    recording) stands in for the file's. ConfigError with every problem at once.
    """
    tree, found = parse(text, file=file)
    problems = [*found]
    overrides, wrong = read_overrides(flags, settings, variables=variables)
    problems += wrong
    tree, wrong = overlay(tree, [one for one in overrides if not one.into_packs])
    problems += wrong
    packs, wrong = read_packs(tree, folder=Path(file).parent)
    problems += wrong
    tree, wrong = merge(tree, packs)
    problems += wrong
    tree, wrong = overlay(tree, [one for one in overrides if one.into_packs])
    problems += wrong
    tree, wrong = _with_source(tree, environment=environment, given=source is not None)
    problems += wrong
    problems += [problem(tree, path, what) for path, what in flaws(tree)]
    problems += signal_problems(tree)
    try:
        config = Config.model_validate(plain(tree), context={"now": now})
    except ValidationError as error:
        places = {(one.file, one.line, one.column) for one in problems}
        further = problems_of(error, tree)
        problems += [one for one in further if (one.file, one.line, one.column) not in places]
    if problems:
        raise _refused(problems, file=file)
    return _Planner(config, tree, file=file, now=now, given=source).plan()


def _with_source(tree: Section, *, environment: Mapping[str, str], given: bool) -> tuple[Section, list[Problem]]:
    """The tree with the environment's values in its source section; without that section where it is not used."""
    node = tree.get("source")
    if node is None:
        return tree, []
    entries = dict(tree.entries)
    if given:
        del entries["source"]
        return replace(tree, entries=entries), []
    expanded, problems = expand(node, environment)
    entries["source"] = Entry(key=entries["source"].key, value=expanded)
    return replace(tree, entries=entries), [*written_out(node), *problems]


def _refused(problems: Sequence[Problem], *, file: str) -> ConfigError:
    """Every problem once: the file's own first, each file's from top to bottom."""
    unique = dict.fromkeys(problems)
    return ConfigError(
        *sorted(unique, key=lambda one: (one.file != file, one.file or "", one.line or 0, one.column or 0))
    )


class _Planner:
    """From a configuration that is right key by key to the plan; what does not go together is a problem."""

    def __init__(self, config: Config, tree: Section, *, file: str, now: int, given: SourcePlan | None) -> None:
        self.config = config
        self.tree = tree
        self.file = file
        self.now = now
        self.given = given
        self.problems: list[Problem] = []

    def plan(self) -> Plan:
        config = self.config
        source = self.source()
        signals, unselected = self.signals()
        keys = signal_keys(signals)
        cost, db_load = self.cost(keys), self.db_load(keys)
        self.check_comparison()
        if config.unit == config.strata:
            self.refuse("strata", f"expected another label than that of `unit` (`{config.unit}`)")
        else:
            self.check_strata(signals)
        capacity = None if config.capacity is None else config.capacity.capacity()
        has = {name for name, value in (("strata", config.strata), ("capacity", capacity)) if value is not None}
        configured = Configured(keys=keys, unselected=signal_keys(unselected), cost=cost, db_load=db_load, has=has)
        rules, not_asked = ask(config.rules, configured)
        if not config.signals:
            what = "there are no signals: name a pack, such as `packs: [prometheus-client]`, or write `signals`"
            self.problems.append(Problem(what=what, file=self.file))
        elif not any(rule.severity is Severity.FAIL for rule in rules):
            reasons = "; ".join(f"`{rule.id}`: {rule.reason}" for rule in not_asked if rule.severity is Severity.FAIL)
            what = "no rule of severity fail can be asked" + (f" ({reasons})" if reasons else "")
            self.problems.append(Problem(what=what, file=self.file))
        if self.problems or source is None:
            raise _refused(self.problems, file=self.file)
        return Plan(
            service=config.service,
            source=source,
            select=Selection(
                everything=config.select.all or (),
                baseline=config.select.baseline,
                canary=config.select.canary,
                shared=config.select.shared,
            ),
            signals=signals,
            unit=config.unit,
            strata=config.strata,
            compare=config.compare,
            times=self.times(),
            cache=config.cache,
            rules=rules,
            not_asked=not_asked,
            levels=Levels(
                alpha=config.alpha,
                alpha_within=config.alpha_within,
                indifference=config.indifference,
                minimum=Minimum(
                    intervals=config.minimum.intervals,
                    lookups=config.minimum.lookups,
                    misses=config.minimum.misses,
                ),
            ),
            explanations=load_explanations(),
            capacity=capacity,
            warmup=config.warmup,
            cost=cost,
            db_load=db_load,
            mode=config.mode,
            exits=ExitPlan(inconclusive_as=config.inconclusive_as, source_error_as=config.source_error_as),
            publish=() if config.publish is None else config.publish.plans(Path(self.file).parent),
            config_file=self.file,
        )

    def refuse(self, path: str, what: str) -> None:
        found = problem(self.tree, tuple(path.split(".")), what)
        self.problems.append(found if found.line is None else replace(found, what=f"`{path}`: {what}"))

    def source(self) -> SourcePlan | None:
        if self.given is not None:
            return self.given
        if self.config.source is None:
            what = "`source` is missing: where are the series? Such as `source: {prometheus: {url: http://prometheus:9090}}`"
            self.problems.append(problem(self.tree, (), what))
            return None
        try:
            return prometheus_plan(self.config.source.prometheus, folder=Path(self.file).parent)
        except RefusedError as error:
            self.problems += problems_in(error, self.tree, ("source", "prometheus"))
            return None

    def signals(self) -> tuple[tuple[Signal, ...], tuple[Signal, ...]]:
        """The signals to read, by name, and the shared ones that nothing selects."""
        signals = [entry.signal(name) for name, entry in sorted(self.config.signals.items())]
        if self.config.select.shared is not None:
            return tuple(signals), ()
        return (
            tuple(signal for signal in signals if signal.scope is not Scope.SHARED),
            tuple(signal for signal in signals if signal.scope is Scope.SHARED),
        )

    def cost(self, keys: frozenset[str]) -> Cost | None:
        section = self.config.amplification
        if section.cost == "auto":
            return next((Cost(kind=kind) for kind, key in _COSTS.items() if key in keys), None)
        kind = CostKind(section.cost)
        if kind is not CostKind.FIXED and _COSTS[kind] not in keys:
            signal = _COSTS[kind].removesuffix("_sum")
            self.refuse("amplification.cost", f"there is no signal `{signal}` for the cost of a miss")
        return Cost(kind=kind, value=section.value)

    def db_load(self, keys: frozenset[str]) -> str:
        asked = self.config.db_load
        if asked == "auto":
            return "db_seconds" if "db_seconds" in keys and "db_queries" not in keys else "db_queries"
        if f"db_{asked}" not in keys:
            self.refuse("db_load", f"there is no signal `db_{asked}`")
        return f"db_{asked}"

    def check_strata(self, signals: Sequence[Signal]) -> None:
        """A label that nothing is counted by would be ignored in silence."""
        own = {signal.stratum for signal in signals if signal.name in LOOKUPS}
        labels = [f"`{label}`" for label in sorted(filter(None, own))]
        if self.config.strata is not None and own and not own & {None, self.config.strata}:
            what = f"lookups are counted by {' and '.join(labels)}, which the signals' own `stratum` names"
            self.refuse("strata", f"{what}; write that, or signals with another `stratum`")

    def check_comparison(self) -> None:
        config = self.config
        arms = config.select.has_arms
        if config.compare in (Compare.CONCURRENT, Compare.DIFF_IN_DIFF) and not arms:
            self.refuse("compare", "side by side needs both arms; write `select.baseline` and `select.canary`")
        asked = config.compare in (Compare.BEFORE_AFTER, Compare.DIFF_IN_DIFF)
        before_after = asked or (config.compare is Compare.AUTO and not arms)
        # A recording may say in its header when the deploy was.
        if before_after and config.deploy_time is None and not isinstance(self.given, RecordingPlan):
            path = "select" if config.compare is Compare.AUTO else "compare"
            why = "without arms, the canary is compared" if path == "select" else "a comparison"
            self.refuse(path, f"{why} before and after the deploy: when was it? Say it with --deploy-time")

    def times(self) -> TimePlan:
        config = self.config
        moments = {"start": config.start, "end": config.end, "deploy_time": config.deploy_time}
        at = {name: None if moment is None else moment.at for name, moment in moments.items()}
        return TimePlan(
            now=self.now,
            window=config.window,
            step=config.step,
            settle=config.settle,
            scrape_interval=config.scrape_interval,
            start=at["start"],
            end=at["end"],
            deploy_time=at["deploy_time"],
            relative=tuple(name for name, moment in moments.items() if moment is not None and moment.relative),
        )
