"""Medicines that may worsen myasthenia gravis: the groups, and how they are known by name. Knows no database."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Risk(models.TextChoices):
    """Groups that may worsen MG (clinical reference pack, section 6)."""

    NONE = "NONE", _("None of these")
    AMINOGLYCOSIDE = "AMINOGLYCOSIDE", _("Aminoglycoside")
    FLUOROQUINOLONE = "FLUOROQUINOLONE", _("Fluoroquinolone")
    MACROLIDE = "MACROLIDE", _("Macrolide or telithromycin")
    MAGNESIUM = "MAGNESIUM", _("Intravenous magnesium")
    BETA_BLOCKER = "BETA_BLOCKER", _("Beta blocker, also as eye drops")
    ANTIARRHYTHMIC = "ANTIARRHYTHMIC", _("Procainamide or quinidine")
    BOTULINUM = "BOTULINUM", _("Botulinum toxin")
    PENICILLAMINE = "PENICILLAMINE", _("D-penicillamine")
    CHECKPOINT = "CHECKPOINT", _("Immune checkpoint inhibitor")
    QUININE = "QUININE", _("Quinine")
    RELAXANT = "RELAXANT", _("Non-depolarising muscle relaxant")
    VERAPAMIL = "VERAPAMIL", _("Verapamil")
    CONTRAST = "CONTRAST", _("Iodinated contrast medium")


# Parts of names, English in lower case and Chinese. A part stands for a whole group where its names share one.
NAMES: Final[dict[Risk, tuple[str, ...]]] = {
    Risk.AMINOGLYCOSIDE: (
        "gentamicin", "amikacin", "tobramycin", "streptomycin", "neomycin", "kanamycin", "etimicin", "netilmicin",
        "isepamicin", "庆大霉素", "阿米卡星", "妥布霉素", "链霉素", "新霉素", "卡那霉素", "依替米星", "奈替米星",
        "异帕米星",
    ),
    Risk.FLUOROQUINOLONE: ("floxacin", "沙星"),
    Risk.MACROLIDE: ("thromycin", "红霉素", "阿奇霉素", "克拉霉素", "泰利霉素"),
    Risk.MAGNESIUM: ("magnesium", "硫酸镁", "门冬氨酸钾镁"),
    Risk.BETA_BLOCKER: ("olol", "alol", "carvedilol", "洛尔", "卡维地洛"),
    Risk.ANTIARRHYTHMIC: ("procainamide", "quinidine", "普鲁卡因胺", "奎尼丁"),
    Risk.BOTULINUM: ("botulin", "肉毒"),
    Risk.PENICILLAMINE: ("penicillamine", "青霉胺"),
    Risk.CHECKPOINT: (
        "nivolumab", "pembrolizumab", "cemiplimab", "sintilimab", "camrelizumab", "tislelizumab", "toripalimab",
        "atezolizumab", "durvalumab", "avelumab", "ipilimumab", "纳武利尤", "帕博利珠", "信迪利", "卡瑞利珠",
        "替雷利珠", "特瑞普利", "阿替利珠", "度伐利尤", "伊匹木",
    ),
    Risk.QUININE: ("quinine", "奎宁"),
    Risk.RELAXANT: ("curium", "curonium", "库溴铵", "阿曲库铵", "库氯铵"),
    Risk.VERAPAMIL: ("verapamil", "维拉帕米"),
    Risk.CONTRAST: (
        "iohexol", "iopamidol", "iodixanol", "iopromide", "ioversol", "iomeprol", "碘海醇", "碘帕醇", "碘克沙醇",
        "碘普罗胺", "碘佛醇", "碘美普尔", "造影剂",
    ),
}  # fmt: skip
ONLY_BY: Final = {Risk.MAGNESIUM: "INTRAVENOUS"}  # by any other route it is none of the group


def by_name(name: str, route: str | None = None) -> Risk | None:
    """The group a medicine belongs to by its name, None where its name says nothing."""
    spoken = name.casefold()
    for group, parts in NAMES.items():
        if any(part in spoken for part in parts) and ONLY_BY.get(group, route) == route:
            return group
    return None
