"""Statements as the online banks write them: by which headings one knows them, and what each column means. Pure.

Headings are compared folded: half-width, simplified, without what stands in brackets, so that the bilingual headings of
中国银行 and 借方发生额（支取） of 建设银行 need no words of their own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.base.i18n import _
from app.base.tabular.headings import fold, guess

OTHER = "other"  # a bank whose headings are not known here


@dataclass(frozen=True)
class StatementField:
    """What a column of a statement may be."""

    name: str
    label: object
    synonyms: Collection[str] = ()


FIELDS: tuple[StatementField, ...] = (
    StatementField(
        "booked_on", _("Booked on"), ("交易日期", "交易日", "记账日期", "记账日", "入账日期", "日期", "交易时间")
    ),
    StatementField("money_in", _("Money in"), ("贷方发生额", "收入金额", "贷方金额", "收入", "存入金额", "转入金额")),
    StatementField("money_out", _("Money out"), ("借方发生额", "支出金额", "借方金额", "支出", "支取金额", "转出金额")),
    StatementField("amount", _("Amount"), ("交易金额", "发生额", "金额")),
    StatementField(
        "direction", _("Debit or credit"), ("借贷标志", "借/贷", "收/支", "收支标志", "借贷方向", "交易类型")
    ),
    StatementField(
        "payer",
        _("Payer"),
        ("对方户名", "对方单位名称", "对方名称", "对方单位", "对方账户名称", "收/付方名称", "付款人名称", "付款方"),
    ),
    StatementField("payee", _("Payee"), ("收款人名称", "收款方")),
    StatementField(
        "payer_account", _("Payer's account"), ("对方账号", "对方帐号", "收/付方帐号", "付款人账号", "付款账号")
    ),
    StatementField("payee_account", _("Payee's account"), ("收款人账号",)),
    StatementField("summary", _("Summary"), ("摘要", "交易摘要", "备注", "交易说明")),
    StatementField("purpose", _("Purpose of the payment"), ("用途", "交易用途")),
    StatementField("remark", _("Remark"), ("附言", "交易附言", "其它摘要", "业务摘要")),
    StatementField(
        "serial", _("Serial number"), ("交易流水号", "流水号", "账户明细编号-交易流水号", "凭证号", "日志号")
    ),
    StatementField("balance", _("Balance"), ("余额", "账户余额", "本次余额", "交易后余额", "联机余额")),
    StatementField("own_account", _("Own account"), ("本方账号", "本方帐号", "账号", "帐号")),
)
NAMES = frozenset(one.name for one in FIELDS)


@dataclass(frozen=True)
class Layout:
    """The statement of one bank. ``marks``: headings that all stand in it, and not all in any other bank's."""

    bank: str
    marks: frozenset[str]
    columns: Mapping[str, str]  # folded heading → field

    def fields(self, headings: Sequence[str]) -> list[str | None]:
        """Return the field of each column."""
        return [self.columns.get(fold(heading)) for heading in headings]


def _layout(bank: str, marks: str, **columns: str) -> Layout:
    known = {fold(heading): name for name, headings in columns.items() for heading in headings.split()}
    return Layout(bank, frozenset(map(fold, marks.split())), known)


LAYOUTS = (
    _layout(
        "icbc",
        "凭证号 对方单位名称 借/贷 个性化信息",
        own_account="本方账号",
        payer_account="对方账号",
        booked_on="交易时间",
        direction="借/贷",
        money_out="借方发生额",
        money_in="贷方发生额",
        summary="摘要",
        purpose="用途",
        payer="对方单位名称",
        balance="余额",
        remark="附言",
        serial="凭证号",
    ),
    _layout(
        "ccb",
        "借方发生额 贷方发生额 对方户名 账户明细编号-交易流水号",
        own_account="账号",
        booked_on="记账日期",
        money_out="借方发生额",
        money_in="贷方发生额",
        balance="余额",
        payer="对方户名",
        payer_account="对方账号",
        summary="摘要",
        remark="备注",
        serial="账户明细编号-交易流水号",
    ),
    _layout(
        "abc",
        "收入金额 支出金额 对方户名 交易行名",
        booked_on="交易时间",
        money_in="收入金额",
        money_out="支出金额",
        balance="本次余额",
        payer_account="对方账号",
        payer="对方户名",
        remark="交易附言",
        summary="交易摘要",
        purpose="交易说明",
    ),
    _layout(
        "boc",
        "付款人名称 收款人名称 交易金额 交易流水号",
        direction="交易类型",
        payer_account="付款人账号",
        payer="付款人名称",
        payee_account="收款人账号",
        payee="收款人名称",
        booked_on="交易日期",
        amount="交易金额",
        balance="交易后余额",
        serial="交易流水号",
        summary="摘要",
        purpose="用途",
        remark="交易附言",
    ),
    _layout(
        "cmb",
        "交易日 借方金额 贷方金额 收/付方名称",
        booked_on="交易日",
        money_out="借方金额",
        money_in="贷方金额",
        balance="余额",
        summary="摘要",
        serial="流水号",
        purpose="用途",
        remark="其它摘要",
        payer="收/付方名称",
        payer_account="收/付方帐号",
    ),
)
#: A number in these columns names one booking and no other.
SURE_SERIALS = frozenset({"ccb", "boc", "cmb"})


def recognised(headings: Sequence[str]) -> Layout | None:
    """Return whose statement this is, by its headings; None if it is nobody's that is known."""
    folded = set(map(fold, headings))
    return next((layout for layout in LAYOUTS if layout.marks <= folded), None)


def guessed(headings: Sequence[str]) -> list[str | None]:
    """Return what the columns of an unknown bank's statement are likely to be."""
    return [one.field for one in guess(headings, FIELDS)]


def problem(mapping: Sequence[str | None]) -> object | None:
    """Return why lines cannot be read with these columns, None if they can."""
    given = [name for name in mapping if name]
    if len(given) != len(set(given)):
        return _("Two columns go to the same field: choose another field for one of them.")
    if "booked_on" not in given:
        return _("Choose the column of the day.")
    if "amount" not in given and "money_in" not in given:
        return _("Choose the column of the amount, or the one of the money that came in.")
    return None
