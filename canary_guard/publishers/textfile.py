"""The verdict as metrics, into a file of the node exporter's textfile collector.

https://github.com/prometheus/node_exporter#textfile-collector
"""

from collections.abc import Mapping

from canary_guard.model.publishing import TextfilePlan
from canary_guard.publishers import files
from canary_guard.publishers.exposition import metrics
from canary_guard.publishers.filling import filled_in
from canary_guard.publishers.publication import Publication


def publish(plan: TextfilePlan, publication: Publication, environment: Mapping[str, str]) -> str:
    """Write the file, whole or not at all, because the collector may read it at any time."""
    path = filled_in(plan, environment).path
    files.write(path, metrics(publication.run))
    return path
