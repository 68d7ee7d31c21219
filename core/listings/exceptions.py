"""The listings. Thresholds are parameters of the protocol (mgtrial/protocol.py), shown with each listing."""

# ruff: noqa: S608  (the statements are made of this package's own words)
from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import protocol
from core.listings.base import BY_PERSON, CHANGES, NEWEST, PLACE, Listing

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DAYS: Final = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


def _count(name: str) -> int:
    return int(protocol.number(name))


# A visit's date. Of a subject that went to another site the former one knows the date that it gave itself.
DATED: Final = """
    CROSS JOIN LATERAL (SELECT CASE WHEN %(everywhere)s OR s.site_id = ANY(%(sites)s) THEN v.visit_on ELSE (
        SELECT h.visit_on FROM core_historicalvisit h JOIN core_change own ON own.id = h.change_id
        WHERE h.id = v.id AND own.site_id = ANY(%(sites)s) ORDER BY h.history_id DESC LIMIT 1) END AS visit_on) dated
"""
LATE: Final = Listing(
    "late-entry",
    gettext_lazy("Entered late"),
    gettext_lazy(
        "Data entered long after the visit are harder to trust: who entered them had to remember or to read back."
    ),
    lambda t: _("More than %(days)s days after the visit.") % t,
    lambda line: ngettext("%(n)s day after the visit", "%(n)s days after the visit", line.figure) % {"n": line.figure},
    lambda: {"days": protocol.days("late_entry")},
    f"""
    SELECT c.at, {PLACE}, (c.at AT TIME ZONE site.time_zone)::date - dated.visit_on AS figure
    FROM core_change c JOIN core_subject s ON s.id = c.subject_id JOIN accounts_site site ON site.id = c.site_id
    JOIN core_visit v ON v.subject_id = c.subject_id
        AND c.visit_name = v.code || CASE WHEN v.ordinal > 0 THEN '-' || v.ordinal ELSE '' END
    {DATED}
    WHERE c.at >= %(since)s AND c.at < %(until)s AND (%(everywhere)s OR c.site_id = ANY(%(sites)s))
        AND c.kind = 'CREATE' AND c.role <> '' AND c.form_code <> ''
        AND (c.at AT TIME ZONE site.time_zone)::date - dated.visit_on > %(days)s
    {NEWEST}
    """,
)


def _marked(name: str, title: StrOrPromise, why: StrOrPromise, column: str, item: str) -> Listing:
    return Listing(
        name,
        title,
        why,
        lambda _t: _("Every one."),
        lambda line: ngettext("%(n)s value", "%(n)s values", line.figure) % {"n": line.figure},
        dict,
        f"""
        SELECT c.at, {PLACE}, (SELECT count(*) FROM core_changeitem i WHERE i.change_id = c.id AND i.{item}) AS figure
        {CHANGES} AND c.{column} {NEWEST}
        """,
    )


VERIFIED: Final = _marked(
    "after-verification",
    gettext_lazy("Changed after verification"),
    gettext_lazy(
        "A monitor had compared these values with the source. Why did they change, and does the source say so?"
    ),
    "after_verification",
    "was_verified",
)
SIGNED: Final = _marked(
    "after-signature",
    gettext_lazy("Changed after signature"),
    gettext_lazy("The investigator had signed these forms. They must be signed again."),
    "after_signature",
    "was_signed",
)
BEFORE_LOCK: Final = Listing(
    "before-lock",
    gettext_lazy("Many changes before a lock"),
    gettext_lazy("Data that change in haste just before they are locked deserve a look."),
    lambda t: _("%(changes)s changes or more in the %(days)s days before the lock.") % t,
    lambda line: (
        ngettext("%(n)s change before the lock", "%(n)s changes before the lock", line.figure) % {"n": line.figure}
    ),
    lambda: {"days": protocol.days("listing_lock_days"), "changes": _count("listing_lock_changes")},
    f"""
    SELECT l.at, l.site_id, s.number AS subject, h.visit_name, h.form_code, h.record_key, l.id AS change,
        l.actor_name AS actor, n.n AS figure
    FROM core_holdstep step JOIN core_hold h ON h.id = step.hold_id JOIN core_change l ON l.id = step.change_id
    JOIN core_subject s ON s.id = h.subject_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM core_change c WHERE c.subject_id = h.subject_id AND c.kind IN ('CHANGE', 'VOID')
        AND c.at < l.at AND c.at >= l.at - make_interval(days => %(days)s)
        AND (h.level IN ('SUBJECT', 'SITE', 'STUDY') OR c.visit_name = h.visit_name AND h.level = 'VISIT'
             OR (c.visit_name, c.form_code, c.record_key) = (h.visit_name, h.form_code, h.record_key))) n
    WHERE step.verb = 'LOCK' AND l.at >= %(since)s AND l.at < %(until)s
        AND (%(everywhere)s OR l.site_id = ANY(%(sites)s)) AND n.n >= %(changes)s
    {NEWEST}
    """,
)
ODD_HOURS: Final = Listing(
    "odd-hours",
    gettext_lazy("At odd hours"),
    gettext_lazy("Entered or changed at night or at a weekend, by the site's own clock. Duty explains much, not all."),
    lambda t: _("Saturday, Sunday, or from %(evening)s:00 to %(morning)s:00.") % t,
    lambda line: _("at %(time)s, %(day)s") % {"time": f"{line.figure:%H:%M}", "day": DAYS[line.figure.weekday()]},
    lambda: {"evening": protocol.hours("listing_evening"), "morning": protocol.hours("listing_morning")},
    f"""
    SELECT * FROM (
        SELECT c.at, {PLACE}, c.at AT TIME ZONE site.time_zone AS figure
        FROM core_change c JOIN core_subject s ON s.id = c.subject_id JOIN accounts_site site ON site.id = c.site_id
        WHERE c.at >= %(since)s AND c.at < %(until)s AND (%(everywhere)s OR c.site_id = ANY(%(sites)s))
            {BY_PERSON}) found
    WHERE extract(isodow FROM figure) > 5 OR extract(hour FROM figure) >= %(evening)s
        OR extract(hour FROM figure) < %(morning)s
    {NEWEST}
    """,
)
IDENTICAL: Final = Listing(
    "identical",
    gettext_lazy("The same values in several subjects"),
    gettext_lazy("Two people seldom have all the same values. A copied form looks like this."),
    lambda t: _("A form with %(items)s answers or more, entered alike for two subjects of a site or more.") % t,
    lambda line: _("%(n)s answers, all as in %(others)s") % {"n": line.figure, "others": line.others},
    lambda: {"items": _count("listing_identical_items")},
    f"""
    WITH entered AS (
        SELECT c.at, {PLACE}, count(*) AS figure,
            md5(string_agg(i.field || '=' || i."new"::text, ';' ORDER BY i.table_name, i.row_key, i.field)) AS content
        FROM core_change c JOIN core_subject s ON s.id = c.subject_id
        JOIN core_changeitem i ON i.change_id = c.id AND i.system_rule = '' AND i.field NOT IN ('*', 'form_version')
            AND i.table_name NOT IN ('core_visit', 'core_subject')
        WHERE c.at < %(until)s AND (%(everywhere)s OR c.site_id = ANY(%(sites)s))
            AND c.kind = 'CREATE' AND c.role <> '' AND c.form_code <> ''
        GROUP BY c.id, s.number HAVING count(*) >= %(items)s)
    SELECT e.at, e.site_id, e.subject, e.visit_name, e.form_code, e.record_key, e.change, e.actor, e.figure,
        (SELECT string_agg(DISTINCT o.subject, ', ' ORDER BY o.subject) FROM entered o
         WHERE (o.site_id, o.form_code, o.content) = (e.site_id, e.form_code, e.content)
             AND o.subject <> e.subject) AS others
    FROM entered e WHERE e.at >= %(since)s AND EXISTS (
        SELECT FROM entered o WHERE (o.site_id, o.form_code, o.content) = (e.site_id, e.form_code, e.content)
        AND o.subject <> e.subject)
    {NEWEST}
    """,
)
FAST: Final = Listing(
    "fast-entry",
    gettext_lazy("Faster than a person types"),
    gettext_lazy("So many answers in so short a time were hardly read from a source and typed one by one."),
    lambda t: _("%(items)s answers or more, less than %(seconds)s seconds for each since the person's last save.") % t,
    lambda line: _("%(seconds)s seconds for each answer") % {"seconds": f"{line.figure:.1f}"},
    lambda: {"items": _count("listing_fast_items"), "seconds": protocol.number("listing_fast_seconds")},
    f"""
    WITH saved AS (
        SELECT c.at, {PLACE}, c.kind, c.at - lag(c.at) OVER (PARTITION BY c.actor_id ORDER BY c.at, c.id) AS since_last
        {CHANGES} {BY_PERSON})
    SELECT saved.at, site_id, subject, visit_name, form_code, record_key, change, actor,
        extract(epoch FROM since_last) / n.n AS figure
    FROM saved CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM core_changeitem i WHERE i.change_id = saved.change AND i.system_rule = ''
        AND i.field NOT IN ('*', 'form_version') AND i."new" IS NOT NULL) n
    WHERE kind = 'CREATE' AND n.n >= %(items)s AND extract(epoch FROM since_last) < n.n * %(seconds)s
    {NEWEST}
    """,
)
BURST: Final = Listing(
    "burst",
    gettext_lazy("Bursts of one person"),
    gettext_lazy(
        "Many changes of one person within minutes: a correction of a whole series, or something to ask about."
    ),
    lambda t: _("%(changes)s changes or more within %(minutes)s minutes.") % t,
    lambda line: ngettext("%(n)s change", "%(n)s changes", line.figure) % {"n": line.figure},
    lambda: {"changes": _count("listing_burst_changes"), "minutes": _count("listing_burst_minutes")},
    f"""
    WITH run AS (
        SELECT c.at, {PLACE}, c.actor_id, count(*) OVER (
            PARTITION BY c.actor_id ORDER BY c.at
            RANGE BETWEEN make_interval(mins => %(minutes)s) PRECEDING AND CURRENT ROW) AS figure
        {CHANGES} AND c.role <> '' AND c.kind IN ('CHANGE', 'VOID')),
    peak AS (
        SELECT *, row_number() OVER (PARTITION BY actor_id, date_trunc('hour', at) ORDER BY figure DESC, at) AS place
        FROM run WHERE figure >= %(changes)s)
    SELECT at, site_id, subject, visit_name, form_code, record_key, change, actor, figure FROM peak WHERE place = 1
    {NEWEST}
    """,
)

LISTINGS: Final = (LATE, VERIFIED, SIGNED, BEFORE_LOCK, ODD_HOURS, IDENTICAL, FAST, BURST)
BY_NAME: Final = {listing.name: listing for listing in LISTINGS}
