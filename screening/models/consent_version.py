"""The versions of the consent form at each site: since when each is in force, and which one needs re-consent."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import EventKind, Site
from accounts.models.kept import Kept, KeptQuerySet, kept_history


class ConsentVersion(Kept):
    """A version of the consent form, approved by the site's ethics committee (E6(R3) 2.8, PIPL 29 and 39)."""

    told_as = (EventKind.CONSENT_FORM, "version")

    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    version = models.CharField(
        _("version"),
        max_length=50,
        help_text=_("As printed on the form, for example 2.1. Sites enter it with consents."),
    )
    dated_on = models.DateField(_("date of the version"), help_text=_("As printed on the form."))
    approved_on = models.DateField(_("approved on"), help_text=_("Day the ethics committee approved it."))
    in_force_on = models.DateField(_("in force from"), help_text=_("First day on which subjects sign this version."))
    needs_reconsent = models.BooleanField(
        _("needs re-consent"),
        default=False,
        help_text=_(
            "Subjects who signed an earlier version sign this one. Until one has, visits dated from the first day in "
            "force on cannot be entered, safety data excepted."
        ),
    )

    objects = KeptQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name = _("version of the consent form")
        verbose_name_plural = _("versions of the consent form")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "version"],
                name="consent_version_once_per_site",
                violation_error_message=_("This site has that version already."),
            ),
            models.CheckConstraint(
                condition=Q(dated_on__lte=F("approved_on"), approved_on__lte=F("in_force_on")),
                name="consent_version_dates_in_order",
                violation_error_message=_("A version is dated, then approved, then comes into force. Check the dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site.code} {self.version}"
