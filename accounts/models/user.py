"""People: one named account each (21 CFR 11.100, 11.300)."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.kept import Kept, KeptQuerySet, kept_history


class UserManager(BaseUserManager["User"].from_queryset(KeptQuerySet["User"])):  # type: ignore[misc]
    """Makes accounts. There is no way to a superuser: rights come from memberships only."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Without a password the account waits for its owner to set one."""
        user: User = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ValidationError(_("This trial has no superuser. Use “manage.py create_administrator” instead."))


class User(Kept, AbstractBaseUser):
    """One named person, or the system itself; never deleted, and what they did keeps their name (21 CFR 11.100)."""

    told_as = ("ACCOUNT", "username full_name")

    username = models.CharField(
        _("user name"),
        max_length=30,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9._-]*\Z", _("Use small letters a-z, digits, dots and hyphens."))],
        error_messages={"unique": _("This user name is taken. User names are never used again.")},
        help_text=_("Small letters a-z, digits, dots and hyphens. Cannot be changed later."),
    )
    full_name = models.CharField(
        _("full name"), max_length=100, help_text=_("The person's name as it shall stand on every record.")
    )
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Each address belongs to one person."))
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Language of the pages. Empty: as the browser asks."),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Take the tick away when the person leaves: access ends at once.")
    )
    identity_checked_on = models.DateField(
        _("identity checked on"),
        null=True,
        blank=True,
        help_text=_("Day somebody saw the person's identity document. Without it, nothing can be signed."),
    )
    identity_checked_by = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="+",
        verbose_name=_("identity checked by"),
        null=True,
        blank=True,
        limit_choices_to={"is_system": False},
        help_text=_("Who saw the document: another person."),
    )
    equivalence_at = models.DateTimeField(
        _("electronic signature declared equivalent"),
        null=True,
        editable=False,
        help_text=_("When the person stated that their electronic signature equals the handwritten one."),
    )
    is_system = models.BooleanField(_("the system"), default=False, editable=False)
    # Django's packages ask for these two flags. Neither grants anything.
    is_staff = models.BooleanField(default=False, editable=False)
    is_superuser = models.BooleanField(default=False, editable=False)
    last_login = None  # signing in is an event, not a change of the account

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = UserManager()
    history = kept_history(excluded_fields=("password",))

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="user_email_once",
                violation_error_message=_("This e-mail address belongs to another person."),
            ),
            models.UniqueConstraint(fields=["is_system"], condition=Q(is_system=True), name="user_one_system"),
            models.CheckConstraint(
                condition=Q(is_system=False) | Q(is_active=False, password__startswith="!"),  # noqa: S106  (no password fits)
                name="user_system_cannot_sign_in",
            ),
            models.CheckConstraint(
                condition=Q(identity_checked_on__isnull=True, identity_checked_by__isnull=True)
                | Q(identity_checked_on__isnull=False, identity_checked_by__isnull=False),
                name="user_identity_pair",
                violation_error_message=_("Give both the day of the identity check and who did it."),
            ),
            models.CheckConstraint(condition=~Q(identity_checked_by=F("id")), name="user_identity_not_by_oneself"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        """Nobody vouches for themselves, and an address that was another person's stays theirs (21 CFR 11.100)."""
        super().clean()
        if self.pk and self.identity_checked_by_id == self.pk:
            words = _("Nobody checks their own identity: name the other person who did.")
            raise ValidationError({"identity_checked_by": words})
        had = User.history.filter(email__iexact=self.email).exclude(id=self.pk)
        if self.email and had.exists():
            raise ValidationError(
                {"email": _("This e-mail address belonged to another person. It is never used again.")}
            )

    def get_short_name(self) -> str:
        """How Django admin greets the person."""
        return self.full_name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Rights come from memberships in force (accounts.actor), never from Django's own tables or flags."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False
