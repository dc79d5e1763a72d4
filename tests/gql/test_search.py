"""Search: words with a typo, numbers and codes, the hub's own order, highlights."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph_schema.cypher import Statement
from graph_schema.graph import GRAPH
from graph_schema.words import cut, other_words, runs
from hub.database.graph import Graph
from hub.errors import BadInput
from hub.gql.request import GraphQLRequest
from hub.gql.search_text import LEFT_OUT, Sought, Terms, codes, highlighted, query, words
from hub.viewer import PUBLIC, Viewer
from tests.asking import questions
from tests.random_world import random_world
from tests.renewed import renewed

Run = Callable[..., Any]
Find = Callable[..., Any]


@pytest.fixture
def find(database: Graph, run: Run) -> Find:
    """What a search finds, as (node id, match) pairs, in order."""
    world = random_world(2)
    named = {
        ("Importer", "00-0000001SW"): "Zorro Électronique",
        ("Importer", "00-0000002SW"): "Zorro",
        ("Importer", "00-0000003SW"): "Great Zorro Zorro",
    }
    for key, name in named.items():
        world.nodes[key]["name"] = name
    run(renewed(database, "zorro", world.write))
    hub = questions(database)

    def found(text: str, kinds: str = "[Importer]", account: str = "tests.example|trade") -> list[tuple[str, str]]:
        query = (
            f"query Q($text: String!) {{ search(text: $text, kinds: {kinds}) {{ edges {{ match node {{ nodeId }} }}"
            " } }"
        )
        answer = run(hub.answer(GraphQLRequest(query, None, {"text": text}), Viewer(account) if account else PUBLIC))
        assert "errors" not in answer, answer
        return [(edge["node"]["nodeId"], edge["match"]) for edge in answer["data"]["search"]["edges"]]

    return found


ONE, TWO, THREE = (f"Importer:00-000000{number}SW" for number in (1, 2, 3))


def test_the_order_is_exact_prefix_words_key(find: Find) -> None:
    assert find("zorro") == [(TWO, "EXACT"), (ONE, "PREFIX"), (THREE, "WORDS")]
    assert find("great zorro")[0] == (THREE, "PREFIX")
    assert [row for row, _ in find("great zorro")] == [THREE, ONE, TWO]


@pytest.fixture
def about(find: Find, database: Graph, run: Run) -> Find:
    """What a search among public rows about quokkatronics finds, in order."""
    rows = """CREATE (:Center {code: 'CEE099', name: 'Quokkatronics', scope: 'wombats', source: 'sample'})
      CREATE (:Office {code: 'OT-Q', name: 'Samples', function: 'parts of quokkatronics', source: 'sample'})
      CREATE (:HtsHeading {code: '9998', title: 'Wombats for quokkatronics', source: 'sample'})
      CREATE (:ForcedLaborOrder {id: 'f', entity: 'Wombat Training Center', source: 'sample'})
      CREATE (:AdcvdOrder {number: 'A-1', product: 'Quokkatronics and centers of wombats', source: 'sample'})"""
    run(database.write([Statement(rows)]))
    kinds = "[AdcvdOrder, ForcedLaborOrder, HtsHeading, Office, Center]"
    return lambda text: [row.partition(":")[0] for row, _ in find(text, kinds, "")]


@pytest.mark.parametrize("text", ["quokatronics", "the quokkatronics"])
def test_what_has_all_words_in_its_name_comes_before_what_only_tells_of_them(text: str, about: Find) -> None:
    assert about(text) == ["Center", "HtsHeading", "AdcvdOrder", "Office"]


@pytest.mark.parametrize("text", ["quokkatronics", "QUOKKATRONIC"])
def test_a_name_that_begins_so_comes_before_others_that_hold_it(text: str, about: Find) -> None:
    assert about(text) == ["Center", "AdcvdOrder", "HtsHeading", "Office"]


@pytest.mark.parametrize("text", ["Quokkatronics Center", "center quokatronics", "quokkatronics centres"])
def test_words_that_say_what_a_row_is_need_not_be_in_its_name(text: str, about: Find) -> None:
    assert about(text)[:2] == ["Center", "AdcvdOrder"]
    assert set(about(text)) >= {"HtsHeading", "Office"}


def test_a_word_that_says_what_it_is_finds_what_has_it_where_it_stands_alone(about: Find) -> None:
    assert about("center") == [*["Center"] * 3, "ForcedLaborOrder", "AdcvdOrder"], "three are called so"
    assert about("wombats center")[:2] == ["ForcedLaborOrder", "AdcvdOrder"]
    assert about("center wombats quokkatronics")[0] == "AdcvdOrder"


@pytest.mark.parametrize("text", ["zoro", "zorrro", "zorra", "zrorro", "orro", "ZORRO", "zórro", "zorr"])
def test_a_word_may_hold_one_typo_or_be_cut_short(text: str, find: Find) -> None:
    assert {row for row, _ in find(text)} == {ONE, TWO, THREE}


def test_accents_do_not_matter(find: Find) -> None:
    assert find("electronique") == find("Électronique") == find("elektronique") == [(ONE, "WORDS")]


@pytest.mark.parametrize("text", ["zaarro", "zooorro", "xorra", "or"])
def test_two_typos_are_two_too_many(text: str, find: Find) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "kinds", "row"),
    [
        ("00-0000002sw", "[Importer]", TWO),
        (" 2704 ", "[Port]", "Port:ACE:2704"),
        ("8542", "[HtsHeading]", "HtsHeading:8542"),
        ("8542.31.0001", "[HtsHeading]", "HtsHeading:8542"),
        ("8542310001", "[HtsChapter]", "HtsChapter:85"),
        ("cee002", "[Center]", "Center:CEE002"),
        ("n-98", "[Case]", "Case:case-01"),
        ("s03", "[Broker]", "Broker:S03"),
        ("fda", "[Agency]", "Agency:FDA"),
    ],
)
def test_a_number_or_code_goes_straight_to_its_row(text: str, kinds: str, row: str, find: Find) -> None:
    assert find(text, kinds)[0] == (row, "EXACT")


def test_an_entry_number_goes_straight_to_its_row(find: Find, database: Graph, run: Run) -> None:
    number = run(database.read_one("MATCH (e:Entry) RETURN e.number ORDER BY e.number LIMIT 1", {}))
    assert find(number.lower(), "[Entry]") == [(f"Entry:{number}", "EXACT")]
    assert find(number, "[Entry]", "") == []


@pytest.mark.parametrize(
    "text",
    [
        '"',
        'zorro"',
        "a* OR b*",
        "*:*",
        "name:zorro",
        "/.*/",
        "zorro~",
        "[a TO q]",
        "\\",
        "+zorro -zorro",
        "zorro^99",
        "') RETURN xx //",
        "NOT zorro",
    ],
)
@pytest.mark.usefixtures("find")
def test_query_syntax_is_read_as_words(text: str, database: Graph, run: Run) -> None:
    query = "query Q($t: String!) { search(text: $t, kinds: [Importer]) { totalCount } }"
    answer = run(questions(database).answer(GraphQLRequest(query, None, {"t": text}), Viewer("tests.example|trade")))
    if "errors" in answer:
        assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"
        assert "at least one word" in answer["errors"][0]["message"]
    else:
        assert answer["data"]["search"]["totalCount"] == (3 if "zorro" in text else 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at least one word"),
        ("?!", "at least one word"),
        ("x" * 201, "at most 200"),
        (" ".join(f"w{n}" for n in range(11)), "at most 10"),
        ("123-45-6789", "Social Security"),
    ],
)
def test_a_text_that_cannot_be_searched_is_refused(text: str, message: str, database: Graph, run: Run) -> None:
    query = "query Q($t: String!) { search(text: $t) { totalCount } }"
    answer = run(questions(database).answer(GraphQLRequest(query, None, {"t": text}), PUBLIC))
    assert message in answer["errors"][0]["message"]
    assert "123-45" not in str(answer)


def test_a_sentence_is_counted_by_the_words_that_an_index_has() -> None:
    text = "Is entry ABC-1234567-6 still open or was it liquidated?"
    assert Terms.of(text).words == ("entry", "abc", "1234567", "6", "still", "open", "liquidated")
    assert Terms.of("is it open").words == ("is", "it", "open"), "a few of them do no harm"
    assert len(Terms.of(" ".join(sorted(LEFT_OUT))).words) == 10
    with pytest.raises(BadInput, match="at most 10 different words, not 11"):
        Terms.of(" ".join(("the", *(f"w{number}" for number in range(11)))))


@pytest.mark.parametrize("text", ["㈱見本", "(株)見本", "株式会社見本"])
def test_a_company_is_shown_by_the_sign_of_its_kind_or_its_words(text: str) -> None:
    for name in ("㈱見本", "\uff08株\uff09見本", "株式会社見本"):
        (shown,) = highlighted(words(text), [("name", f"新 {name} です")])
        assert [part["text"] for part in shown["parts"] if part["matched"]] == [name]


@pytest.mark.parametrize(
    ("text", "label", "found"),
    [
        ("Ch. 85", "HtsChapter", ["85"]),
        ("goods of chapter 85", "HtsChapter", ["85"]),
        ("see hdg 8542 of Ch. 85", "HtsHeading", ["8542"]),
        ("see HRL 967890", "Ruling", ["HQ 967890"]),
        ("is HQ Ruling H301234 revoked", "Ruling", ["HQ H301234"]),
        ("entry 112345673", "Entry", ["001-1234567-3"]),
        ("Is entry 112345673 still open?", "Entry", ["001-1234567-3"]),
        ("entry 112345678", "Importer", []),
        ("2704/status", "Port", ["2704"]),
        ("ABC-1234567-6/status", "Entry", ["ABC-1234567-6"]),
        ("what of 8542.31/heading", "HtsHeading", ["8542"]),
        ("antidumping order A570979, please", "AdcvdOrder", ["A-570-979"]),
        ("\u201cHUB-26-4T7Q2Z9K\u201d is late!", "Case", ["HUB-26-4T7Q2Z9K"]),
    ],
)
def test_a_code_is_known_by_what_it_is_called_in_a_text(text: str, label: str, found: list[str]) -> None:
    assert codes(GRAPH.node(label), Sought(text))[: len(found)] == found


@pytest.mark.parametrize("text", ["112345678", "invoice 112345678", "entry 123-45-6789", "SSN of an entry 123456789"])
def test_nine_digits_that_no_entry_is_called_by_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="Social Security"):
        codes(GRAPH.node("Importer"), Sought(text))


def test_words_are_shown_where_they_stand() -> None:
    parts = highlighted(
        words("electronics zoro"), [("name", "The Zorro, Électronics!"), ("scope", "nothing"), ("empty", None)]
    )
    assert [(found["property"], [(part["text"], part["matched"]) for part in found["parts"]]) for found in parts] == [
        ("name", [("The ", False), ("Zorro", True), (", ", False), ("Électronics", True), ("!", False)])
    ]


def test_a_row_is_found_as_soon_as_it_is_written(find: Find, database: Graph, run: Run) -> None:
    run(database.write([Statement("CREATE (:Ruling {number: 'SAMPLE 77', title: 'Of quokkas', source: 'sample'})")]))
    assert find("quokkas", "[Ruling]", "") == [("Ruling:SAMPLE 77", "WORDS")]


_SCRIPTS = {
    "ASCII": "abcXYZ0123456789",
    "Latin": "áéíóúñçüßøłđşıİœæÅžÑẞṩộơ",
    "Greek": "αάβγδέηήθιίϊΐκλμνξοόπρσςτυύφχψωώΑΆΩΏ",
    "Cyrillic": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяЁЙіїєґ",
    "Hebrew": "אבגדהוזחטיכלמנ\u05b0\u05b8",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوىيءأإآ\u064e\u0651\u0640\u0661\u0662٢٣",
    "Devanagari": "कखगघचजटडतदनपबमयरलवशसहािीुूेैोौंँ्क़०१२",
    "Bengali": "কখগঘচজটডতদনপবমযরলশসহািীুূেৈো",
    "Tamil": "கஙசஞடணதநபமயரலவழளறனாிீுூெேை",
    "Armenian": "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆԱԲ",
    "Georgian": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "Han": "深圳市样品有限公司東京都車國𠮷野家々〇",
    "Hiragana": "かがきぎさざたはばぱんっゃょー",
    "Katakana": "カガサンプルジャーポッティヴｶﾞﾊﾟ",
    "Hangul": "한국무역협회서울각갂힣",
    "Jamo": "\u1112\u1161\u11ab\u1100\u116e\u11a8",
    "Thai": "กขคจชดตทนบปพมยรลวสหอะาำิีึืุูเแโใไ่้๊๋์๐๑",
    "Lao": "ກຂຄງຈຊດຕທນບປພມຢລວສຫອະາິີຶຸູເແໂ່້",
    "Khmer": "កខគឃងចឆជញដតថទធនបផពមយរលវសហអាិីឹុូ្",
    "Myanmar": "ကခဂငစဆဇညတထဒဓနပဖဗဘမယရလဝသဟအာိီုူေံ့း္",
    "Ethiopic": "ሀለሐመሠረሰሸቀበተ",
    "Cherokee": "ᎠᎡᎢᎣᎤᎥᎦᎧꭰꭱ",
}
_GAPS = st.sampled_from(
    [
        " ",
        ", ",
        ".",
        ",",
        "-",
        "\u2013",
        "\u2011",
        "/",
        "&",
        "'",
        "\u2019",
        "_",
        ":",
        ";",
        "@",
        "__",
        "\u00a0",
        "\u200b",
        "\u00ad",
        "",
        "(",
        "\u30fb",
        "\u00b7",
    ]
)
_WORDS = st.sampled_from(sorted(_SCRIPTS)).flatmap(lambda script: st.text(_SCRIPTS[script], min_size=1, max_size=7))
_TEXTS = st.lists(st.tuples(_WORDS, _GAPS), min_size=1, max_size=4).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


# each asks the database hundreds of times: what is missed is told as it is, not made smaller
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(texts=st.lists(_TEXTS, min_size=40, max_size=40, unique=True))
def test_the_index_has_the_words_that_are_looked_for(texts: list[str], database: Graph, run: Run) -> None:
    """Whatever the script: each term of a text finds it, and its words alone show where.

    English words that nearly every text has (`LEFT_OUT`) are in no index.
    """
    titles = {f"W{place}": text for place, text in enumerate(texts) if cut(text)}
    rows = [{"number": number, "title": title, "otherWords": other_words([title])} for number, title in titles.items()]
    run(database.write([Statement("MATCH (r:Ruling) DETACH DELETE r")]))
    run(
        database.write(
            [Statement("UNWIND $rows AS row CREATE (r:Ruling) SET r = row, r.source = 'sample'", {"rows": rows})]
        )
    )
    asked = [
        {"number": number, "term": term, "query": query(term)}
        for number, title in titles.items()
        for term in (*Terms.of(title).words, *(run.joined for run in runs(cut(title)) if not run.tight))
        if term not in LEFT_OUT
    ]
    missed = run(
        database.read(
            "UNWIND $asked AS one CALL (one) { CALL db.index.fulltext.queryNodes('Ruling_text', one.query) YIELD node "
            "WITH one, node WHERE node.number = one.number RETURN count(node) AS many } "
            "WITH one, many WHERE many = 0 RETURN one.number, one.term",
            {"asked": asked},
        )
    )
    assert not [(term, titles[number], other_words([titles[number]])) for number, term in missed]
    for title in titles.values():
        (shown,) = highlighted(words(title), [("title", title)])
        assert "".join(part["text"] for part in shown["parts"]) == title
        assert not [part["text"] for part in shown["parts"] if not part["matched"] and cut(part["text"])], title


@pytest.fixture
def ruled(empty: Graph, run: Run) -> Callable[..., dict[str, list[dict[str, Any]]]]:
    """Writes a row of each title, and looks for texts: the places of the titles found, with what is shown of them."""
    hub = questions(empty)

    def found(titles: list[str], *texts: str) -> dict[str, list[dict[str, Any]]]:
        rows = [
            {"number": f"W{place:02d}", "title": title, "otherWords": other_words([title])}
            for place, title in enumerate(titles)
        ]
        run(
            empty.write(
                [Statement("UNWIND $rows AS row CREATE (r:Ruling) SET r = row, r.source = 'sample'", {"rows": rows})]
            )
        )
        asking = (
            "query Q($t: String!) { search(text: $t, kinds: [Ruling]) "
            "{ edges { highlights { parts { text matched } } node { ... on Ruling { title } } } } }"
        )
        answers = {text: run(hub.answer(GraphQLRequest(asking, None, {"t": text}), PUBLIC)) for text in texts}
        return {
            text: [
                {
                    edge["node"]["title"]: [
                        part["text"] for shown in edge["highlights"] for part in shown["parts"] if part["matched"]
                    ]
                }
                for edge in answer["data"]["search"]["edges"]
            ]
            for text, answer in answers.items()
        }

    return found


@pytest.mark.parametrize(
    ("title", "texts"),
    [
        (
            "Fee of 1,234.50 under 19 CFR 12.39, item 9013.80.9050",
            ["1,234.50", "1234.50", "1,234", "12.39", "9013.80", "9013.80.9050", "9013809050"],
        ),
        (
            "Portal v2.14.3 at quokka.sample.example, lot Q-17/R-4",
            ["2.14.3", "v2.14", "quokka.sample.example", "quokka", "Q-17", "q17r4", "Q-17/R-4"],
        ),
        (
            "Import by 4P & Q&X and W.R. Quokka, 9-Twelve, D/Y",
            ["4P", "Q&X", "QX", "w.r. quokka", "WR Quokka", "9-Twelve", "9twelve", "twelve", "D/Y"],
        ),
        (
            "Bags of O\u2019Quokka, desk_of_qu7",
            ["O'Quokka", "O\u2019Quokka", "oquokka", "quokka", "qu7", "desk_of", "desk_of_qu7"],
        ),
        (
            "Ångström Çelebi Świętość Đorđe Þór Straße",
            ["angstrom", "Ångström", "celebi", "swietosc", "Dorde", "thor", "STRASSE", "A\u030angstro\u0308m"],
        ),
        ("Ελένη Σταύρου, Фёдор Йордан", ["ελενη", "ΕΛΕΝΗ", "σταυρου", "Σταύρος"[:5], "федор", "Фёдор", "иордан"]),
        (
            "上海样例贸易公司 と ガラス工業 및 부산무역공사",
            ["样例", "贸易公司", "上海", "ガラス", "ｶﾞﾗｽ", "工業", "부산", "무역", "공사", "부산무역공사"],
        ),
        ("บริษัทตัวอย่างจำกัด", ["ตัวอย่าง", "จำกัด", "บริษัท"]),
        ("مستشفى علی", ["مستشفي", "مستشفى", "علي", "علی"]),
        ("㈱見本工業", ["株式会社見本", "㈱見本", "(株)見本工業", "見本"]),
        ("株式会社見本工業", ["㈱見本", "\uff08株\uff09見本工業", "会社"]),
    ],
)
def test_names_and_numbers_are_found_as_people_write_them(
    title: str, texts: list[str], ruled: Callable[..., Any]
) -> None:
    for text, rows in ruled([title, "Of nothing alike"], *texts).items():
        assert len(rows) == 1, (text, rows)
        assert rows[0][title], text


@pytest.mark.parametrize("text", ["Quokkas R Us", "QuokkasRUs", "quokkas r us", "Quokkas\u201cR\u201dUs"])
def test_a_name_is_found_as_one_word_or_as_several(text: str, ruled: Callable[..., Any]) -> None:
    names = ["Quokkas R Us", "QuokkasRUs", 'Quokkas"R"Us, of samples']
    found = ruled(["Of quokkas, for all of us", *names, "R us"], text)[text]
    assert [title for row in found[:3] for title in row] == sorted(names, key=lambda name: name.lower() != text.lower())
    assert all(shown for row in found[:3] for shown in row.values())


@pytest.mark.parametrize(
    ("title", "text"),
    [("ガラス", "カラス"), ("样品有限公司", "限样"), ("12,500.00", "2500"), ("한국", "국한"), ("4P", "4")],
)
def test_what_only_looks_alike_is_not_found(title: str, text: str, ruled: Callable[..., Any]) -> None:
    assert ruled([title], text)[text] == []


@pytest.mark.parametrize(
    ("text", "kinds", "row"),
    [
        ("8542 31 0001", "[HtsHeading, HtsChapter]", "HtsHeading:8542"),
        ("HTSUS 8542.31", "[HtsHeading, HtsChapter]", "HtsHeading:8542"),
        ("85.42", "[HtsHeading, HtsChapter]", "HtsHeading:8542"),
        ("85 42", "[HtsHeading, HtsChapter]", "HtsHeading:8542"),
        ("chapter 85", "[HtsHeading, HtsChapter]", "HtsChapter:85"),
        ("duty on goods of 8542.3", "[HtsHeading, HtsChapter]", "HtsHeading:8542"),
        ("port 2704", "[Port, PortCode]", "Port:ACE:2704"),
        ("arrived at 2704 yesterday", "[Port]", "Port:ACE:2704"),
        ("importer 00 0000002 sw", "[Importer]", TWO),
        ("000000002SW", "[Importer]", TWO),
        ("about N\u201398", "[Case]", "Case:case-01"),
        ("cee 2", "[Center]", "Center:CEE002"),
        ("FDA hold", "[Agency]", "Agency:FDA"),
    ],
)
def test_a_code_is_known_in_any_spelling_and_within_a_text(text: str, kinds: str, row: str, find: Find) -> None:
    assert find(text, kinds)[0] == (row, "EXACT")
