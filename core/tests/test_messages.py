"""The pages are complete in Chinese, and the check that says so can be trusted."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import polib  # type: ignore[import-untyped]
import pytest
from django.core.management import CommandError, call_command

from core.bare_text import bare_text
from core.i18n import collect, placeholders

MODULE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, npgettext, pgettext

NAME = gettext_lazy("Vital signs")
WORDS = [_("Saved by %(person)s"), _("Expected {low} to {high}"), pgettext("state", "Due")]
SUM = ngettext("%(count)s query", "%(count)s queries", 2)
"""
TEMPLATE = """{% load i18n %}
<h1 title="{% translate 'Home' %}">{% translate "Work list" context "page" %}</h1>
    {% blocktranslate with n=number trimmed %}
      Page {{ n }}
    {% endblocktranslate %}
<b>{{ name|default:_("Nobody") }}</b>
"""
CHINESE = {
    "Vital signs": "生命体征",
    "Saved by %(person)s": "由%(person)s保存",
    "Expected {low} to {high}": "预期{low}至{high}",
    "Due": "到期",
    "%(count)s query": "%(count)s条质疑",
    "Home": "首页",
    "Work list": "工作清单",
    "Page %(n)s": "第%(n)s页",
    "Nobody": "无人",
}


class Project:
    """A small project of its own, with one module and one template."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalogue = root / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
        self.write("app/words.py", MODULE)
        self.write("templates/app/page.html", TEMPLATE)
        self.run()
        self.translate(CHINESE)
        self.run()

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def translate(self, chinese: dict[str, str]) -> None:
        entries = polib.pofile(str(self.catalogue))
        for entry in entries:
            if entry.msgid_plural:
                entry.msgstr_plural = {0: chinese.get(entry.msgid, entry.msgstr_plural[0])}
            else:
                entry.msgstr = chinese.get(entry.msgid, entry.msgstr)
        entries.save()

    def run(self, *arguments: str) -> str:
        """What the command says; a failed check ends in "REFUSED"."""
        out = StringIO()
        folders = ["--root", str(self.root), "--locale", str(self.root / "locale")]
        try:
            call_command("messages", *arguments, *folders, stdout=out)
        except CommandError:
            out.write("REFUSED")
        return out.getvalue()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_it_works(project: Project) -> None:
    assert project.run("--check") == "9 strings, 0 to be mended\n"
    compiled = polib.mofile(str(project.catalogue.with_suffix(".mo")))
    assert {entry.msgid for entry in compiled} == set(CHINESE)
    assert compiled.find("Due", msgctxt="state").msgstr == "到期"


def test_no_page_of_this_project_lacks_its_chinese() -> None:
    out = StringIO()
    try:
        call_command("messages", check=True, stdout=out)
    except CommandError as error:
        pytest.fail(f"{out.getvalue()}{error}", pytrace=False)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("app/new.py", 'X = _("Planted")', "app/new.py: 'Planted' is not in the catalogue"),
        ("templates/new.html", '{% load i18n %}{% translate "Planted" %}', "'Planted' is not in the catalogue"),
        ("templates/new.html", "<p>Planted <b>12</b></p>", "templates/new.html: 'Planted' is not marked"),
        ("templates/new.html", '<input placeholder="Planted">', "'Planted' is not marked"),
    ],
)
def test_a_new_string_is_found(project: Project, name: str, text: str, complaint: str) -> None:
    project.write(name, text)
    said = project.run("--check")
    assert complaint in said
    assert said.endswith("REFUSED")


def test_gathered_is_not_yet_translated(project: Project) -> None:
    project.write("app/new.py", '_("Planted")')
    project.run()
    assert "'Planted' is not translated" in project.run("--check")


def test_checking_changes_nothing(project: Project) -> None:
    before = project.catalogue.read_bytes()
    project.write("app/new.py", '_("Planted")')
    project.run("--check")
    assert project.catalogue.read_bytes() == before


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Saved by %(person)s", "由%(who)s保存"),
        ("Expected {low} to {high}", "预期{low}"),
        ("%(count)s query", "一条质疑"),
        ("Home", "首页%s"),
    ],
)
def test_a_translation_with_other_placeholders_is_found(project: Project, english: str, chinese: str) -> None:
    project.translate({english: chinese})
    project.run()
    assert f"{english!r} has other placeholders" in project.run("--check")


def test_a_fuzzy_translation_is_found_and_stays_fuzzy(project: Project) -> None:
    entries = polib.pofile(str(project.catalogue))
    entries.find("Home").flags.append("fuzzy")
    entries.save()
    project.run()
    assert "'Home' is marked fuzzy" in project.run("--check")


def test_a_translation_not_compiled_is_found(project: Project) -> None:
    project.translate({"Home": "主页"})
    assert "django.mo is older than django.po" in project.run("--check")


def test_a_plural_added_in_the_code_is_found(project: Project) -> None:
    project.write("app/new.py", 'ngettext("Vital signs", "%(n)s vital signs", n)')
    assert "'Vital signs' has or has not a plural" in project.run("--check")


def test_what_is_gone_is_dropped_and_the_rest_keeps_its_translation(project: Project) -> None:
    project.write("app/words.py", 'NAME = gettext_lazy("Vital signs")')
    project.run()
    left = {entry.msgid: entry.msgstr for entry in polib.pofile(str(project.catalogue))}
    assert left == {key: CHINESE[key] for key in ("Vital signs", "Home", "Work list", "Page %(n)s", "Nobody")}


def test_a_second_run_changes_no_byte(project: Project) -> None:
    files = [project.catalogue, project.catalogue.with_suffix(".mo")]
    before = [path.read_bytes() for path in files]
    project.run()
    assert [path.read_bytes() for path in files] == before


@pytest.mark.parametrize("name", ["tests/words.py", "app/migrations/0001.py", ".venv/lib/words.py", "docs/page.html"])
def test_strings_no_reader_meets_are_left_out(project: Project, name: str) -> None:
    project.write(name, '_("Planted")')
    assert ("", "Planted") not in collect(project.root)


def test_names_may_change_places_and_nameless_ones_may_not() -> None:
    assert placeholders("%(a)s of {b}, 5 %, %%s") == placeholders("{b} %(a)s %(a)s")
    assert placeholders("%s of %d") != placeholders("%d of %s")


@pytest.mark.parametrize(
    "template",
    [
        '<p class="note wide" id="x">{{ name }}: 12 &middot; 5 &#176;</p>',
        '<kbd>Ctrl</kbd><span translate="no">MG-ADL <b>QMG</b></span>',
        "{% comment %}For makers.{% endcomment %}{# Also. #}{% blocktranslate %}Marked{% endblocktranslate %}",
        "<svg><use href='#a'/></svg><br>{% if a %}{{ b }}{% endif %}",
    ],
)
def test_what_needs_no_translation_is_not_complained_about(template: str) -> None:
    assert bare_text(template) == []


def test_words_after_a_silent_element_are_heard_again() -> None:
    assert bare_text('<span translate="no">QMG<br><img alt="chart"></span> and <i>more</i>') == ["and", "more"]
