"""The two questions that a Prometheus is asked, through prometheus-api-client: at one time, and on a grid of times."""

from datetime import UTC, datetime
from typing import cast

from canary_guard.model.plan import PrometheusPlan
from canary_guard.redaction import without_credentials
from canary_guard.sources.answers import Answer
from canary_guard.sources.transport import connect

_ANY_TIME = datetime.fromtimestamp(0, UTC)


class PrometheusApi:
    """A connection to a Prometheus. Each question is answered within the plan's timeout, or raises AnswerError."""

    def __init__(self, plan: PrometheusPlan) -> None:
        self.where = without_credentials(plan.url)
        self._client = connect(plan)

    def at(self, text: str, time: int) -> Answer:
        """The value of an expression at a time (ms)."""
        return cast(Answer, self._client.custom_query(text, params={"time": _seconds(time)}))

    def on(self, text: str, times: range, **further: str) -> Answer:
        """The values of an expression at equally spaced times (ms); `further` goes along as parameters."""
        if not times:
            return Answer(result_type="matrix", result=[])
        # The client rounds its own start and end to whole seconds; those among the parameters it leaves as they are.
        exact = {"start": _seconds(times[0]), "end": _seconds(times[-1]), **further}
        answer = self._client.custom_query_range(text, _ANY_TIME, _ANY_TIME, _seconds(times.step), params=exact)
        return cast(Answer, answer)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"
