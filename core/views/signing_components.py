"""The two components of a signature, and for which sessions the password alone will do (21 CFR 11.200)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.cache import cache
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError

from accounts.access import AuthenticatedRequest
from accounts.events import record
from accounts.models import EventKind, Site

FLAG = "signs_as"  # in the session: who has signed in it
MOST = 3  # the third wrong one in a row ends the session
ENDED = "The session ended: the components of a signature were wrong {n} times in a row"
# A signature is made by its owner, not by a browser that knows the password (11.200(a)(2)). Browsers pass over "off" on
# a password and offer the one they keep; for a code that serves once they have nothing to offer.
NOT_FILLED_IN = {"autocomplete": "one-time-code", "class": "form-control"}


class NotKept(forms.PasswordInput):
    """Readable while it is typed, and empty again on the next page."""

    input_type = "text"


class Components(forms.Form):
    """User name and password; of who has signed in this session before, the password only."""

    signer = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        error_messages={"required": gettext_lazy("Type your user name: this is the first signature of this session.")},
        widget=NotKept(attrs={**NOT_FILLED_IN, "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=4096,
        error_messages={"required": gettext_lazy("Type your password.")},
        widget=forms.PasswordInput(attrs=NOT_FILLED_IN),
    )

    def __init__(self, request: AuthenticatedRequest, data: QueryDict | None = None, *, both: bool) -> None:
        super().__init__(data, use_required_attribute=False)
        self.request, self.both, self.wrong = request, both, False
        if not both:
            del self.fields["signer"]

    def clean(self) -> dict[str, Any]:
        """Do both belong to the person of this session? Which one does not is not said."""
        if not self.errors and not self._fit():
            self.wrong = True
            raise forms.ValidationError(
                _("User name or password is wrong. Nothing was signed.")
                if self.both
                else _("The password is wrong. Nothing was signed.")
            )
        return self.cleaned_data

    def _fit(self) -> bool:
        user, said = self.request.user, self.cleaned_data
        names = said.get("signer", user.username).strip().lower() == user.username
        return user.check_password(said["password"]) and names


def of_session(request: AuthenticatedRequest, data: QueryDict | None = None) -> Components:
    """What this session's next signature takes. With `data` it is checked; a wrong one must then be put on record."""
    return Components(request, data, both=not has_signed(request))


def has_signed(request: AuthenticatedRequest) -> bool:
    """Did this very person sign in this very session? Another key is another session, whatever it took over."""
    return bool(request.session.get(FLAG) == _mark(request))


def remember(request: AuthenticatedRequest) -> None:
    """A signature was made: later ones in this session take the password only."""
    request.session[FLAG] = _mark(request)


def _mark(request: AuthenticatedRequest) -> list[Any]:
    return [request.user.pk, request.session.session_key]


def refuse(request: AuthenticatedRequest, what: str, *, site: Site | None = None, subject: str = "") -> bool:
    """Put a wrong component on record; the third in a row ends the session. Has it ended?"""
    turn, actor = _count_wrong(request), request.actor
    record(EventKind.SIGN_FAILED, request=request, site=site, subject=subject, what=what, detail={"in_a_row": turn})
    if turn < MOST:
        return False
    record(EventKind.SIGN_OUT, actor=actor, request=request, site=site, reason=ENDED.format(n=MOST))
    logout(request)
    messages.error(request, _("User name or password was wrong three times. You are signed out; nothing was signed."))
    return True


def _count_wrong(request: AuthenticatedRequest) -> int:
    """Counted outside the session: pages sent at one moment each bring their own copy, and must not each be first.

    Without Redis nobody can count, so the first wrong one is taken for the last.
    """
    key = _counter(request)
    try:
        cache.add(key, 0, settings.SESSION_COOKIE_AGE)
        turn = cache.incr(key)
        cache.touch(key, settings.SESSION_COOKIE_AGE)
    except RedisError:
        return MOST
    return turn


def forget_wrong(request: AuthenticatedRequest) -> None:
    """The components were right: the row is broken."""
    try:
        cache.delete(_counter(request))
    except RedisError:
        return  # it runs out with the session


def _counter(request: AuthenticatedRequest) -> str:
    return f"wrong-components-{request.session.session_key}"
