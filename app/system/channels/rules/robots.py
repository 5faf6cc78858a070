"""What the robots of groups are sent, and what they answer.

Source: 企业微信 developer.work.weixin.qq.com/document/path/91770 (群机器人配置说明);
钉钉 open.dingtalk.com/document/robots/custom-robot-access and customize-robot-security-settings (加签);
飞书 open.feishu.cn/document/client-docs/bot-v3/add-custom-bot.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from app.system.channels.rules.lifecycle import DINGTALK, FEISHU, WECOM

#: Longest text in bytes of UTF-8. WeCom's own limit is 2,048; the others take more, and nobody reads it.
LONGEST_BYTES = 2000
MOST_MENTIONED = 50


@dataclass(frozen=True)
class Post:
    """What is posted to a robot: parameters to add to its address, and the body as JSON."""

    body: Mapping[str, Any]
    params: Mapping[str, str] = field(default_factory=dict)


def post(kind: str, text: str, *, mobiles: Sequence[str] = (), secret: str = "", seconds: float = 0) -> Post:
    """Return what is posted to a robot. ``mobiles``: whom to mention; ``seconds``: since 1970, for the signature."""
    said, mentioned = cut(text), [*dict.fromkeys(mobiles)][:MOST_MENTIONED]
    return {WECOM: _wecom, DINGTALK: _dingtalk, FEISHU: _feishu}[kind](said, mentioned, secret, seconds)  # type: ignore[index]


def _wecom(text: str, mobiles: Sequence[str], _secret: str, _seconds: float) -> Post:
    return Post({"msgtype": "text", "text": {"content": text, "mentioned_mobile_list": list(mobiles)}})


def _dingtalk(text: str, mobiles: Sequence[str], secret: str, seconds: float) -> Post:
    called = " ".join(f"@{one}" for one in mobiles)  # without it in the text nobody is mentioned
    body = {
        "msgtype": "text",
        "text": {"content": f"{text}\n{called}" if called else text},
        "at": {"atMobiles": list(mobiles), "isAtAll": False},
    }
    return Post(body, _dingtalk_seal(secret, round(seconds * 1000)) if secret else {})


def _dingtalk_seal(secret: str, milliseconds: int) -> dict[str, str]:
    seal = hmac.digest(secret.encode(), f"{milliseconds}\n{secret}".encode(), sha256)
    return {"timestamp": str(milliseconds), "sign": b64encode(seal).decode()}


def _feishu(text: str, _mobiles: Sequence[str], secret: str, seconds: float) -> Post:
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:  # the text to seal is the key, and what is sealed is empty
        seal = hmac.digest(f"{int(seconds)}\n{secret}".encode(), b"", sha256)
        body = {"timestamp": str(int(seconds)), "sign": b64encode(seal).decode(), **body}
    return Post(body)


def refusal(kind: str, answer: Mapping[str, Any]) -> str:
    """Return what a robot has to say against it, as it says it; "" if it took the message."""
    if kind == FEISHU:
        code, words = answer.get("code", answer.get("StatusCode")), answer.get("msg", answer.get("StatusMessage"))
    else:
        code, words = answer.get("errcode"), answer.get("errmsg")
    return "" if code == 0 else f"{code} {words}"[:300]


def cut(text: str) -> str:
    """Return a text of at most LONGEST_BYTES bytes, no sign of it cut in half."""
    whole = text.encode()
    return text if len(whole) <= LONGEST_BYTES else whole[: LONGEST_BYTES - 3].decode(errors="ignore") + "…"
