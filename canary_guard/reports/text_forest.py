"""A change against its bound as one row of letters, for formats that have no pictures."""

from canary_guard.reports.forest import WIDTH, Forest

COLUMNS = 21
LEGEND = "│ no change, ┊ bound"
ASCII_LEGEND = "| no change, : bound"
_UNICODE = {"field": "·", "zero": "│", "bound": "┊", "interval": "━", "point": "●", "left": "◀", "right": "▶"}
_ASCII = {"field": ".", "zero": "|", "bound": ":", "interval": "=", "point": "o", "left": "<", "right": ">"}


def text_forest(forest: Forest, *, unicode: bool) -> str:
    """`·····│··┊··━━●━━·····`: worse is to the right; an arrow where the interval leaves the picture."""
    sign = _UNICODE if unicode else _ASCII
    row = [sign["field"]] * COLUMNS
    row[_column(forest.zero)] = sign["zero"]
    row[_column(forest.bound)] = sign["bound"]
    low, high = _column(forest.low), _column(forest.high)
    row[low : high + 1] = [sign["interval"]] * (high + 1 - low)
    if forest.low_beyond:
        row[low] = sign["left"]
    if forest.high_beyond:
        row[high] = sign["right"]
    if forest.point is not None:
        row[_column(forest.point)] = sign["point"]
    return "".join(row)


def _column(at: float) -> int:
    return min(COLUMNS - 1, int(at / WIDTH * COLUMNS))
