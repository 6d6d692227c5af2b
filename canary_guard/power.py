"""What a run's window can prove: a record in, a line per condition out."""

from canary_guard.judge.power import ability
from canary_guard.model.estimate import Estimate
from canary_guard.model.power import Ability
from canary_guard.model.rule import ChangeCondition, leaves
from canary_guard.model.run import Run


def abilities(run: Run) -> tuple[Ability, ...]:
    """For each condition of the run's rules on a change that has an estimate, in the order of the rules."""
    known = {
        (one.measure, one.scale): one
        for one in run.estimates
        if isinstance(one, Estimate) and one.comparison is run.comparison
    }
    found = [
        ability(rule, leaf, known[leaf.measure, leaf.scale], levels=run.plan.levels, step=run.windows.after.step)
        for rule in run.plan.rules
        for leaf in leaves(rule.when)
        if isinstance(leaf, ChangeCondition) and not leaf.any_stratum and (leaf.measure, leaf.scale) in known
    ]
    return tuple(one for one in found if one is not None)
