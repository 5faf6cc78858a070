"""An amount in Chinese capitals 人民币大写, as receipts and cheques write it.

Source: 中国人民银行《支付结算办法》附件一. 整 stands behind yuan without 角 and 分; a zero between digits is written
once; where 角 is missing before 分, a zero stands in its place.
"""

from decimal import ROUND_HALF_UP, Decimal

DIGITS = {"zh_Hans": "零壹贰叁肆伍陆柒捌玖", "zh_Hant": "零壹貳參肆伍陸柒捌玖"}
PLACES = ("", "拾", "佰", "仟")
GROUPS = {"zh_Hans": ("", "万", "亿", "万亿"), "zh_Hant": ("", "萬", "億", "萬億")}
YUAN = {"zh_Hans": "元", "zh_Hant": "圓"}
BELOW_ZERO = {"zh_Hans": "负", "zh_Hant": "負"}
GROUP, MOST = 10_000, Decimal(10) ** 16
CENT = Decimal("0.01")


def capitals(amount: Decimal, script: str = "zh_Hans") -> str:
    """Return an amount in capitals: 12800 is 壹万贰仟捌佰元整. ``script``: zh_Hans or zh_Hant.

    Raises ValueError from ten thousand billion (16 digits) on.
    """
    exact = abs(amount).quantize(CENT, ROUND_HALF_UP)
    if exact >= MOST:
        raise ValueError(amount)
    whole, cents = divmod(int(exact * 100), 100)
    written = _yuan(whole, script) + _cents(cents, script, follows=whole > 0)
    return (BELOW_ZERO[script] if amount < 0 else "") + (written or DIGITS[script][0] + YUAN[script] + "整")


def _yuan(whole: int, script: str) -> str:
    if not whole:
        return ""
    written, is_gap = "", False
    for place in reversed(range(4)):
        group = whole // GROUP**place % GROUP
        if group:
            zero = DIGITS[script][0] if written and (is_gap or group < GROUP // 10) else ""
            written += zero + _group(group, script) + GROUPS[script][place]
        is_gap = bool(written) and not group
    return written + YUAN[script]


def _group(group: int, script: str) -> str:
    """Return four digits, with a zero once between those that are none."""
    written, is_gap = "", False
    for place in reversed(range(4)):
        digit = group // 10**place % 10
        if digit:
            written += (DIGITS[script][0] if is_gap and written else "") + DIGITS[script][digit] + PLACES[place]
        is_gap = not digit
    return written


def _cents(cents: int, script: str, *, follows: bool) -> str:
    """Return 角 and 分; ``follows``: there are yuan before them."""
    if not cents:
        return "整" if follows else ""
    tens, ones = divmod(cents, 10)
    first = f"{DIGITS[script][tens]}角" if tens else DIGITS[script][0] if follows else ""
    return first + (f"{DIGITS[script][ones]}分" if ones else "")
