"""Every page in one language at a time: no English on a Chinese page, no Chinese on an English one, except data."""

import re
from functools import cache
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Catalog
from flask import g
from flask_babel import gettext

from app.base.screens import upstream
from app.base.screens.forms import HouseForm
from app.messages import __main__ as command
from app.messages import catalogues, checks
from app.sales.opportunities.rules import SEEDS
from tests.bed.browsers import signed_in
from tests.cast import DEPARTMENTS, PEOPLE
from tests.factories import a_contact, a_customer

PAGES = """/ /changes/ /contacts/ /contacts/new /customers/ /customers/new /departments/ /departments/1 /departments/new
    /dictionaries/ /dictionary-values/ /files/ /imports/customers/ /inbox/ /inbox/?unread=1 /jobs/ /logs/ /logs/1
    /me/ /me/password /nowhere /roles/ /roles/2 /runs/ /search/ /search/?q=晨光 /timetable/ /users/
    /users/2 /users/2/edit /users/new""".split()
RECORD_PAGES = (
    "/customers/{} /customers/{}/edit /customers/{}/history /customers/{}?tab=access /customers/{}?tab=contacts "
    "/customers/{}?tab=files"
)
#: What people read besides text.
READ_ALOUD = ("alt", "aria-label", "aria-description", "data-confirm", "placeholder", "title")
SILENT = frozenset("script style svg template".split())
HAN = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[A-Za-z]{2,}")
#: Names, formats, keys: the same in every language. And what the test itself typed.
SAME_EVERYWHERE = frozenset(
    "anran zhike english example cn excel xls xlsx csv json ctrl esc enter ip api kb mb office pdf smtp test".split()
)
CHINESE_EVERYWHERE = ("知客", "简体中文", "繁體中文", "河南晨光商贸有限公司", "王小明", "晨光")
#: What rows are called that every installation begins with. They are data, as typed: people rename them.
CHINESE_EVERYWHERE += ("公海", "未跟进收回", "未成交收回")
#: Stages of opportunities have their name in each language: data as well.
STAGES = tuple(sorted({str(value) for stage in SEEDS for value in stage if isinstance(value, str)}, key=len))
CHINESE_EVERYWHERE += tuple(name for name in STAGES if HAN.search(name))
#: Their cells are data in three languages.
DICTIONARIES = ("/dictionaries/", "/dictionary-values/", "/stages/")


#: Answers that are no pages: files, what programs read, health.
LEFT_OUT = re.compile(
    r"static|/api/|/export|/sheet|openapi|healthz|readyz|/content|/preview|/thumbnail|/result|/logout"
)


class Page(HTMLParser):
    """What a person sees, or hears read aloud, of a page. ``without_cells``: the cells of tables are left out."""

    def __init__(self, text: str, *, without_cells: bool) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.silent = SILENT | ({"article", "tbody"} if without_cells else set())
        self.depth = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.depth += tag in self.silent
        if not self.depth:
            self.pieces += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag):
        self.depth -= tag in self.silent

    def handle_data(self, text):
        if not self.depth and text.strip():
            self.pieces.append(" ".join(text.split()))


@pytest.fixture
def pages(app, saved):
    """Return a function: language → (address, pieces of text) of every main page, as the administrator reads them."""
    key = saved(a_customer)
    saved(a_contact)
    addresses = [*PAGES, *RECORD_PAGES.format(*[key] * 6).split(), *unnamed(app, key)]

    def read(language):
        browser = signed_in(app, "anran", language=language)
        answers = {address: browser.get(address, follow_redirects=True) for address in addresses}
        wrong = {address for address, found in answers.items() if found.status_code not in {200, 400, 403, 404, 410}}
        assert wrong == set()
        answers = {address: found for address, found in answers.items() if found.mimetype == "text/html"}
        refused = browser.post("/customers/new", data={"birthday": "?"})
        answers["/customers/new refused"] = refused
        return [(address, _pieces(address, answer)) for address, answer in answers.items()]

    return read


def unnamed(app, key):
    """Every other address that answers a GET: its keys filled with a customer's, or with 1."""
    named = {re.sub(r"\d+|{}", "<>", address.split("?")[0]) for address in (*PAGES, *RECORD_PAGES.split())}
    for rule in app.url_map.iter_rules():
        if (
            "GET" in rule.methods
            and re.sub(r"<[^>]*>", "<>", rule.rule) not in named
            and not LEFT_OUT.search(rule.rule)
        ):
            yield re.sub(r"<[^>]*>", str(key if rule.rule.startswith("/customers/") else 1), rule.rule)


def _pieces(address, answer):
    return Page(answer.text, without_cells=address.startswith(DICTIONARIES)).pieces


@cache
def english_words():
    """The words of all sentences of the code."""
    sentences = [message.id for message in catalogues.collect() if message.id]
    texts = [one for some in sentences for one in (some if isinstance(some, tuple) else (some,))]
    return {word.lower() for text in texts for word in WORD.findall(checks.PLACEHOLDER.sub(" ", text))}


def without_data(piece):
    """The piece without the names that are the same in every language."""
    names = [*CHINESE_EVERYWHERE, *DEPARTMENTS, *(person.name for person in PEOPLE)]
    if piece in {name[0] for name in names}:  # in the circle beside the name
        return ""
    for name in sorted(names, key=len, reverse=True):
        piece = piece.replace(name, " ")
    return piece


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("language", "of_the_other"), [("zh_Hans", checks.traditional_only), ("zh_Hant", checks.simplified_only)]
)
def test_no_english_and_no_other_characters_stand_on_a_chinese_page(pages, language, of_the_other):
    english = english_words() - SAME_EVERYWHERE
    every = [(address, piece) for address, pieces in pages(language) for piece in pieces]

    in_english = [
        (address, piece)
        for address, piece in every
        if piece not in STAGES and english & {word.lower() for word in WORD.findall(checks.CODE.sub(" ", piece))}
    ]
    in_others = [(address, piece) for address, piece in every if of_the_other(without_data(piece))]

    assert (in_english, in_others) == ([], [])


@pytest.mark.one_database
def test_no_chinese_stands_on_an_english_page(pages):
    found = [(address, piece) for address, pieces in pages("en") for piece in pieces if HAN.search(without_data(piece))]

    assert found == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh_Hans", "请填写这一项。"), ("zh_Hant", "請填寫這一項。"), ("en", "This field is required.")],
)
def test_the_door_asks_in_the_language_of_the_browser(stranger, language, sentence):
    with stranger.session_transaction() as kept:
        kept["language"] = language

    assert sentence in stranger.post("/login/", data={"username": ""}).text


@pytest.mark.one_database
def test_english_stands_in_the_source_and_needs_no_catalogue(in_app):
    g.language = "en"

    assert not catalogues.place("en").exists()
    assert [gettext("Customers"), gettext("Not a sentence of ours")] == ["Customers", "Not a sentence of ours"]


@pytest.mark.one_database
def test_catalogues_of_upstream_are_not_read(in_app):
    g.language = "zh_Hant"

    assert gettext("Reset my password") == "Reset my password"  # 重置密码 in upstream's "zh", which would serve both


@pytest.mark.one_database
@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_sentences_of_the_frameworks_are_translated(in_app, language):
    g.language = language

    with in_app.test_request_context():
        g.language = language
        words = HouseForm().meta.get_translations(None)
        assert [one for one in upstream.SENTENCES if not HAN.search(str(one))] == []
        assert HAN.search(words.gettext("Not a valid choice."))


# ── the check of the catalogues ──


def test_every_sentence_of_the_code_is_translated():
    sentences = catalogues.collect()

    assert checks.unheard(catalogues.ROOT / "app", sentences) == []
    for language in catalogues.LANGUAGES:
        assert checks.faults(catalogues.read(language), sentences, language=language) == []


def test_bringing_up_to_date_changes_nothing_the_second_time(tmp_path):
    sentences = catalogues.collect()
    source = catalogues.place("zh_Hant", tmp_path)
    source.parent.mkdir(parents=True)
    source.write_bytes(catalogues.place("zh_Hant").read_bytes())

    catalogues.update("zh_Hant", sentences, tmp_path)

    assert source.read_bytes() == catalogues.place("zh_Hant").read_bytes()
    assert source.with_suffix(".mo").exists()


def a_catalog(**words):
    made = Catalog()
    for english, chinese in words.items():
        made.add(english.replace("_", " "), chinese)
    return made


@pytest.mark.parametrize(
    ("chinese", "fault"),
    [
        ("", "has no translation"),
        ("Save it", "has no Chinese in its translation"),
        ("儲存 %(n)s 個", "has other placeholders in its translation"),
        ("保存设置", "holds simplified characters: 设"),
    ],
)
def test_a_bad_translation_is_found(chinese, fault):
    found = checks.faults(a_catalog(Save_it=chinese), a_catalog(Save_it=None), language="zh_Hant")
    assert found[:1] == [f"'Save it' {fault}"]


@pytest.mark.parametrize(
    ("language", "chinese", "fault"),
    [
        ("zh_Hans", "儲存", "holds traditional characters: 儲"),
        ("zh_Hans", "点 Save 保存", "holds English words: Save"),
        ("zh_Hant", "按 save 儲存", "holds English words: save"),
        ("zh_Hant", "儲存數據到服務器", "holds words that Taiwan says otherwise: 數據 (資料) 服務器 (伺服器)"),
        ("zh_Hant", "储存", "holds simplified characters: 储"),
    ],
)
def test_a_translation_in_two_languages_is_found(language, chinese, fault):
    found = checks.faults(a_catalog(Save_it=chinese), a_catalog(Save_it=None), language=language)
    assert found == [f"'Save it' {fault}"]


@pytest.mark.parametrize(
    "chinese", ["导出 Excel（xlsx）", "运行：flask customers import FILE --as USER", "%(name)s 的 IP 地址"]
)
def test_names_commands_and_placeholders_are_no_english(chinese):
    assert checks.english(chinese) == []


def test_english_with_chinese_in_it_is_found():
    catalog, fault = Catalog(), "'Write 是' has Chinese in English"
    catalog.add("Write 是", "写是")
    assert checks.faults(catalog, catalog, language="zh_Hans") == [fault]


@pytest.mark.parametrize(("word", "said"), checks.TAIWAN.items())
def test_taiwan_says_it_so(word, said):
    assert said in checks._characters("TWPhrases.txt")[word].split()
    assert checks.mainland(said) == []


def test_the_command_fails_on_a_fault(monkeypatch, capsys):
    monkeypatch.setitem(checks.TAIWAN, "客戶", "客人")
    assert command.main("check") == 1
    assert "holds words that Taiwan says otherwise: 客戶 (客人)" in capsys.readouterr().out


def test_a_doubtful_a_missing_and_a_superfluous_translation_are_found():
    catalog = a_catalog(Save="儲存", Gone="不見")
    catalog["Save"].flags.add("fuzzy")

    assert checks.faults(catalog, a_catalog(Save=None, Come=None), language="zh_Hant") == [
        "'Come' is not in the catalogue",
        "'Gone' is said nowhere in the code",
        "'Save' is marked as fuzzy",
    ]


def test_a_sentence_that_cannot_be_collected_is_found(tmp_path):
    (tmp_path / "views.py").write_text("TEXT = f\"{_('Some sentence')}\"\nMORE = _(TEXT)\n")

    assert checks.unheard(tmp_path, Catalog()) == ["views.py:1: _('Some sentence')", "views.py:2: _(TEXT)"]


@pytest.mark.parametrize(("text", "found"), [("權限設定", []), ("权限設定", ["权"]), ("群組裡", []), ("台灣", [])])
def test_simplified_characters_are_told_from_traditional_ones(text, found):
    assert checks.simplified_only(text) == found
