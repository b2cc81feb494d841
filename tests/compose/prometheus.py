"""A running Prometheus, asked what Grafana would ask it."""

import json
import math
import time
import urllib.parse
import urllib.request
from typing import Any

from tests.support.process import ROOT

DASHBOARD = ROOT / "docs" / "grafana.json"
VARIABLES = {"$__rate_interval": "1m", "$job": "enigma", "$instance": ".*"}
WITHIN_S = 90
"""Of the first scrape a rate knows nothing yet."""


class Prometheus:
    """At this address, without a slash at the end."""

    def __init__(self, url: str) -> None:
        self._url = url

    def empty_panels(self) -> list[str]:
        """Expressions of the dashboard that have no data, also not a while later."""
        empty = panels()
        deadline = time.monotonic() + WITHIN_S
        while (empty := [each for each in empty if not self.has_data(each)]) and time.monotonic() < deadline:
            time.sleep(2)
        return empty

    def alarms(self) -> dict[str, str]:
        """Whether each can be evaluated: `ok`, or what else Prometheus says."""
        return {
            rule["name"]: rule["health"] for group in self._ask("rules")["groups"] for rule in group["rules"]
        }

    def has_data(self, expression: str) -> bool:
        found = self._ask("query", query=expression)["result"]
        return any(not math.isnan(float(sample["value"][1])) for sample in found)

    def _ask(self, what: str, **parameters: str) -> Any:
        query = urllib.parse.urlencode(parameters)
        url = f"{self._url}/api/v1/{what}?{query}"
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  # http, ours
            return json.load(answer)["data"]


def panels() -> list[str]:
    """Every expression of the dashboard, as Grafana sends it."""
    found = json.loads(DASHBOARD.read_text())["panels"]
    texts = [target["expr"] for panel in found for target in panel.get("targets", ())]
    for name, value in VARIABLES.items():
        texts = [text.replace(name, value) for text in texts]
    return texts
