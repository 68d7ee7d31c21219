"""The people of the demo trial: two hospitals, one person per role, made, trained and delegated as real ones are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db import transaction

from accounts.actor import Actor, system_actor
from accounts.models import SITE_STAFF, Membership, Role, Site, User

RowT = TypeVar("RowT", Site, User, Membership)

REASON = "Demo trial"  # stands in the history of all that is made here: by it the demo is known again
PASSWORD = "myasthenia-demo"  # noqa: S105  (printed by the command; it opens invented data only)
SINCE = date(2023, 4, 10)

SITES = (
    {
        "code": "01",
        "name": "The First Affiliated Hospital, Zhejiang University School of Medicine",
        "name_zh": "浙江大学医学院附属第一医院",
        "city": "Hangzhou",
        "city_zh": "杭州",
    },
    {
        "code": "02",
        "name": "Demo Hospital of Shaoxing",
        "name_zh": "绍兴演示医院",
        "city": "Shaoxing",
        "city_zh": "绍兴",
    },
)


@dataclass(frozen=True)
class Person:
    """One member of the cast; `site` is empty for those who work for all sites."""

    username: str
    full_name: str
    role: Role
    site: str = ""


# The administrator first, who makes the others. Of a site's staff the investigator first, who delegates the rest.
PEOPLE = (
    Person("wang.min", "Wang Min 王敏", Role.ADMINISTRATOR),
    Person("chen.jing", "Chen Jing 陈静", Role.INVESTIGATOR, "01"),
    Person("lin.yue", "Lin Yue 林悦", Role.COORDINATOR, "01"),
    Person("xu.wei", "Xu Wei 徐伟", Role.INVESTIGATOR, "02"),
    Person("shen.lu", "Shen Lu 沈露", Role.COORDINATOR, "02"),
    Person("zhao.lei", "Zhao Lei 赵磊", Role.MONITOR),
    Person("sun.ning", "Sun Ning 孙宁", Role.DATA_MANAGER),
    Person("gao.yuan", "Gao Yuan 高原", Role.SAFETY_REVIEWER),
    Person("tang.hua", "Tang Hua 唐华", Role.AUDITOR),
)
# As a new user would try them.
SHOWN = (Role.COORDINATOR, Role.INVESTIGATOR, *(role for role in Role if role not in SITE_STAFF))


def is_there() -> bool:
    """Was the demo's cast made in this database?"""
    return bool(Site.history.filter(history_change_reason=REASON).exists())


@transaction.atomic
def make() -> None:
    """The sites and the people. IntegrityError or ValidationError where a number or a user name is taken."""
    sites = {
        data["code"]: _save(
            Site(**data, seal_recipients=f"trial-archive-{data['code']}@hospital.example"), by=system_actor().user
        )
        for data in SITES
    }
    made: dict[str, User] = {}
    for person in PEOPLE:
        user = User(username=person.username, full_name=person.full_name)
        user.set_password(PASSWORD)
        if person.role is Role.INVESTIGATOR:  # who alone signs
            user.identity_checked_on, user.identity_checked_by = SINCE, made[PEOPLE[0].username]
        by = made.get(PEOPLE[0].username) or system_actor().user
        made[person.username] = _save(user, by=by)
        head = next((each for each in PEOPLE if each.site and each.site == person.site), None)
        _save(_membership(person, user, sites.get(person.site), made[head.username] if head else None), by=by)


def _membership(person: Person, user: User, site: Site | None, head: User | None) -> Membership:
    """Site staff are trained, and delegated by the site's investigator, who signs their own line too."""
    return Membership(
        user=user,
        role=person.role,
        site=site,
        from_on=SINCE,
        trained_on=SINCE,
        delegated_on=SINCE if head else None,
        delegated_by=head,
    )


def _save(row: RowT, *, by: User) -> RowT:
    row.attribute_to(by, REASON)
    row.full_clean()
    row.save()
    return row


def actor(role: Role, site: str = "") -> Actor:
    """The person of that role, with the memberships in force."""
    person = next(each for each in PEOPLE if each.role is role and each.site in ("", site))
    return Actor.of(User.objects.get(username=person.username))


def sign_ins() -> list[str]:
    """A line for each person who can sign in, in columns."""
    people = sorted(PEOPLE, key=lambda person: (SHOWN.index(person.role), person.site))
    rows = [(str(each.role.label), each.site or "all", each.username, PASSWORD, each.full_name) for each in people]
    rows.insert(0, ("Role", "Site", "User name", "Password", "Person"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return ["  ".join([*map(str.ljust, row, widths), row[4]]) for row in rows]
