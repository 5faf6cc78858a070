"""Announcements and letters of the demo."""

from collections.abc import Mapping
from datetime import timedelta

from app.base import clock
from app.base.actor import Actor, acting
from app.system.announcements import services as announcements
from app.system.letters import services as letters

DUTY = (
    "各位同事：\n\n"
    "年底前需完成老客户服务费到期情况的核对，请在每周五下班前把本周已联系、已续费和不再续费的客户在系统里登记清楚。\n"
    "财务部每周一上午对账，登记不全的不计入当月业绩。\n\n客服一部"
)
MAINTENANCE = "本周六 22:00 至 24:00 系统升级，期间暂停使用。请提前保存正在填写的内容。"
LETTERS = (
    (
        "lijing",
        ("wangli", "chenfang"),
        "下周片区调整",
        "洛阳片区下周起由王丽负责，陈芳请在周三前把未分派的客户整理出来。",
    ),
    ("wangli", ("lijing",), "恒泰精密的续费", "恒泰那边财务说要等月底付款，我把下次联系改到 28 日，您看可以吗？"),
)


def write(actors: Mapping[str, Actor]) -> None:
    """Publish two announcements and send two letters, one of them answered."""
    for who, title, body, asks in (
        ("lijing", "年底服务费核对安排", DUTY, True),
        ("admin", "系统升级通知", MAINTENANCE, False),
    ):
        with acting(actors[who]) as actor:
            values = {"title": title, "body": body, "asks_receipt": asks}
            values["until_on"] = clock.today() + timedelta(days=30)
            announcements.publish(announcements.create(values, actor=actor), actor=actor)
    for who, people, subject, body in LETTERS:
        with acting(actors[who]) as actor:
            keys = [actors[name].id for name in people]
            sent = letters.send({"subject": subject, "body": body, "people": keys}, actor=actor)
    with acting(actors["lijing"]) as actor:
        letters.reply(sent, "可以，记得当天打电话确认到账。", to_all=False, actor=actor)
