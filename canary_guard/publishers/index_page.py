"""Past runs in, one static HTML page out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import quote

_ICONS = {"pass": "✔", "fail": "✖", "inconclusive": "?"}
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>canary-guard: runs</title>
<style>
:root {{ color-scheme: light dark; --line: #d0d7de; --pass: #116329; --fail: #b3261e; --inconclusive: #7a4f01; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --line: #3d444d; --pass: #5fd07e; --fail: #ff8a80; --inconclusive: #f0b849; }}
}}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem; }}
div {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid var(--line); padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: top; }}
td {{ overflow-wrap: anywhere; }}
.time, .verdict {{ white-space: nowrap; }}
.verdict {{ font-weight: 700; text-transform: uppercase; }}
.pass {{ color: var(--pass); }}
.fail {{ color: var(--fail); }}
.inconclusive {{ color: var(--inconclusive); }}
@media (max-width: 45rem) {{
  thead {{ display: none; }}
  tr, td {{ display: block; }}
  tr {{ border-bottom: 1px solid var(--line); padding: .5rem 0; }}
  td {{ border: 0; padding: 0; }}
}}
</style>
</head>
<body>
<main>
<h1>canary-guard: runs</h1>
<p>{count}, the newest first.</p>
<div tabindex="0" role="region" aria-label="Runs">
<table>
<thead><tr><th scope="col">Time</th><th scope="col">Service</th><th scope="col">Verdict</th>\
<th scope="col">What was found</th><th scope="col">Report</th></tr></thead>
<tbody>
{rows}</tbody>
</table>
</div>
</main>
</body>
</html>
"""
_ROW = """\
<tr><td class="time"><time datetime="{iso}">{time}</time></td><td>{service}</td>\
<td class="verdict {verdict}"><span aria-hidden="true">{icon}</span> {verdict}</td><td>{sentence}</td>\
<td><a href="{link}" aria-label="Report of {service}, {time}">Report</a></td></tr>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One run in the index."""

    folder: str
    """Its directory's name."""
    time: int
    """ms, when it was judged"""
    service: str
    verdict: str
    """pass, fail or inconclusive"""
    sentence: str


def render(entries: Iterable[Entry]) -> str:
    """A table, in the order of the entries; no script, nothing from the network, readable without its style."""
    rows = [_row(entry) for entry in entries]
    count = "One run" if len(rows) == 1 else f"{len(rows)} runs"
    return _PAGE.format(count=count, rows="".join(rows))


def _row(entry: Entry) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=entry.time)
    return _ROW.format(
        iso=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        time=f"{at:%Y-%m-%d %H:%M} UTC",
        service=escape(entry.service),
        verdict=entry.verdict,
        icon=_ICONS[entry.verdict],
        sentence=escape(entry.sentence),
        link=f"{quote(entry.folder)}/report.html",
    )
