"""Memberships: the delegation log, who has which role at which site from when to when (ICH E6(R3) 3.16.1)."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.kept import Kept, KeptQuerySet, kept_history
from accounts.models.site import TRIAL_TIME_ZONE, Site
from accounts.models.user import User


class Role(models.TextChoices):
    """What a person does in the trial."""

    COORDINATOR = "coordinator", _("Study coordinator")
    INVESTIGATOR = "investigator", _("Investigator")
    MONITOR = "monitor", _("Monitor")
    DATA_MANAGER = "data_manager", _("Data manager")
    SAFETY_REVIEWER = "safety_reviewer", _("Safety reviewer")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


# They alone write clinical data, at one named site, once trained and delegated by the investigator.
SITE_STAFF = (Role.COORDINATOR, Role.INVESTIGATOR)


def site_today() -> Combinable:
    """Today on the calendar of a membership's site, as PostgreSQL reckons it."""
    zone = Coalesce(F("site__time_zone"), Value(TRIAL_TIME_ZONE))
    wall_time = models.Func(zone, Value(timezone.now()), function="timezone", output_field=models.DateTimeField())
    return Cast(wall_time, models.DateField())


class MembershipQuerySet(KeptQuerySet["Membership"]):
    """Memberships by the day they count on."""

    def in_force(self, on: date | Combinable) -> MembershipQuerySet:
        """Those that give rights on a day, first and last day included; site staff only once trained and delegated."""
        running = Q(from_on__lte=on) & (Q(to_on__isnull=True) | Q(to_on__gte=on))
        delegated = Q(trained_on__lte=on, delegated_on__lte=on, delegated_by__isnull=False)
        return self.filter(running, delegated | ~Q(role__in=SITE_STAFF))

    def in_force_now(self) -> MembershipQuerySet:
        """Those that give rights today, each by its own site's calendar."""
        return self.alias(site_today=site_today()).in_force(F("site_today"))  # an alias keeps the lines without a site


class Membership(Kept):
    """One line of the delegation log: a person, a role, a site, from a day to a day."""

    told_as = ("ROLE", "user_id role")

    user = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("person"),
        limit_choices_to={"is_system": False},
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("site"),
        null=True,
        blank=True,
        help_text=_("Empty: all sites. Coordinators and investigators work at one named site."),
    )
    from_on = models.DateField(_("from"), help_text=_("First day the role counts."))
    to_on = models.DateField(_("to"), null=True, blank=True, help_text=_("Last day the role counts. Empty: no end."))
    trained_on = models.DateField(
        _("trained on"),
        null=True,
        blank=True,
        help_text=_("Day of the training in protocol and system. Without it, site staff have no rights."),
    )
    delegated_on = models.DateField(
        _("delegated on"),
        null=True,
        blank=True,
        help_text=_("Day the investigator signed the delegation. Without it, site staff have no rights."),
    )
    delegated_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="delegations",
        verbose_name=_("delegated by"),
        null=True,
        blank=True,
        limit_choices_to={"is_system": False},
        help_text=_("The investigator of that site who signed the delegation."),
    )

    objects = MembershipQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        indexes = [models.Index(fields=["user", "from_on"], name="membership_of_person")]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="membership_to_not_before_from",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(delegated_on__isnull=True, delegated_by__isnull=True)
                | Q(delegated_on__isnull=False, delegated_by__isnull=False),
                name="membership_delegated_pair",
                violation_error_message=_("Give both the day of the delegation and who signed it."),
            ),
            models.CheckConstraint(
                condition=~Q(role__in=SITE_STAFF) | Q(site__isnull=False),
                name="membership_staff_at_one_site",
                violation_error_message=_("Coordinators and investigators work at one named site: choose it."),
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.ADMINISTRATOR) | Q(site__isnull=True),
                name="membership_administrator_all_sites",
                violation_error_message=_("An administrator works for all sites: leave the site empty."),
            ),
            models.CheckConstraint(
                condition=~Q(delegated_by=F("user")) | Q(role=Role.INVESTIGATOR),
                name="membership_no_self_delegation",
                violation_error_message=_("Only an investigator's own line may be signed by the person themself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.label}"

    @property
    def label(self) -> str:
        """Role and site in the reader's language."""
        names = {"role": self.get_role_display(), "site": self.site.code if self.site else ""}
        return str(_("%(role)s, site %(site)s") if self.site else _("%(role)s, all sites")) % names

    def clean(self) -> None:
        """What a check of one row cannot see: who signed the delegation, and the person's other roles."""
        if self.delegated_by_id and self.delegated_on and not self._signed_by_investigator(self.delegated_on):
            raise ValidationError(
                {"delegated_by": _("This person was not an investigator of the site on the day of the delegation.")}
            )
        if all((self.user_id, self.from_on)) and self._meets_administrator():
            raise ValidationError(
                _("An administrator holds no other role at the same time: separate the dates, or take another person.")
            )

    def _signed_by_investigator(self, on: date) -> bool:
        """The first investigator of a site heads the log, and signs their own line."""
        investigators = Membership.objects.in_force(on).filter(role=Role.INVESTIGATOR, site=self.site_id)
        if self.delegated_by_id == self.user_id:
            return not investigators.exclude(user=self.user_id).exists()
        return investigators.filter(user=self.delegated_by_id).exists()

    def _meets_administrator(self) -> bool:
        """The same rule as the trigger of migration 0003, for a message instead of an error."""
        others = Membership.objects.filter(user=self.user_id).exclude(pk=self.pk)
        apart = Q(to_on__lt=self.from_on)
        if self.to_on:
            apart |= Q(from_on__gt=self.to_on)
        administrator = Q(role=Role.ADMINISTRATOR)
        clash = ~administrator if self.role == Role.ADMINISTRATOR else administrator
        return others.filter(clash).exclude(apart).exists()
