"""The named cast of the test suite: two hospitals and one person per role, with some company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.actor import Actor
from accounts.models import SITE_STAFF, Membership, Role, Site, User

PASSWORD = "test-pass-1"  # noqa: S105  (throw-away)
SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class Cast:
    """Everyone the tests call by name; `site` is number 01, `other_site` number 02."""

    site: Site
    other_site: Site
    coordinator: User
    coordinator2: User
    investigator: User
    monitor: User
    monitor2: User
    data_manager: User
    data_manager2: User
    safety_reviewer: User
    auditor: User
    administrator: User
    other_coordinator: User
    other_investigator: User

    def actor(self, user: User) -> Actor:
        """The person with the memberships in force now."""
        return Actor.of(user)


def make_cast() -> Cast:
    """Everyone is trained and delegated since 2020; of the investigators the identity was checked."""
    site = Site.objects.create(
        code="01",
        name="The First Affiliated Hospital, Zhejiang University School of Medicine",
        name_zh="浙江大学医学院附属第一医院",
        city="Hangzhou",
        city_zh="杭州",
    )
    other_site = Site.objects.create(
        code="02",
        name="Yuyao Branch, The First Affiliated Hospital, Zhejiang University School of Medicine",
        name_zh="浙江大学医学院附属第一医院余姚分院",
        city="Ningbo",
        city_zh="宁波",
    )
    administrator = join(make_person("wang.min", "Wang Min 王敏"), Role.ADMINISTRATOR)
    known: dict[str, Any] = {"identity_checked_on": SINCE, "identity_checked_by": administrator}
    investigator = make_person("chen.jing", "Chen Jing 陈静", **known)
    join(investigator, Role.INVESTIGATOR, site, delegated_by=investigator)
    other_investigator = make_person("xu.wei", "Xu Wei 徐伟", **known)
    join(other_investigator, Role.INVESTIGATOR, other_site, delegated_by=other_investigator)

    def staff(username: str, full_name: str, at: Site, delegated_by: User) -> User:
        return join(make_person(username, full_name), Role.COORDINATOR, at, delegated_by)

    return Cast(
        site=site,
        other_site=other_site,
        coordinator=staff("lin.yue", "Lin Yue 林悦", site, investigator),
        coordinator2=staff("he.qing", "He Qing 何青", site, investigator),
        investigator=investigator,
        monitor=join(make_person("zhao.lei", "Zhao Lei 赵磊"), Role.MONITOR),
        monitor2=join(make_person("qian.bo", "Qian Bo 钱波"), Role.MONITOR),
        data_manager=join(make_person("sun.ning", "Sun Ning 孙宁"), Role.DATA_MANAGER),
        data_manager2=join(make_person("yu.fang", "Yu Fang 于芳"), Role.DATA_MANAGER),
        safety_reviewer=join(make_person("gao.yuan", "Gao Yuan 高原"), Role.SAFETY_REVIEWER),
        auditor=join(make_person("tang.hua", "Tang Hua 唐华"), Role.AUDITOR),
        administrator=administrator,
        other_coordinator=staff("shen.lu", "Shen Lu 沈露", other_site, other_investigator),
        other_investigator=other_investigator,
    )


def make_person(username: str, full_name: str, language: str = "en", **fields: Any) -> User:
    """An account that can sign in with PASSWORD."""
    return User.objects.create_user(username, PASSWORD, full_name=full_name, language=language, **fields)


def join(user: User, role: Role, site: Site | None = None, delegated_by: User | None = None) -> User:
    """Gives the person the role since 2020; site staff also the training and the delegation."""
    staff = role in SITE_STAFF
    Membership.objects.create(
        user=user,
        role=role,
        site=site,
        from_on=SINCE,
        trained_on=SINCE,
        delegated_on=SINCE if staff else None,
        delegated_by=delegated_by if staff else None,
    )
    return user
