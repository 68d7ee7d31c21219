"""Forms of sign-in and passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth import forms as auth_forms

from accounts.models import User

if TYPE_CHECKING:
    PasswordSetForm = auth_forms.SetPasswordForm[User]
else:
    PasswordSetForm = auth_forms.SetPasswordForm


class SignInForm(auth_forms.AuthenticationForm):
    """User name and password; the name is read without regard to capitals and blanks around it."""

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


class _RecordedPassword:
    """A password is set by its owner only; that it was, and how, stays in the history of the account."""

    reason: ClassVar[str]
    user: User

    def save(self, commit: bool = True) -> Any:
        self.user.attribute_to(self.user, self.reason)
        return super().save(commit)  # type: ignore[misc]


class ChangePasswordForm(_RecordedPassword, auth_forms.PasswordChangeForm):
    """The owner, knowing the old password, chooses a new one."""

    reason = "Password changed by its owner"


class SetPasswordForm(_RecordedPassword, PasswordSetForm):
    """The owner, holding the one-time link, chooses a password."""

    reason = "Password set through a one-time link"
