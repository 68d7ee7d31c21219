"""The questions about one timed or measured test, as QMG and MG Composite ask them; points, totals and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments import scoring
from assessments.administration import DONE
from core.crf.declare import coded, decimal, integer
from core.crf.fields import Coded, Number, Whole

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Eye(models.TextChoices):
    """How a test of the eyes went: until when there was no sign."""

    VALUE = scoring.VALUE, _("Timed")
    MAX = scoring.BEST, _("None to the end")
    SPON = scoring.AT_ONCE, _("At once")
    NT = scoring.NOT_TESTED, _("Not testable")


class Counting(models.TextChoices):
    """How counting aloud went."""

    VALUE = scoring.VALUE, _("Slurred")
    MAX = scoring.BEST, _("Clear to 50")
    WEAK = scoring.TOO_WEAK, _("Too weak")
    NT = scoring.NOT_TESTED, _("Not testable")


class Hold(models.TextChoices):
    """How holding up a limb or the head went."""

    VALUE = scoring.VALUE, _("Timed")
    MAX = scoring.BEST, _("To the end")
    WEAK = scoring.TOO_WEAK, _("Too weak")
    NT = scoring.NOT_TESTED, _("Not testable")


class Effort(models.TextChoices):
    """How a measurement went that has no upper end."""

    VALUE = scoring.VALUE, _("Measured")
    WEAK = scoring.TOO_WEAK, _("Too weak")
    NT = scoring.NOT_TESTED, _("Not testable")


class WhyNot(models.TextChoices):
    """Why a test could not be done, other than for weakness."""

    INJURY = "INJURY", _("Injury, pain or operation")
    AIRWAY = "AIRWAY", _("Tracheostomy, mask or tube in the way")
    DEVICE = "DEVICE", _("Device missing or out of order")
    REFUSED = "REFUSED", _("The subject did not want to")
    MEDICAL = "MEDICAL", _("Other medical reason")
    PRACTICAL = "PRACTICAL", _("Other practical reason")


def how(test: StrOrPromise, code: str, outcomes: type[models.TextChoices], **options: Any) -> Coded:
    """How the test went; the other questions about it hang on this one."""
    target = f"SUPPRS.QVAL where QNAM = {code}H"
    return coded(format_lazy(_("{test}: result"), test=test), outcomes, **{"asked_if": DONE, "sdtm": target} | options)


def seconds(test: StrOrPromise, code: str, gate: str, *, stop: int) -> Number:
    """The seconds as read from the stopwatch, which is stopped at `stop`."""
    return decimal(
        format_lazy(_("{test}: time"), test=test), unit="s", digits=4, places=1, limits=(0, 999), expect=(None, stop),
        asked_if=(gate, scoring.VALUE), sdtm=f"RSORRES where RSTESTCD = {code}",
    )  # fmt: skip


def why_not(test: StrOrPromise, code: str, gate: str) -> Coded:
    """The reason why it could not be tested."""
    label = format_lazy(_("{test}: why not testable"), test=test)
    return coded(label, WhyNot, asked_if=(gate, scoring.NOT_TESTED), sdtm=f"RSREASND where RSTESTCD = {code}")


def points(test: StrOrPromise, code: str, highest: int = 3, **options: Any) -> Whole:
    """The points that follow from what was observed."""
    label = format_lazy(_("{test}: points"), test=test)
    return integer(label, limits=(0, highest), sdtm=f"RSSTRESN where RSTESTCD = {code}", **options)


def scorer(outcome: str, figure: str, bounds: scoring.Bounds) -> Callable[..., int | None]:
    """The derivation of a test's points from how it went and its figure; both are named, as items are."""

    def scored(**given: Any) -> int | None:
        found: Decimal | int | None = given[figure]
        return scoring.scored(given[outcome], found, bounds)

    return reading(scored, needed=(outcome,), spared=(figure,))


def summed(names: Iterable[str]) -> Callable[..., int]:
    """The derivation of a total: nothing while one item has no points, for no source says how to fill it in."""

    def total(**given: Any) -> int:
        return sum(map(int, given.values()))

    return reading(total, needed=names)


def counted(gate: str, names: Iterable[str]) -> Callable[..., int]:
    """The derivation of how many items have points, once the gate is answered."""

    def count(**given: Any) -> int:
        return sum(value is not None for name, value in given.items() if name != gate)

    return reading(count, needed=(gate,), spared=names)


def reading(compute: Callable[..., Any], needed: Iterable[str], spared: Iterable[str] = ()) -> Callable[..., Any]:
    """A derivation says what it reads by its parameters: these are told rather than written out."""
    keyword = Parameter.KEYWORD_ONLY
    parameters = [Parameter(name, keyword) for name in needed]
    parameters += [Parameter(name, keyword, default=None) for name in spared]
    compute.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return compute
