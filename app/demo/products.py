"""What the software dealer of the demo sells: its own programs, services with a term, training, some hardware."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from app.base import clock
from app.base.actor import Actor, acting
from app.base.history import change_set
from app.base.transaction import transaction
from app.crm.products import services
from app.crm.products.models import Product
from app.extensions import db

#: (code, name, category, unit, price, months of the term, what it is)
PRODUCTS = (
    ("QX-CW-STD", "启信财务软件标准版", "software", "套", "3980", None, "总账、报表、固定资产，单机永久授权。"),
    ("QX-CW-PRO", "启信财务软件专业版", "software", "套", "6980", None, "含往来、出纳、工资，三站点永久授权。"),
    ("QX-JXC", "启信进销存", "software", "套", "5800", None, "采购、销售、库存，含两个站点。"),
    ("QX-YUN", "启信云财务", "software", "账套", "1298", 12, "云端记账，按账套按年付费。"),
    ("QX-SC", "启信生产管理", "software", "套", "12800", None, "物料清单、工单、委外，含五个站点。"),
    ("QX-FW", "软件服务费", "service", "年", "1200", 12, "远程支持、版本补丁、年结指导。"),
    ("QX-FW-VIP", "上门服务费", "service", "年", "3600", 12, "含全年六次上门，两小时响应。"),
    ("QX-YW", "数据备份托管", "service", "年", "600", 12, "每日异地备份，保留三十天。"),
    ("QX-ZD", "增加站点", "seats", "站点", "800", None, "在原有授权上加一个站点。"),
    ("QX-SJ", "版本升级", "upgrade", "次", "1500", None, "标准版升专业版，含数据结转。"),
    ("QX-PX", "操作培训", "training", "天", "1000", None, "到客户现场或网上，一天六小时。"),
    ("QX-DYJ", "针式票据打印机", "hardware", "台", "1680", None, "二十四针，含首次安装调试。"),
)
RETIRED = ("QX-CW-2018", "启信财务软件 2018 版", "software", "套", "2980", None, "已由标准版代替。")


def offer_products(actors: Mapping[str, Actor]) -> Mapping[str, int]:
    """Enter the products, two years ago; return their ids by code. One of them is offered no more."""
    with acting(actors["admin"]) as admin:
        found = {product.code: product.id for product in _enter(admin)}
        _retire(found[RETIRED[0]], admin)
    return found


@transaction
def _enter(actor: Actor) -> list[Product]:
    change_set().issued_at = clock.now() - timedelta(days=720)
    return [_entered(row, actor) for row in (*PRODUCTS, RETIRED)]


def _entered(row: tuple[str, str, str, str, str, int | None, str], actor: Actor) -> Product:
    code, name, category, unit, price, months, description = row
    values = {"code": code, "name": name, "category": category, "unit": unit, "price": Decimal(price)}
    product = services.create(values | {"term_months": months, "description": description}, actor=actor)
    product.created_at = product.updated_at = clock.now() - timedelta(days=720)
    return product


@transaction
def _retire(key: int, actor: Actor) -> None:
    change_set().issued_at = clock.now() - timedelta(days=400)
    services.retire(db.session.get_one(Product, key), actor=actor)
