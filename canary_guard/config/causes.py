"""The causes that canary-guard knows, from rules/causes.yaml."""

from typing import Annotated

from pydantic import Field

from canary_guard.config.document import parse
from canary_guard.config.fields import Keys, Text, key
from canary_guard.config.nodes import plain
from canary_guard.config.packs import packs_folder
from canary_guard.config.rule_entry import ConditionEntry
from canary_guard.model.cause import CausePattern, Explanations, QuestionId, QuestionPattern


class CauseEntry(Keys):
    """One cause."""

    id: Text = key("Name of the cause.")
    title: Text = key("What happened, in one sentence.")
    likely: ConditionEntry = key("The condition under which it is likely.")
    ruled_out: ConditionEntry = key("The condition under which it is ruled out.")
    advice: Text = key("What to do about it.")


class QuestionEntry(Keys):
    """One of the three questions."""

    id: Annotated[QuestionId, Field(strict=False)] = key("Which.")
    yes: ConditionEntry = key("The condition under which the answer is yes.")
    no: ConditionEntry = key("The condition under which it is no.")


class CausesFile(Keys):
    """rules/causes.yaml"""

    questions: Annotated[tuple[QuestionEntry, ...], Field(strict=False)] = key("In their order.")

    causes: Annotated[tuple[CauseEntry, ...], Field(strict=False)] = key("Specific causes before general ones.")


def load_explanations() -> Explanations:
    """The causes and the questions, in the order of the file."""
    file = packs_folder() / "causes.yaml"
    tree, _ = parse(file.read_text(encoding="utf-8"), file=str(file))
    found = CausesFile.model_validate(plain(tree))
    causes = tuple(
        CausePattern(
            id=one.id,
            title=one.title,
            likely=one.likely.condition(),
            ruled_out=one.ruled_out.condition(),
            advice=one.advice,
        )
        for one in found.causes
    )
    questions = tuple(
        QuestionPattern(id=one.id, yes=one.yes.condition(), no=one.no.condition()) for one in found.questions
    )
    return Explanations(causes=causes, questions=questions)
