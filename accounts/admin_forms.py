"""Forms of Django admin: each change of a site, an account or a membership says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Site, User

if TYPE_CHECKING:
    KeptForm = forms.ModelForm[Any]
else:
    KeptForm = forms.ModelForm


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Reason for the change"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80}),
        help_text=_("Stays in the history for good, with your name and the time."),
    )


class ReasonForm(forms.Form):
    """A reason and nothing else."""

    change_reason = reason_field()


class SiteForm(KeptForm):
    """A site, with the reason."""

    change_reason = reason_field()

    class Meta:
        model = Site
        fields = ("code", "name", "name_zh", "city", "city_zh", "time_zone", "is_active", "seal_recipients")


class PersonForm(KeptForm):
    """An account, with the reason; never its password."""

    change_reason = reason_field()

    class Meta:
        model = User
        fields = (
            *("username", "full_name", "email", "language", "is_active"),
            *("identity_checked_on", "identity_checked_by"),
        )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class MembershipForm(KeptForm):
    """A line of the delegation log, with the reason. Nobody writes their own."""

    granted_by: ClassVar[User]  # set by the admin for one request
    change_reason = reason_field()

    class Meta:
        model = Membership
        fields = ("user", "role", "site", "from_on", "to_on", "trained_on", "delegated_on", "delegated_by")

    def clean_user(self) -> User:
        person: User = self.cleaned_data["user"]
        if person == self.granted_by:
            raise ValidationError(_("Nobody grants rights to themselves: another administrator must do it."))
        return person
