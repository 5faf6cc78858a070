"""A mail channel as a house would have it, switched off: a demo writes to nobody. And a heading of the house's own."""

from collections.abc import Mapping

from app.base.actor import Actor, acting
from app.system.channels import services

MAIL = {
    "name": "公司邮箱",
    "usual": "all",
    "host": "smtp.exmail.zhike.example",
    "port": 465,
    "security": "tls",
    "username": "crm@zhike.example",
    "password": "demo",
    "from_address": "crm@zhike.example",
}
WORDS = {
    "kind": "recall_soon",
    "family": "email",
    "language": "zh_Hans",
    "subject": "{name}，您有 {count} 家客户快要收回了",
    "body": "{stages}。\n请尽快跟进：{link}",
}


def keep_channels(actors: Mapping[str, Actor]) -> None:
    """Set the channel up and write the template, as the administrator."""
    with acting(actors["admin"]) as actor:
        services.create("email", MAIL, actor=actor)
        services.create_template(WORDS, actor=actor)
