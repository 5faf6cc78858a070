"""Made-up companies and persons. The same seed gives the same ones."""

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from app.base.normal.codes import credit_check_character

FIRST_CHARACTERS = (
    "华盛鑫达宏恒瑞丰泰和源隆兴创新天海通金博诚嘉德信中联永美佳康力元东方顺利凯润汇众腾飞远正阳星辰宇航云龙凤祥福庆"
)
SECOND_CHARACTERS = "达源泰昌隆盛通和兴旺诚信远航宇恒瑞丰邦华科联创众智慧美佳利安康宁福祥顺捷锐锋杰峰林森江河海川"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文辉志永健世广义良海山仁波宁贵福生龙元全胜学祥"
STREETS = (
    "人民路 解放路 建设路 中山路 和平路 新华路 长江路 黄河路 文化路 科技大道 高新路 滨海大道 朝阳街 胜利街".split()
)
ENDINGS = {
    "technology": "科技有限公司",
    "trading": "贸易有限公司",
    "commerce": "商贸有限公司",
    "it": "信息技术有限公司",
    "network": "网络科技有限公司",
    "construction": "建筑工程有限公司",
    "media": "文化传媒有限公司",
    "catering": "餐饮管理有限公司",
    "logistics": "物流有限公司",
    "medicine": "医药有限公司",
    "education": "教育咨询有限公司",
    "ecommerce": "电子商务有限公司",
    "machinery": "机械设备有限公司",
    "environment": "环保科技有限公司",
    "agriculture": "农业发展有限公司",
    "food": "食品有限公司",
    "clothing": "服装有限公司",
}
REGIONS = {
    "410100": "郑州",
    "410200": "开封",
    "410300": "洛阳",
    "410400": "平顶山",
    "410500": "安阳",
    "410700": "新乡",
    "410800": "焦作",
    "411000": "许昌",
    "411300": "南阳",
    "411400": "商丘",
    "411500": "信阳",
    "110000": "北京",
    "310000": "上海",
    "320100": "南京",
    "330100": "杭州",
    "370100": "济南",
    "420100": "武汉",
    "440100": "广州",
    "610100": "西安",
}
WEIGHTS = (30, 9, 22, 7, 8, 10, 7, 8, 9, 7, 6, 4, 4, 3, 3, 5, 4, 4, 5)
LEVELS = ("key", "a", "b", "c", "d", None)
NEEDS = (
    "想把手工账换成财务软件，预计年底前定。",
    "现有 ERP 站点不够，打算再加 5 个。",
    "进销存与财务数据对不上，希望做一次上门诊断。",
    "需要电子发票对接，已有金蝶账套。",
    "仓库想用条码盘点，先看方案和报价。",
)
NOTES = (
    "财务负责人说话算数，月底不方便接电话。",
    "老板只在上午接电话。",
    "之前用过同行的软件，对实施周期比较在意。",
    "合同每年 12 月续签。",
    "地址在开发区，上门要提前登记。",
)


class Maker:
    """Makes customers one after the other."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - demo data
        self.used: set[str] = set()
        self.tycoons = [(self.person(), self.mobile()) for _number in range(60)]  # they own several companies

    def person(self) -> str:
        pick = self.random
        return pick.choice(SURNAMES) + pick.choice(GIVEN) + (pick.choice(GIVEN) if pick.random() < 0.8 else "")  # noqa: PLR2004

    def mobile(self) -> str:
        start = self.random.choice("130 135 136 137 138 139 150 151 158 159 176 177 182 186 187 188 189".split())
        return f"+86{start}{self.random.randrange(10**8):08d}"

    def landline(self, region: str) -> str:
        area = {"410100": "371", "410300": "379", "410200": "371", "110000": "10", "310000": "21"}.get(region, "371")
        return f"+86{area}{self.random.randrange(60_000_000, 69_999_999)}"

    def code(self, region: str) -> str:
        body = f"91{region}{self.random.randrange(10**9):09d}"
        body = body[:17]
        return body + credit_check_character(body)

    def address(self, region: str) -> str:
        number, room = self.random.randrange(1, 400), self.random.randrange(101, 2600)
        return f"{REGIONS[region]}市{self.random.choice(STREETS)}{number}号{room}室"

    def day(self) -> date:
        return date(2004, 1, 1) + timedelta(days=self.random.randrange(7800))

    def name(self, region: str, industry: str) -> str:
        while True:
            middle = self.random.choice(FIRST_CHARACTERS) + self.random.choice(SECOND_CHARACTERS)
            if self.random.random() < 0.4:  # noqa: PLR2004 - two in five names are longer
                middle += self.random.choice(SECOND_CHARACTERS)
            found = REGIONS[region] + middle + ENDINGS[industry]
            if found not in self.used:
                self.used.add(found)
                return found

    def companies(self, count: int) -> Iterator[dict[str, Any]]:
        for _number in range(count):
            yield self.company()

    def company(self) -> dict[str, Any]:
        """Return the columns of a company, without owner and dates of the record."""
        pick = self.random
        region = pick.choices(list(REGIONS), WEIGHTS)[0]
        industry = pick.choice(list(ENDINGS))
        boss, number = pick.choice(self.tycoons) if pick.random() < 0.06 else (self.person(), self.mobile())  # noqa: PLR2004
        return EMPTY | {
            "kind": "company",
            "name": self.name(region, industry),
            "credit_code": self.code(region),
            "region": region,
            "industry": industry,
            "address": self.address(region),
            "registered_on": self.day(),
            "operating_status": pick.choices(("existing", "operating", "moved_out", "revoked"), (60, 34, 3, 3))[0],
            "legal_person": boss,
            "legal_phone": number,
            "finance_name": self.person() if pick.random() < 0.7 else None,  # noqa: PLR2004
            "finance_phone": self.mobile() if pick.random() < 0.6 else None,  # noqa: PLR2004
            "cashier_name": self.person() if pick.random() < 0.3 else None,  # noqa: PLR2004
            "cashier_phone": self.mobile() if pick.random() < 0.25 else None,  # noqa: PLR2004
            "phone": self.landline(region) if pick.random() < 0.5 else None,  # noqa: PLR2004
            **self._business(),
        }

    def individual(self) -> dict[str, Any]:
        """Return the columns of a person, without owner and dates of the record."""
        pick = self.random
        region = pick.choices(list(REGIONS), WEIGHTS)[0]
        return EMPTY | {
            "kind": "person",
            "name": self.person(),
            "sex": pick.choice(("male", "female")),
            "birthday": date(1965, 1, 1) + timedelta(days=pick.randrange(13_000)),
            "region": region,
            "phone": self.mobile(),
            "wechat": f"wx_{pick.randrange(10**6):06d}" if pick.random() < 0.5 else None,  # noqa: PLR2004
            **self._business(),
        }

    def _business(self) -> Mapping[str, Any]:
        pick = self.random
        progress = ("interested", "long_term", "no_need", "uses_kingdee", "uses_yonyou", "uses_other", "qixin_customer")
        return {
            "level": pick.choices(LEVELS, (3, 12, 25, 30, 18, 12))[0],
            "status": pick.choices(("potential", "interested", "deal", "lost"), (50, 25, 20, 5))[0],
            "followup_status": pick.choices((*progress, None), (14, 22, 20, 8, 7, 7, 10, 12))[0],
            "source": pick.choice(("bulk_import", "agent_found", "campaign", "phone_in", "referral", "exhibition")),
            "needs": pick.choice(NEEDS) if pick.random() < 0.25 else None,  # noqa: PLR2004
            "notes": pick.choice(NOTES) if pick.random() < 0.2 else None,  # noqa: PLR2004
        }


#: Every column that a row of ours may leave empty; inserted rows must all have the same keys.
EMPTY: dict[str, Any] = dict.fromkeys(
    "credit_code level status type followup_status operating_status industry region address registered_on phone "
    "legal_person legal_phone finance_name finance_phone cashier_name cashier_phone person_in_charge sex birthday "
    "email wechat fax website source needs notes parent_id owner_id department_id converted_on assigned_at "
    "created_by_id updated_by_id deleted_at".split()
)
