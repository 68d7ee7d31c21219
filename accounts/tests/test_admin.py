"""Django admin: opened by a membership, asks for the reason, deletes nothing, gives nobody rights over themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Role, Site, User
from accounts.models.kept import kept_models
from accounts.testing import PASSWORD, SINCE, Cast, join, make_person
from accounts.tests.conftest import SignedIn

SITES, PEOPLE, LINES = "/admin/accounts/site/", "/admin/accounts/user/", "/admin/accounts/membership/"
ADMINISTERED = {"accounts.Site", "accounts.User", "accounts.Membership", "assessments.ReferenceRange"}
SITE_03 = {
    "code": "03",
    "name": "Third",
    "name_zh": "第三",
    "city": "",
    "city_zh": "",
    "time_zone": "Asia/Shanghai",
    "is_active": "on",
    "change_reason": "Ethics approval of 2 March",
}


def person_data(person: User, **changes: str) -> dict[str, str]:
    told = {"full_name": person.full_name, "email": person.email, "language": person.language, "is_active": "on"}
    return {**told, "change_reason": "As told by telephone", **changes}


def line_data(person: User, role: Role, **changes: str) -> dict[str, str]:
    told = {"user": str(person.pk), "role": role, "site": "", "from_on": "2026-03-01", "to_on": ""}
    signed = {"trained_on": "", "delegated_on": "", "delegated_by": ""}
    return {**told, **signed, "change_reason": "Delegation log, line 7", **changes}


def test_it_works(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.administrator)
    assert client.post(f"{SITES}add/", SITE_03).status_code == 302
    site = Site.objects.get(code="03")
    record = site.history.get()
    assert (record.history_user, record.history_change_reason) == (cast.administrator, SITE_03["change_reason"])


@pytest.mark.parametrize("page", ["/admin/", SITES, f"{SITES}add/", PEOPLE, f"{PEOPLE}add/", LINES, f"{LINES}add/"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_page_opens_in_both_languages(cast: Cast, signed_in: SignedIn, page: str, language: str) -> None:
    cast.administrator.language = language
    cast.administrator.save()
    assert f'lang="{language}"' in signed_in(cast.administrator).get(page).content.decode()


@pytest.mark.parametrize("page", [SITES, PEOPLE, LINES])
def test_lists_are_searched(cast: Cast, signed_in: SignedIn, page: str) -> None:
    client = signed_in(cast.administrator)
    assert client.get(page, {"q": "余姚" if page == SITES else "林悦"}).context["cl"].result_count == 1
    assert client.get(page, {"q": "nothing of the kind"}).context["cl"].result_count == 0


@pytest.mark.parametrize(("answer", "expected"), [("yes", 12), ("no", 1)])
def test_memberships_are_filtered_by_what_counts_today(
    cast: Cast, signed_in: SignedIn, answer: str, expected: int
) -> None:
    Membership.objects.create(user=cast.monitor, role=Role.AUDITOR, from_on=SINCE, to_on=SINCE)
    listed = signed_in(cast.administrator).get(LINES, {"in_force": answer}).context["cl"].result_count
    assert listed == expected


def test_the_list_of_people_shows_their_roles_of_today(cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.administrator).get(PEOPLE, {"q": "lin.yue"}).content.decode()
    assert "Study coordinator, site 01" in page


@pytest.mark.parametrize("page", [PEOPLE, LINES])
def test_a_longer_list_takes_no_more_queries(cast: Cast, signed_in: SignedIn, page: str) -> None:
    client = signed_in(cast.administrator)
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for number in range(5):
        join(make_person(f"guest.{number}", f"Guest {number}"), Role.COORDINATOR, cast.site, cast.investigator)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)


@pytest.mark.req("ADM-01")
def test_only_tables_with_a_history_of_their_own_are_there() -> None:
    """Sites, people, memberships, versions of the consent form. A clinical model that anybody registers fails here."""
    assert set(admin.site._registry) == set(kept_models()) >= {Site, User, Membership}


@pytest.mark.req("ADM-01")
def test_no_model_of_another_app_is_reached_by_its_address(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.administrator)
    for model in apps.get_models():
        if model not in kept_models():
            assert client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/").status_code == 404


@pytest.mark.req("ADM-01", "ADM-03")
@pytest.mark.parametrize("page", ["/admin/", SITES, f"{SITES}add/", PEOPLE, LINES, f"{LINES}add/", "/admin/jsi18n/"])
def test_a_superuser_without_membership_gets_nothing(cast: Cast, signed_in: SignedIn, page: str) -> None:
    root = make_person("root", "Root", is_superuser=True, is_staff=True)
    client = signed_in(root)
    assert client.get(page, follow=True).status_code == 403
    assert client.post(f"{SITES}add/", SITE_03, follow=True).status_code == 403
    assert not Site.objects.filter(code="03").exists()
    assert not User.objects.get(pk=root.pk).has_perm("accounts.add_site")


@pytest.mark.req("ADM-03")
@pytest.mark.parametrize("name", ["coordinator", "investigator", "monitor", "data_manager", "auditor"])
def test_no_other_role_opens_it(cast: Cast, signed_in: SignedIn, name: str) -> None:
    assert signed_in(getattr(cast, name)).get(PEOPLE, follow=True).status_code == 403


@pytest.mark.req("ACC-03")
def test_it_closes_when_the_membership_ends(cast: Cast, signed_in: SignedIn) -> None:
    line = Membership.objects.get(user=cast.administrator)
    line.to_on = SINCE
    line.save()
    assert signed_in(cast.administrator).get(PEOPLE, follow=True).status_code == 403


def test_there_is_one_sign_in_page(cast: Cast, client: Any) -> None:
    answer = client.get(f"{SITES}add/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/sign-in/?next={SITES}add/"


def test_signing_out_and_passwords_are_those_of_the_trial(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.administrator)
    assert client.get("/admin/password_change/")["Location"] == "/password/"
    assert client.post("/admin/logout/")["Location"] == "/sign-in/"
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("page", [SITES, PEOPLE, LINES])
def test_a_change_without_a_reason_is_refused(cast: Cast, signed_in: SignedIn, page: str) -> None:
    told: dict[str, dict[str, str]] = {
        SITES: SITE_03,
        PEOPLE: {**person_data(cast.coordinator, email=""), "username": "luo.xin", "full_name": "Luo Xin"},
        LINES: line_data(cast.monitor, Role.AUDITOR),
    }
    before = (Site.objects.count(), User.objects.count(), Membership.objects.count())
    for reason in ("", "   "):
        answer = signed_in(cast.administrator).post(f"{page}add/", {**told[page], "change_reason": reason})
        assert list(answer.context["adminform"].errors) == ["change_reason"]
    assert (Site.objects.count(), User.objects.count(), Membership.objects.count()) == before


def test_a_save_that_changes_nothing_writes_nothing(cast: Cast, signed_in: SignedIn) -> None:
    signed_in(cast.administrator).post(f"{PEOPLE}{cast.monitor.pk}/change/", person_data(cast.monitor))
    assert cast.monitor.history.count() == 1


def test_a_change_is_in_the_history_with_person_and_reason(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.administrator)
    client.post(f"{PEOPLE}{cast.monitor.pk}/change/", person_data(cast.monitor, full_name="Zhao Lei 赵蕾"))
    page = client.get(f"{PEOPLE}{cast.monitor.pk}/history/").content.decode()
    for words in ("赵磊", "赵蕾", "As told by telephone", "Wang Min", "+08:00"):
        assert words in page
    assert "style=" not in page


@pytest.mark.req("ADM-01")
def test_the_past_is_looked_at_and_not_brought_back(cast: Cast, signed_in: SignedIn) -> None:
    """simple-history hides its revert button, but would take the POST from anyone who may look."""
    client = signed_in(cast.administrator)
    line = Membership.objects.get(user=cast.administrator)
    past = f"{LINES}{line.pk}/history/{line.history.get().pk}/"
    assert client.get(past).status_code == 200
    assert client.post(past, line_data(cast.administrator, Role.ADMINISTRATOR, to_on="2040-01-01")).status_code == 403
    line.refresh_from_db()
    assert line.to_on is None


@pytest.mark.req("ADM-04")
@pytest.mark.parametrize(("page", "model"), [(SITES, Site), (PEOPLE, User), (LINES, Membership)])
def test_nothing_is_deleted(cast: Cast, signed_in: SignedIn, page: str, model: Any) -> None:
    client, row, before = signed_in(cast.administrator), model.objects.last(), model.objects.count()
    assert client.post(f"{page}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(page, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert "delete" not in client.get(f"{page}{row.pk}/change/").content.decode().lower()
    assert model.objects.count() == before


@pytest.mark.req("ADM-03")
def test_nobody_grants_rights_to_themselves(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.administrator)
    answer = client.post(f"{LINES}add/", line_data(cast.administrator, Role.ADMINISTRATOR))
    assert "user" in answer.context["adminform"].errors
    assert Membership.objects.filter(user=cast.administrator).count() == 1


@pytest.mark.req("ADM-03")
def test_nobody_changes_their_own_membership(cast: Cast, signed_in: SignedIn) -> None:
    client, line = signed_in(cast.administrator), Membership.objects.get(user=cast.administrator)
    page = f"{LINES}{line.pk}/change/"
    assert "change_reason" not in client.get(page).content.decode()
    assert client.post(page, line_data(cast.administrator, Role.ADMINISTRATOR, to_on="2040-01-01")).status_code == 403
    line.refresh_from_db()
    assert line.to_on is None


@pytest.mark.req("ADM-03")
def test_another_administrator_ends_a_membership_by_its_last_day(cast: Cast, signed_in: SignedIn) -> None:
    second = join(make_person("feng.ke", "Feng Ke 冯珂"), Role.ADMINISTRATOR)
    line = Membership.objects.get(user=cast.administrator)
    data = line_data(
        cast.administrator, Role.ADMINISTRATOR, from_on=str(SINCE), to_on="2026-06-30", trained_on=str(SINCE)
    )
    assert signed_in(second).post(f"{LINES}{line.pk}/change/", data).status_code == 302
    line.refresh_from_db()
    assert line.to_on == date(2026, 6, 30)
    assert line.history.latest().history_user == second


@pytest.mark.req("ADM-03")
def test_an_administrator_is_given_no_role_with_data_and_told_why(cast: Cast, signed_in: SignedIn) -> None:
    second = join(make_person("feng.ke", "Feng Ke 冯珂"), Role.ADMINISTRATOR)
    answer = signed_in(cast.administrator).post(f"{LINES}add/", line_data(second, Role.DATA_MANAGER))
    assert "holds no other role" in answer.content.decode()
    assert Membership.objects.filter(user=second).count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"site": ""}, "work at one named site"),
        ({"delegated_by": ""}, "Give both the day"),
        ({"to_on": "2026-02-01"}, "lies before the first"),
        ({"from_on": "2026-13-01"}, "Enter a valid date"),
    ],
)
def test_a_wrong_line_is_refused_with_what_to_do(
    cast: Cast, signed_in: SignedIn, changes: dict[str, str], words: str
) -> None:
    told = line_data(
        cast.monitor,
        Role.COORDINATOR,
        site=str(cast.site.pk),
        trained_on="2026-02-01",
        delegated_on="2026-02-01",
        delegated_by=str(cast.investigator.pk),
    )
    answer = signed_in(cast.administrator).post(f"{LINES}add/", {**told, **changes})
    assert words in answer.content.decode()
    assert Membership.objects.filter(user=cast.monitor).count() == 1


@pytest.mark.req("ADM-03")
def test_flags_and_passwords_are_not_taken_from_a_form(cast: Cast, signed_in: SignedIn) -> None:
    forged = {"is_superuser": "on", "is_staff": "on", "is_system": "on", "password": "x", "username": "other"}
    page = f"{PEOPLE}{cast.administrator.pk}/change/"
    data = person_data(cast.administrator, full_name="Wang Min", **forged)
    assert signed_in(cast.administrator).post(page, data).status_code == 302
    person = User.objects.get(pk=cast.administrator.pk)
    assert person.full_name == "Wang Min"
    assert (person.is_superuser, person.is_staff, person.is_system) == (False, False, False)
    assert person.username == "wang.min"
    assert person.check_password(PASSWORD)


def test_number_of_a_site_and_role_of_a_line_stay(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.administrator)
    client.post(f"{SITES}{cast.site.pk}/change/", {**SITE_03, "code": "09"})
    line = Membership.objects.get(user=cast.monitor)
    client.post(f"{LINES}{line.pk}/change/", line_data(cast.coordinator, Role.ADMINISTRATOR, to_on="2040-01-01"))
    cast.site.refresh_from_db()
    line.refresh_from_db()
    assert (cast.site.code, cast.site.name) == ("01", "Third")
    assert (line.user, line.role, line.to_on) == (cast.monitor, Role.MONITOR, date(2040, 1, 1))


def test_the_system_account_is_only_looked_at(cast: Cast, signed_in: SignedIn) -> None:
    system = User.objects.get(is_system=True)
    page = f"{PEOPLE}{system.pk}/change/"
    client = signed_in(cast.administrator)
    assert client.get(page).status_code == 200
    assert client.post(page, person_data(system)).status_code == 403


def test_the_log_of_the_admin_stays(cast: Cast, signed_in: SignedIn) -> None:
    signed_in(cast.administrator).post(f"{SITES}add/", SITE_03)
    assert LogEntry.objects.get().user_id == cast.administrator.pk
