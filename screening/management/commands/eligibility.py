"""Print the computed eligibility of a subject, criterion by criterion. Reads only."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from core import schedule
from core.models import Subject
from screening.eligibility.answers import Finding
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.decision import SignedDecision, decision
from screening.eligibility.evaluation import Evaluation, evaluate_subject, stage_in_force
from screening.eligibility.stages import STAGES


class Command(BaseCommand):
    """In English, whoever asks. The exit code says nothing of the subject: 1 only where there is no such subject."""

    help = "Print what each criterion computes to for a subject, with the values and dates used."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom, and at which stage: without it the one that decides on the subject's next step."""
        parser.add_argument("subject", metavar="NUMBER", help="for example 01-001")
        parser.add_argument("--stage", type=int, choices=sorted(STAGES))
        parser.add_argument("--json", action="store_true", help="under the keys I1 to I8 and E1 to E13")

    def handle(self, *_args: Any, **options: Any) -> None:
        """As of now."""
        subject = Subject.objects.select_related("site").filter(number=options["subject"]).first()
        if subject is None:
            raise CommandError(f"There is no subject {options['subject']}.")
        stage = STAGES[options["stage"]] if options["stage"] else stage_in_force(subject)
        with override("en"):
            found = evaluate_subject(subject, stage)
            signed = decision(subject, stage.number)
            text = as_json(found, signed) if options["json"] else as_table(found, signed)
        self.stdout.write(text)


def as_json(found: Evaluation, signed: SignedDecision | None) -> str:
    """Subject, stage, overall and signed decision, then each criterion under its key."""
    subject = found.facts.subject
    version = next(each for each in schedule.current().versions if each.number == subject.protocol_version)
    head: dict[str, Any] = {
        "subject": subject.number,
        "stage": found.facts.stage.number,
        "protocol_version": version.name,
        "overall": found.overall.value,
        "signed": None
        if signed is None
        else {"decision": signed.decision, "by": signed.by, "at": signed.at.isoformat()},
    }
    criteria = {each.key: _criterion(found.findings[each.key]) for each in CRITERIA}
    texts = {each.key: str(each.wording(subject.protocol_version).text) for each in CRITERIA}
    return json.dumps(
        head | {key: {"answer": said["answer"], "text": texts[key]} | said for key, said in criteria.items()},
        ensure_ascii=False,
        indent=1,
    )


def _criterion(finding: Finding) -> dict[str, Any]:
    used = [
        {
            "label": each.label,
            "value": each.value,
            "on": each.on.isoformat() if each.on else None,
            "place": f"{each.place.visit}/{each.place.form}/{each.place.key}" if each.place else None,
        }
        for each in finding.used
    ]
    return {"answer": finding.answer.value, "used": used, "why": finding.why}


def as_table(found: Evaluation, signed: SignedDecision | None) -> str:
    """For a reader: a line for each criterion, and under it what it rests on."""
    subject = found.facts.subject
    lines = [f"{subject.number}, stage {found.facts.stage.number}: {found.overall.label}", _signature(signed), ""]
    for criterion in CRITERIA:
        finding = found.findings[criterion.key]
        lines.append(f"{criterion.key:<4} {finding.answer:<15} {criterion.wording(subject.protocol_version).name}")
        lines += [f"{'':<21}{each.label}: {each.value}{f' ({each.on})' if each.on else ''}" for each in finding.used]
        lines += [f"{'':<21}{finding.why}"] if finding.why else []
    return "\n".join(lines)


def _signature(signed: SignedDecision | None) -> str:
    if signed is None or signed.decision is None:
        return "No signed decision stands."
    return f"Signed: {signed.decision.label}, by {signed.by}, {signed.at:%Y-%m-%d %H:%M} UTC."
