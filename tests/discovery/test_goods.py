"""Goods are the same by what they are, by whom, of what and how large; outcomes contradict each other or do not."""

from typing import Final

import pytest

from graph_schema.decision_codes import country_in, outcome_code, question_code, tariff_number_in
from hub.detection.compared import Compared
from hub.detection.goods import Goods, maker_key, quantities, same_goods

_NUMBER: Final = "7306.30.5032"


@pytest.mark.parametrize(
    ("text", "measures", "amount"),
    [
        ("pipe, 2-inch", "length", 0.0508), ('2" pipe', "length", 0.0508), ("two-inch pipe", "length", 0.0508),
        ("50.8mm pipe", "length", 0.0508), ("1-1/2 in. bolts", "length", 0.0381), ("3/4 inch foam", "length", 0.01905),
        ("bags of 1,000 lbs", "mass", 453.59237), ("1.5 kw supplies", "power", 1500), ("100 percent", "percent", 100),
        ("copy paper, 75 g/m2", "area density", 0.075), ("16 fl oz cans", "volume", 0.000473176473),
    ],
)  # fmt: skip
def test_a_quantity_is_read_with_its_unit(text: str, measures: str, amount: float) -> None:
    ((found,), rest) = quantities(text)
    assert (found.measures, found.amount) == (measures, pytest.approx(amount))
    assert not any(map(str.isdigit, rest))


def test_what_has_no_unit_is_no_quantity() -> None:
    assert quantities("3 in 1 printers, model 4711, for 2 persons")[0] == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("steel pipe, 2-inch", "pipe of steel, 50.8 mm", True),
        ("steel pipe, 2-inch", "steel pipe, 12-inch", False),
        ("steel pipe, 2-inch, 6 m long", "steel pipe, 2-inch", True),
        ("men's knitted shirts", "women's knitted shirts", False),
        ("bleached cotton fabric", "unbleached cotton fabric", False),
        ("cooking pots with lids", "cooking pots without lids", False),
        ("barcode scanner TX-900", "TX-900 scanner for bar codes", True),
        ("barcode scanner TX-900", "barcode scanner TX-901", False),
        ("gate valves of steel", "parts of gate valves, of steel", False),
        ("steel office desks", "steel office chairs", False),
        ("bicycle frames of aluminium", "aluminum bike frames", True),
        ("hooded raincoats of polyester", "adult raincoats, waterproof, in bags", True),
    ],
)
def test_descriptions_of_one_maker_are_of_the_same_goods_or_not(one: str, other: str, same: bool) -> None:
    first, second = (Goods.of(_NUMBER, "CN", "Sample Works", text) for text in (one, other))
    assert (same_goods(first, second) is not None) is same
    assert same_goods(second, first) == same_goods(first, second)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("smart watches", "smart watch with pulse sensor", True),
        ("smartwatches", "smartwatch", True),
        ("monitors", "computer monitors", False),
        ("hooded raincoats of polyester", "adult raincoats, waterproof, in bags", False),
    ],
)
def test_goods_of_one_maker_under_two_numbers_must_be_alike_in_words(one: str, other: str, same: bool) -> None:
    first = Goods.of("8517.62.0090", "CN", "Sample Works", one)
    assert (same_goods(first, Goods.of("9102.12.8040", "CN", "Sample Works", other)) is not None) is same


def test_goods_without_a_description_are_the_same_by_number_and_maker_where_the_number_is_of_few() -> None:
    def found(number: str) -> bool:
        return same_goods(Goods.of(number, "CN", "Works", "hooks"), Goods.of(number, "CN", "Works", "")) is not None

    assert found("8482.10.5032")
    assert not found("7326.90.8688")


def test_makers_are_known_by_their_names_without_their_form() -> None:
    assert maker_key("Sample Foods S.p.A.") == maker_key("SAMPLE FOODS SPA") == "sample foods"
    assert maker_key("  Co., Ltd. ") is None


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        (("allowed", "8471.30.0100"), ("denied", "8471.30.0100"), True),
        (("allowed", "8471.30.0100"), ("allowed", "8528.52.0000"), True),
        (("allowed", "8471.30.0100"), ("denied", "8528.52.0000"), False),
        (("denied", "8471.30.0100"), ("denied", "8528.52.0000"), False),
        (("allowed", "8471.30.0100"), ("allowed", "8471.30.0190"), False),
        (("classified in 8528.52.0000", "8471.30.0100"), ("allowed", "8471.30.0100"), True),
        (("allowed", "8471.30.0100"), ("allowed in part", "8471.30.0100"), True),
    ],
)
def test_classifications_contradict_each_other_by_the_numbers_that_hold(
    one: tuple[str, str], other: tuple[str, str], contradict: bool
) -> None:
    goods = {"question": "classification", "origin": "CN", "maker": "Works", "description": "notebook computers"}
    first, second = (Compared.of({**goods, "outcome": outcome, "hts10": hts10}) for outcome, hts10 in (one, other))
    assert (first.contradicts(second) is not None) is contradict
    assert (second.contradicts(first) is not None) is contradict


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Approved.", "allowed"), ("granted in full", "allowed"), ("not dutiable", "allowed"),
        ("outside the scope", "allowed"), ("no infringement found", "allowed"), ("exclusion applies", "allowed"),
        ("denied", "denied"), ("not allowed", "denied"), ("excluded from entry", "denied"), ("dutiable", "denied"),
        ("within the scope", "denied"), ("rate advanced", "denied"), ("allowed in part", "allowed_in_part"),
        ("see memorandum", None),
    ],
)  # fmt: skip
def test_outcomes_are_read_from_their_words(text: str, code: str | None) -> None:
    assert outcome_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tariff classification", "classification"), ("which subheading applies?", "classification"),
        ("country of origin marking", "marking"), ("country of origin", "origin"), ("customs value", "valuation"),
        ("scope of A-570-967", "adcvd_scope"), ("UFLPA admissibility", "forced_labor"), ("item 4", None),
    ],
)  # fmt: skip
def test_questions_are_read_from_their_words(text: str, code: str | None) -> None:
    assert question_code(text) == code


def test_numbers_and_countries_are_read_where_there_is_one() -> None:
    assert tariff_number_in("classified in 8528.52.0000") == "8528520000"
    assert tariff_number_in("8528.52.0000, not 8471.30.0100") is None
    assert country_in("origin is Viet Nam") == country_in("Origin: VN") == "VN"
    assert country_in("from China and Mexico") is None
