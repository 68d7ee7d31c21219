"""What is shown above the questions of the safety forms: lines of other logs, running clocks, frozen reports."""

from __future__ import annotations

from typing import Any


def of_event(place: Any, rows: Any) -> dict[str, Any]:
    """x"""
    return {"template": "core/_moment_section.html"}


of_serious_event = of_pregnancy = of_event
