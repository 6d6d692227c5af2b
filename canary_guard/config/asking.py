"""Which rules a configuration can ask: rules and signals in, rules and those not asked out, each with its reason."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from canary_guard.config.rule_entry import RuleEntry
from canary_guard.config.wording import listed
from canary_guard.model.measure import Cost
from canary_guard.model.recipe import available, needs
from canary_guard.model.rule import NotAsked, Rule, Severity, leaves
from canary_guard.model.signal import Histogram, Signal, Summary

LOOKUPS = frozenset({"hits", "misses", "lookups"})
"""Two of these give the third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What a configuration has, as far as rules need it."""

    keys: AbstractSet[str]
    """Of all its signals, as `signal_keys` gives them."""
    unselected: AbstractSet[str]
    """Keys of shared signals that are left out because `select.shared` is not set."""
    cost: Cost | None
    db_load: str
    has: AbstractSet[str]
    """Of `strata` and `capacity`, those that are set."""


def signal_keys(signals: Iterable[Signal]) -> frozenset[str]:
    """The keys under which signals are counted: a histogram of latencies is counted under three."""
    found: set[str] = set()
    for signal in signals:
        match signal.reads:
            case Histogram():
                found |= {f"{signal.name}_{part}" for part in ("sum", "count", "bucket")}
            case Summary():
                found |= {f"{signal.name}_{part}" for part in ("sum", "count")}
            case _:
                found.add(signal.name)
    return frozenset(found)


def ask(entries: Sequence[RuleEntry], configured: Configured) -> tuple[tuple[Rule, ...], tuple[NotAsked, ...]]:
    """The rules to ask, those of severity fail first, each group in the order of the files; and the others."""
    asked: list[Rule] = []
    others: list[NotAsked] = []
    for entry in entries:
        rule = entry.rule()
        if rule is None:
            continue
        reason = _unset(entry, configured) or _unknown_signals(rule, configured)
        if reason is None:
            asked.append(rule)
        else:
            others.append(NotAsked(id=rule.id, title=rule.title, severity=rule.severity, reason=reason))
    return (
        tuple(sorted(asked, key=lambda rule: rule.severity is not Severity.FAIL)),
        tuple(sorted(others, key=lambda rule: rule.severity is not Severity.FAIL)),
    )


def _unset(entry: RuleEntry, configured: Configured) -> str | None:
    missing = [name for name in entry.needs if name not in configured.has]
    return f"{listed(missing)} is not set" if missing else None


def _unknown_signals(rule: Rule, configured: Configured) -> str | None:
    keys = available(configured.keys)
    missing: set[str] = set()
    for leaf in leaves(rule.when):
        needed = needs(leaf.measure, cost=configured.cost, db_load=configured.db_load)
        if needed is None:
            return "no signal says what a miss costs: `miss_latency`, `db_seconds` or `db_queries`"
        missing |= needed - keys
    if missing & configured.unselected:
        return f"{listed(sorted(missing & configured.unselected))} is of scope `shared`, and `select.shared` is not set"
    if not missing:
        return None
    names = _signals(missing, configured.keys)
    return f"the configuration has no signal{'s' * (len(names) > 1)} {', '.join(names)}"


def _signals(missing: AbstractSet[str], keys: AbstractSet[str]) -> tuple[str, ...]:
    """Missing keys as the signals that a team would write."""
    names = []
    if missing & LOOKUPS:
        want = ("misses",) if "lookups" in keys else ("hits", "misses")
        names += [f"`{name}`" for name in want if name not in keys]
    for key in sorted(missing - LOOKUPS):
        latency = key.startswith(("miss_latency_", "hit_latency_"))
        base = key.rpartition("_")[0] if latency else key
        other = {"bucket": " (a histogram)", "queries": " (or `db_seconds`)"}.get(key.rpartition("_")[2], "")
        names.append(f"`{base}`{other}")
    return tuple(dict.fromkeys(names))
