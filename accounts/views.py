"""Signing in and out, the language of the pages, one's own password."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.access import AuthenticatedRequest, actor_of, public, requires, safe_next
from accounts.actor import Actor
from accounts.events import record
from accounts.forms import ChangePasswordForm, SetPasswordForm, SignInForm
from accounts.models import EventKind, User
from accounts.permissions import Permission


@public
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    wanted = safe_next(request, str(settings.LOGIN_REDIRECT_URL))
    if actor_of(request):
        return redirect(wanted)
    form = SignInForm(request, data=request.POST or None)
    if form.is_valid():
        login(request, form.get_user())
        record(EventKind.SIGN_IN, actor=Actor.of(form.get_user()), request=request)
        return redirect(wanted)
    if form.is_bound:
        _record_failure(request, form)
    return render(request, "accounts/sign_in.html", {"form": form, "next": wanted})


def _record_failure(request: HttpRequest, form: SignInForm) -> None:
    """The user name as typed, and whose it is; of the password nothing."""
    typed = form.cleaned_data.get("username") or form["username"].value() or ""
    owner = User.objects.filter(username=form.cleaned_data.get("username")).first()
    record(EventKind.SIGN_IN_FAILED, actor=Actor(owner) if owner else None, request=request, what=typed)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if actor_of(request):
        record(EventKind.SIGN_OUT, request=request)
    logout(request)
    return redirect("sign-in")


@public
@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    """Kept with the account when signed in, else with the browser."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("This language is not offered."))
    response = redirect(safe_next(request, str(settings.LOGIN_REDIRECT_URL)))
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax")
    if actor := actor_of(request):
        _keep_language(actor.user, language)
    return response


def _keep_language(user: User, language: str) -> None:
    if user.language != language:
        user.language = language
        user.attribute_to(user, "Language chosen by the person")
        user.save(update_fields=["language"])


@requires(Permission.VIEW_HOME)
@never_cache
@sensitive_post_parameters()
@transaction.atomic
def password_change(request: AuthenticatedRequest) -> HttpResponse:
    form = ChangePasswordForm(request.user, request.POST or None)
    if form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, _("Your password is changed."))
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/password_change.html", {"form": form})


@public
@never_cache
@sensitive_post_parameters()
@transaction.atomic
def password_set(request: HttpRequest, user_id: int, token: str) -> HttpResponse:
    """The page behind the one-time link; setting the password, or three days, spends the link."""
    owner = User.objects.filter(pk=user_id, is_active=True, is_system=False).first()
    if not default_token_generator.check_token(owner, token):
        return render(request, "accounts/password_link_spent.html", status=410)
    form = SetPasswordForm(owner, request.POST or None)
    if form.is_valid():
        form.save()
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("sign-in")
    return render(request, "accounts/password_set.html", {"form": form, "owner": owner})
