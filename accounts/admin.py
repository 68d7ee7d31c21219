"""Sites, people and memberships in Django admin: searchable, never deleted, every change with its reason."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from accounts.access import actor_of
from accounts.admin_forms import MembershipForm, PersonForm, ReasonForm, SiteForm
from accounts.models import Membership, Site, User
from accounts.permissions import Permission


class KeptAdmin(SimpleHistoryAdmin):  # type: ignore[misc]  # simple-history carries no types
    """What the three have in common: the permission, the reason, the history, no deletion."""

    needs: ClassVar[Permission]
    fixed: ClassVar[tuple[str, ...]] = ()  # once there, never changed
    actions = None
    object_history_list_template = "admin/accounts/history_list.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        actor = actor_of(request)
        return actor is not None and actor.can(self.needs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_change_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """To look at only: simple-history hides its button but would still take the POST as a change back."""
        if request.method != "GET":
            raise PermissionDenied(_("The past is not edited."))
        response: HttpResponse = super().history_form_view(request, *args, **kwargs)
        return response

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """In the order of the form, also what is fixed; who only looks is not asked why."""
        fields = [*self.form.Meta.fields, "change_reason"]
        return fields if self.has_change_permission(request, obj) else fields[:-1]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fixed if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        """A save that changes nothing writes nothing."""
        if change and set(form.changed_data) <= {"change_reason"}:
            return
        obj._change_reason = form.cleaned_data["change_reason"]
        super().save_model(request, obj, form, change)


@admin.register(Site)
class SiteAdmin(KeptAdmin):
    """The hospitals of the trial."""

    needs = Permission.MANAGE_SITES
    fixed = ("code",)
    form = SiteForm
    list_display = ("code", "name", "name_zh", "city", "time_zone", "is_active")
    list_display_links = ("code", "name")
    list_filter = ("is_active",)
    search_fields = ("code", "name", "name_zh", "city", "city_zh")
    ordering = ("code",)


@admin.register(User)
class PersonAdmin(KeptAdmin):
    """One account per person. Its password is the owner's alone: the administrator hands out a one-time link."""

    needs = Permission.MANAGE_ACCOUNTS
    fixed = ("username",)
    form = PersonForm
    list_display = ("username", "full_name", "email", "roles_today", "is_active")
    list_display_links = ("username", "full_name")
    list_filter = ("is_active", "memberships__role", "memberships__site")
    search_fields = ("username", "full_name", "email")
    ordering = ("username",)
    change_form_template = "admin/accounts/user/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        today = Prefetch("memberships", Membership.objects.in_force_now().select_related("site"), to_attr="today")
        people: QuerySet[User] = super().get_queryset(request).prefetch_related(today)
        return people

    @admin.display(description=gettext_lazy("roles in force today"))
    def roles_today(self, person: User) -> str:
        held: list[Membership] = getattr(person, "today", [])
        return "; ".join(each.label for each in held)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_system)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[Any], change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        link = path(
            "<int:user_id>/password-link/",
            self.admin_site.admin_view(self.password_link),
            name="accounts_user_password_link",
        )
        return [link, *super().get_urls()]

    @method_decorator(transaction.atomic)
    def password_link(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Shown once, to hand over to the owner; that it was made, by whom and why, stays in the account's history."""
        person = get_object_or_404(User.objects.select_for_update(), pk=user_id)
        if not self.has_change_permission(request, person) or not person.is_active:
            raise PermissionDenied(_("This account takes no password."))
        form = ReasonForm(request.POST or None)
        link = self._new_link(request, person, form.cleaned_data["change_reason"]) if form.is_valid() else ""
        context = {
            **self.admin_site.each_context(request),
            "title": _("One-time password link"),
            "opts": self.opts,
            "person": person,
            "form": form,
            "link": link,
            "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
        }
        return TemplateResponse(request, "admin/accounts/user/password_link.html", context)

    def _new_link(self, request: HttpRequest, person: User, reason: str) -> str:
        person.attribute_to(cast(User, request.user), f"One-time password link made: {reason}")
        person.save()
        address = reverse("password-set", args=[person.pk, default_token_generator.make_token(person)])
        return request.build_absolute_uri(address)


class InForceFilter(admin.SimpleListFilter):
    """Memberships that give rights today, and those that do not."""

    title = gettext_lazy("in force today")
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> QuerySet[Membership]:
        today = Membership.objects.in_force_now().values("pk")
        if self.value() == "yes":
            return queryset.filter(pk__in=today)
        return queryset.exclude(pk__in=today) if self.value() == "no" else queryset


@admin.register(Membership)
class MembershipAdmin(KeptAdmin):
    """The delegation log. A line is ended by its last day; another role or site is another line."""

    needs = Permission.MANAGE_ACCOUNTS
    fixed = ("user", "role", "site")
    form = MembershipForm
    list_display = ("user", "role", "site", "from_on", "to_on", "trained_on", "delegated_on", "delegated_by")
    list_filter = (InForceFilter, "role", "site")
    list_select_related = ("user", "site", "delegated_by")
    search_fields = ("user__full_name", "user__username", "site__code", "site__name", "site__name_zh")
    ordering = ("user__full_name", "-from_on")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.user_id == request.user.pk)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.granted_by = request.user  # the class is made anew for each request
        return form
