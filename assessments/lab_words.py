"""What the system derived of a laboratory result, in few words: for the one cell of the table that shows it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from assessments.ctcae import Toxicity
from assessments.laboratory import Indicator, Unit
from core.crf.display import figure


def in_short(row: Any) -> list[str]:
    """Standard value, limits in force, and grade, as far as there are any."""
    return [line for line in (_value(row), _limits(row), _grade(row)) if line]


def _value(row: Any) -> str:
    """The standard value, where it is in another unit than the one reported."""
    if row.lbstresn is None or row.lbstresu is None or row.lbstresu == row.lborresu:
        return ""
    return f"{row.lbstresn} {Unit(row.lbstresu).label}"


def _limits(row: Any) -> str:
    """The limits in force, and how the result lies to them."""
    if row.lbnrlo is None and row.lbnrhi is None:
        return ""
    if row.lbnrhi is None:
        span = f"≥ {figure(row.lbnrlo)}"
    else:
        span = f"≤ {figure(row.lbnrhi)}" if row.lbnrlo is None else f"{figure(row.lbnrlo)}–{figure(row.lbnrhi)}"
    return f"{span} {Indicator(row.lbnrind).label}" if row.lbnrind else span


def _grade(row: Any) -> str:
    """Term, grade and version; of a proposed one that it is."""
    words = {"term": Toxicity(row.lbtox).label if row.lbtox else "", "version": row.lbtoxv}
    if row.lbtoxgrp is not None:
        words["grade"] = row.lbtoxgrp
        return _("%(term)s: proposed grade %(grade)s or more (%(version)s)") % words
    if row.lbtoxgr:
        words["grade"] = row.lbtoxgr
        return _("%(term)s: grade %(grade)s (%(version)s)") % words
    return "" if row.lbtoxgr is None else _("Grade 0 (%(version)s)") % words
