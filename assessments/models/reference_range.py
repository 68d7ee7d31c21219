"""Reference ranges of the sites' laboratories: kept like sites and accounts, every state in its history."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from accounts.models.kept import Kept, KeptQuerySet, kept_history
from assessments.lab_ranges import named
from assessments.lab_units import UNITS
from assessments.laboratory import Unit


class Sex(models.TextChoices):
    """Whose range it is; empty: everyone's."""

    MALE = "M", _("Men")
    FEMALE = "F", _("Women")


class ReferenceRange(Kept):
    """The limits of one test at one laboratory, for a sex and an age in full years, from a day to a day.

    Both limits, both ages and both days belong to it.
    """

    told_as = ("CONFIGURATION", "laboratory test sex")

    site = models.ForeignKey(Site, models.PROTECT, related_name="reference_ranges", verbose_name=_("site"))
    laboratory = models.CharField(
        _("laboratory"),
        max_length=200,
        help_text=_("As the forms name it. Capitals and blanks do not matter."),
    )
    test = models.CharField(_("test"), max_length=8, choices=[(test, test) for test in UNITS])
    sex = models.CharField(
        _("sex"), max_length=1, choices=Sex.choices, blank=True, help_text=_("Empty: the same for men and women.")
    )
    age_from = models.PositiveSmallIntegerField(_("age from, years"), null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(
        _("age to, years"), null=True, blank=True, help_text=_("Full years, this one included.")
    )
    unit = models.CharField(_("unit"), max_length=32, choices=Unit.choices)
    low = models.DecimalField(_("lower limit"), max_digits=12, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(_("upper limit"), max_digits=12, decimal_places=4, null=True, blank=True)
    valid_from = models.DateField(_("valid from"), help_text=_("First day on which a sample is judged by it."))
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("Last such day. Empty: it is still in force.")
    )
    source = models.CharField(
        _("source"), max_length=200, help_text=_("The document that states it, with its version or date.")
    )

    objects = KeptQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name = _("reference range")
        verbose_name_plural = _("reference ranges")
        indexes = [models.Index(fields=["site", "test"], name="reference_range_of_site")]
        constraints = [
            models.CheckConstraint(
                condition=Q(low__isnull=False) | Q(high__isnull=False),
                name="reference_range_has_limit",
                violation_error_message=_("Give the lower limit, the upper limit, or both."),
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lt=F("high")),
                name="reference_range_low_below_high",
                violation_error_message=_("The lower limit should be below the upper limit."),
            ),
            models.CheckConstraint(
                condition=(Q(low__isnull=True) | Q(low__gte=0)) & (Q(high__isnull=True) | Q(high__gt=0)),
                name="reference_range_not_negative",
                violation_error_message=_("A limit cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(age_from__isnull=True) | Q(age_to__isnull=True) | Q(age_from__lte=F("age_to")),
                name="reference_range_ages_in_order",
                violation_error_message=_("The first age lies above the last."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="reference_range_days_in_order",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(condition=Q(sex__in=["", *Sex.values]), name="reference_range_sex_known"),
        ]

    def __str__(self) -> str:
        return f"{self.site.code} {self.laboratory} {self.test} {self.sex}".strip()

    def clean(self) -> None:
        """What a check of one row cannot see: the units of the test, and other ranges for the same people."""
        if self.test in UNITS and self.unit and self.unit not in UNITS[self.test]:
            raise ValidationError({"unit": _("This test is not reported in this unit.")})
        if all((self.site_id, self.valid_from)) and self._overlapping():
            raise ValidationError(
                _("Another range of this laboratory covers some of the same people and days. End that one first.")
            )

    def _overlapping(self) -> bool:
        others = ReferenceRange.objects.filter(site=self.site_id, test=self.test).exclude(pk=self.pk)
        return any(self._meets(other) for other in others)

    def _meets(self, other: ReferenceRange) -> bool:
        return (
            named(self.laboratory) == named(other.laboratory)
            and (not self.sex or not other.sex or self.sex == other.sex)
            and _spans_meet((self.age_from, self.age_to), (other.age_from, other.age_to))
            and _spans_meet((self.valid_from, self.valid_to), (other.valid_from, other.valid_to))
        )


def _spans_meet(one: tuple[object, object], other: tuple[object, object]) -> bool:
    """Do two spans share a point? An open end is None; the ends belong to them."""
    (from_one, to_one), (from_other, to_other) = one, other
    return _not_after(from_one, to_other) and _not_after(from_other, to_one)


def _not_after(first: object, last: object) -> bool:
    return first is None or last is None or first <= last  # type: ignore[operator]  # both are ages, or both days
