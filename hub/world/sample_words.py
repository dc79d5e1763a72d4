"""What the sample world's matters are called, and the ports that its importers use: as such matters and ports are."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

PORTS: Final = (
    "2704", "2709", "4601", "4701", "3901", "2304", "3801", "3029", "1703", "5301", "2720", "1601", "1401", "3001",
    "3002", "2811", "5203", "5201", "5206", "1704", "5501", "2402", "2506", "2604", "0401", "1101", "1303", "4909",
    "3004", "0712", "3802", "4102", "2006", "2305", "2002", "3126", "3201", "4103", "4110", "2801", "2303", "1803",
    "2904", "4501", "3501", "1901",
)  # fmt: skip
"""Ports through which much enters, by their ACE codes."""
_OF_KIND: Final[Mapping[str, Sequence[str]]] = {
    "rfi": ("composition and use of {goods}", "price paid for {goods}", "origin of {goods}"),
    "notice_of_action": ("rate advance proposed on {goods}", "value of {goods} to be raised"),
    "liquidation": ("liquidation of entries of {goods}",),
    "psc": ("quantity of {goods} corrected before liquidation", "value of {goods} corrected before liquidation"),
    "protest": (
        "protest of the classification of {goods}",
        "protest of the appraised value of {goods}",
        "protest of duties on {goods} that qualify for a preference",
    ),
    "protest_exclusion": ("protest of the exclusion of {goods}",),
    "protest_accelerated": ("accelerated protest on {goods}",),
    "protest_set_aside": ("further review of a protest on {goods} denied",),
    "internal_advice": ("advice sought on {goods}",),
    "ruling": ("ruling sought on the classification of {goods}", "ruling sought on the origin of {goods}"),
    "ruling_modification": ("ruling on {goods} proposed to be revoked",),
    "detention": ("{goods} detained for examination",),
    "uflpa_detention": ("supply chain of detained {goods} to be traced",),
    "wro_detention": ("{goods} held under a withhold release order",),
    "ipr_detention": ("{goods} with a mark suspected of being counterfeit",),
    "agency_hold": ("{goods} held for another agency",),
    "eapa": ("transshipment of {goods} alleged",),
    "eapa_review": ("review sought of a determination on {goods}",),
    "covered_merchandise": ("whether {goods} are covered merchandise",),
    "circumvention": ("whether {goods} circumvent an order",),
    "adcvd_inquiry": ("whether {goods} are in the scope of an order",),
    "adcvd_liquidation": ("suspension lifted for entries of {goods}",),
    "drawback": ("drawback on exported {goods}",),
    "reconciliation": ("final value of {goods} reconciled",),
    "fta_claim": ("preference claimed after importation of {goods}",),
    "usmca_verification": ("USMCA origin of {goods} verified",),
    "prior_disclosure": ("undervaluation of {goods} disclosed", "wrong origin of {goods} disclosed"),
    "prepenalty_notice": ("penalty proposed for misdescribed {goods}",),
    "penalty": ("petition against a penalty on {goods}",),
    "liquidated_damages": ("liquidated damages for late documents on {goods}",),
    "supplemental_petition": ("supplemental petition on {goods}",),
    "seizure": ("seizure of {goods}",),
    "exclusion_232_301": ("exclusion from duties sought for {goods}",),
    "duty_refund": ("refund of unlawful duties on {goods}",),
    "redelivery": ("{goods} to be redelivered",),
    "marking": ("marks of origin missing on {goods}",),
    "domestic_petition": ("rate of duty on {goods} contested by a domestic producer",),
    "uniformity_issue": ("{goods} treated otherwise at another port",),
    "center_assignment_appeal": ("another Center sought by an importer of {goods}",),
    "e_allegation": ("allegation that {goods} are misdescribed",),
    "informed_compliance": ("outreach to importers of {goods}",),
    "isf": ("late security filing for {goods}",),
    "entry": ("entry of {goods}",),
    "general_order": ("unclaimed {goods} in general order",),
    "in_bond": ("{goods} in bond to another port",),
    "tib": ("{goods} imported for an exhibition",),
    "warehouse": ("{goods} in a bonded warehouse",),
    "ftz": ("{goods} in a foreign-trade zone",),
    "bill": ("bill for additional duties on {goods}",),
    "bond_sufficiency": ("bond too small for entries of {goods}",),
    "surety_demand": ("unpaid duties on {goods} demanded of the surety",),
    "record_production": ("entry records of {goods} demanded",),
    "audit": ("audit of entries of {goods}",),
    "broker_license": ("license of a customs broker",),
    "broker_permit": ("national permit of a customs broker",),
    "ctpat": ("supply chain security of an importer of {goods}",),
}
_OF_TOPIC: Final[Mapping[str, Sequence[str]]] = {
    "classification": ("which heading {goods} belong to",),
    "valuation": ("royalties in the value of {goods}", "first sale as the value of {goods}"),
    "origin": ("origin of {goods} from parts of two countries",),
    "forced_labor": ("proof of where the inputs of {goods} are from",),
    "marking": ("how {goods} are marked with their origin",),
    "drawback": ("substitution in drawback claims for {goods}",),
    "quota": ("quota category of {goods}",),
    "duty_rate": ("rate of duty on {goods}",),
}
_LONGEST: Final = 60
_ASIDE: Final = re.compile(r"\s*\([^)]*\)")
_NARROWER: Final = re.compile(
    r"[;:]| of headings? | of chapters? | not elsewhere| other than | of a kind | suitable for | except | whether "
)
_SAYS_HOW: Final = re.compile(r"(?:whether|not|including|excluding|of|in|for|with|fresh|live|dried|frozen)\b")
_TOO_WIDE: Final = (
    "parts", "parts and accessories", "parts of goods", "machinery", "machines and apparatus", "extracts",
    "other forms", "mineral substances", "other plates", "articles of apparel",
)  # fmt: skip
_LEADS_ON: Final = re.compile(
    r"(?:\s+(?:of|by|for|and|or|with|in|the|a|on|from|to|specially|designed|function|their|own|which|not))+$"
)


def goods_of(code: str, title: str) -> str:
    """What the goods of a heading are called in short, by its title, e.g. `electronic integrated circuits`."""
    whole = _NARROWER.split(_ASIDE.sub("", title))[0].strip(" ,")
    first, _, more = (part.strip() for part in whole.partition(","))
    # of one word, it may be said of what comes behind: medical, surgical, dental or veterinary furniture
    if " " not in first and len(whole) <= _LONGEST and not _SAYS_HOW.match(more):
        first = whole
    if len(first) > _LONGEST:
        first = _LEADS_ON.sub("", first[:_LONGEST].rsplit(" ", 1)[0])
    name = first[0].lower() + first[1:] if first[1:2].islower() else first
    return f"{name} of heading {code}" if name in _TOO_WIDE else name


def title_of_case(kind: str, goods: str, number: int) -> str:
    """The title of a case of that kind about these goods, by its place in the world. Raises `KeyError`."""
    return _title(_OF_KIND[kind], goods, number)


def title_of_issue(topic: str, goods: str, number: int) -> str:
    """The title of an issue of that topic. Raises `KeyError`."""
    return _title(_OF_TOPIC[topic], goods, number)


def title_of_ruling(goods: str) -> str:
    """The title of a ruling."""
    return f"Sample: the tariff classification of {goods}"


def _title(forms: Sequence[str], goods: str, number: int) -> str:
    return f"Sample: {forms[number % len(forms)].format(goods=goods)}"
