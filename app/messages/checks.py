"""What can be wrong with a catalogue, found without reading it."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message

HAN = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
WORD = re.compile(r"[A-Za-z]{2,}")
#: What sentences of the code are spoken with.
SPEAKERS = frozenset(["_", "ngettext"])
#: Words that stay as they are in every language.
NAMES = frozenset(
    (
        "API AccessKey CHANNEL Excel HOSTS ID IP JPEG JSON MB Office PDF PNG SMS SMTP STARTTLS SVG Secret TLS Webhook "
        "csv http https wkhtmltopdf xls xlsx"
    ).split()
)
#: What is typed or sent as it stands: commands, addresses, names of keys.
CODE = re.compile(
    r"flask customers import FILE --as USER|\?duplicates=accept|Authorization: Bearer"
    r"|name@example\.com|fonts-noto-cjk|\b(?:username|password|revision|none)\b|(?:\w+=)?\{\w+\}"
)
#: Words of the mainland that Taiwan says otherwise. Source: opencc's TWPhrases (a test asks it). Left out are those
#: that are words of their own there: 文件 (a document), 程序 (a procedure), 項目 (an item), 保存 (to preserve).
TAIWAN = {
    "信息": "資訊", "光標": "游標", "內存": "記憶體", "全角": "全形", "刷新": "重新整理", "剪貼板": "剪貼簿",
    "半角": "半形", "圖標": "圖示", "在線": "線上", "字段": "欄位", "字符": "字元", "導入": "匯入", "導出": "匯出",
    "屏幕": "螢幕", "打印": "列印", "批量": "批次", "接口": "介面", "搜索": "搜尋", "數據": "資料", "文件夾": "資料夾",
    "服務器": "伺服器", "添加": "新增", "激活": "啟用", "用戶": "使用者", "登錄": "登入", "短信": "簡訊",
    "硬盤": "硬碟", "窗口": "視窗", "端口": "埠", "粘貼": "貼上", "緩存": "快取", "網絡": "網路", "菜單": "選單",
    "視頻": "影片", "設置": "設定", "註銷": "登出", "軟件": "軟體", "運行": "執行", "鏈接": "連結", "隊列": "佇列",
    "默認": "預設", "鼠標": "滑鼠", "點擊": "點選", "變量": "變數", "數組": "陣列", "線程": "執行緒", "界面": "介面",
}  # fmt: skip


def faults(catalog: Catalog, sentences: Catalog, *, language: str) -> list[str]:
    """Return what is wrong with the catalogue of a language, one sentence each."""
    ours = [message for message in catalog if message.id]
    known = {message.id for message in ours}
    said = {message.id for message in sentences if message.id}
    found = [f"{id_!r} is not in the catalogue" for id_ in said - known]
    found += [f"{id_!r} is said nowhere in the code" for id_ in known - said]
    found += [f"{message.id!r} is obsolete" for message in catalog.obsolete.values()]
    found += [f"{message.id!r} {fault}" for message in ours for fault in _of_one(message, language)]
    return sorted(found)


def unheard(folder: Path, sentences: Catalog) -> list[str]:
    """Return the sentences that the collecting does not hear, such as one inside an f-string."""
    known = {_several(message.id)[0] for message in sentences if message.id}
    said = ((path, call) for path in sorted(folder.rglob("*.py")) for call in _translations(path))
    return sorted(
        f"{path.name}:{call.lineno}: {ast.unparse(call)}" for path, call in said if _literal(call) not in known
    )


def _translations(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
            yield node


def _literal(call: ast.Call) -> object:
    return call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None


def _of_one(message: Message, language: str) -> Iterator[str]:
    words = _several(message.string)
    if HAN.search("".join(_several(message.id))):
        yield "has Chinese in English"
    if not all(words):
        yield "has no translation"
        return
    if message.fuzzy:
        yield "is marked as fuzzy"
    if any(_placeholders(one) != _placeholders(_several(message.id)[-1]) for one in words):
        yield "has other placeholders in its translation"
    if _says_something(_several(message.id)[-1]) and not all(HAN.search(one) for one in words):
        yield "has no Chinese in its translation"
    for rule, fault in MIXED[language]:
        if found := rule("".join(words)):
            yield f"{fault}: {' '.join(found)}"


def _several(words: object) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, tuple | list) else (str(words),)


def _placeholders(words: str) -> set[str]:
    return set(PLACEHOLDER.findall(words))


def _says_something(english: str) -> bool:
    return bool(set(WORD.findall(PLACEHOLDER.sub(" ", english))) - NAMES)


def simplified_only(text: str) -> list[str]:
    """Return the characters of the text that Traditional Chinese does not know."""
    traditional, taiwan = _characters("STCharacters.txt"), set(_characters("TWVariants.txt").values())
    return [letter for letter in text if letter not in traditional.get(letter, letter) and letter not in taiwan]


def traditional_only(text: str) -> list[str]:
    """Return the characters of the text that Simplified Chinese does not know."""
    simplified = _characters("TSCharacters.txt")
    return [letter for letter in text if letter not in simplified.get(letter, letter)]


def mainland(text: str) -> list[str]:
    """Return the words of the text that Taiwan says otherwise, each with what it says."""
    return [f"{word} ({said})" for word, said in TAIWAN.items() if word in text]


def english(text: str) -> list[str]:
    """Return the English words of the text that are no names."""
    words = WORD.findall(CODE.sub(" ", PLACEHOLDER.sub(" ", text)))
    return [word for word in words if word not in NAMES]


Rule = Callable[[str], list[str]]
#: What a translation must not hold, by language, and what is said if it does.
MIXED: dict[str, tuple[tuple[Rule, str], ...]] = {
    "zh_Hans": ((traditional_only, "holds traditional characters"), (english, "holds English words")),
    "zh_Hant": (
        (simplified_only, "holds simplified characters"),
        (mainland, "holds words that Taiwan says otherwise"),
        (english, "holds English words"),
    ),
}


@cache
def _characters(name: str) -> dict[str, str]:
    """Return a table of opencc: a simplified character → its traditional ones, or a variant → that of Taiwan."""
    import opencc  # noqa: PLC0415 - only the check reads the tables

    table = Path(opencc.__file__).parent / "dictionary" / name
    return dict(line.split("\t") for line in table.read_text(encoding="utf-8").splitlines())
