"""Text messages through Aliyun's SendSms, signed as its RPC interface wants it (version 1.0, HMAC-SHA1).

Source: help.aliyun.com/zh/sms (SendSms, version 2017-05-25), and its 请求签名机制. The tests compute the two examples
published there.
"""

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha1
from typing import Any
from urllib.parse import quote

from app.base.errors import Invalid
from app.base.i18n import _

ENDPOINT = "https://dysmsapi.aliyuncs.com/"
VERSION, REGION = "2017-05-25", "cn-hangzhou"
LONGEST_VALUE = 35  # signs of one variable of a template
PLACEHOLDERS = ("title", "text", "name", "site", "kind")
#: Answers after which the same message would be refused again.
FINAL = frozenset({"isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.BLACK_KEY_CONTROL_LIMIT"})


def request(  # noqa: PLR0913 - all that is signed
    *,
    key: str,
    secret: str,
    phone: str,
    sign_name: str,
    template: str,
    values: Mapping[str, str],
    nonce: str,
    at: datetime,
    reference: str,
) -> dict[str, str]:
    """Return the form that is posted, signed. ``at``: UTC; ``reference``: what Aliyun's receipts will call it."""
    given = {
        "AccessKeyId": key,
        "Action": "SendSms",
        "Format": "JSON",
        "OutId": reference,
        "PhoneNumbers": phone,
        "RegionId": REGION,
        "SignName": sign_name,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": nonce,
        "SignatureVersion": "1.0",
        "TemplateCode": template,
        "TemplateParam": json.dumps(dict(values), ensure_ascii=False),
        "Timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "Version": VERSION,
    }
    return {**given, "Signature": signature(given, secret=secret, verb="POST")}


def signature(given: Mapping[str, str], *, secret: str, verb: str) -> str:
    """Return the signature of a request's parameters."""
    listed = "&".join(f"{_percent(name)}={_percent(value)}" for name, value in sorted(given.items()))
    text = f"{verb}&{_percent('/')}&{_percent(listed)}"
    return b64encode(hmac.digest(f"{secret}&".encode(), text.encode(), sha1)).decode()


def _percent(text: str) -> str:
    return quote(text, safe="-_.~")


def body(form: Mapping[str, str]) -> bytes:
    """Return a signed form as it is sent."""
    return "&".join(f"{_percent(name)}={_percent(value)}" for name, value in form.items()).encode()


def refusal(answer: Mapping[str, Any]) -> str:
    """Return what Aliyun has to say against it, as it says it; "" if it took the message."""
    code = answer.get("Code")
    return "" if code == "OK" else f"{code} {answer.get('Message')}"[:300]


def is_final(answer: Mapping[str, Any]) -> bool:
    """Tell whether the same message would be refused again."""
    return answer.get("Code") in FINAL


def variables(text: str) -> dict[str, str]:
    """Return variable → placeholder of what an administrator has typed: "title={title}, who={name}". Raises Invalid."""
    found = {}
    for part in filter(None, (one.strip() for one in re.split(r"[,，;；\n]", text))):
        match = re.fullmatch(r"([A-Za-z]\w{0,19})\s*[=＝]\s*\{?(\w+)\}?", part)
        if not match or match[2] not in PLACEHOLDERS:
            wanted = "、".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise Invalid(
                _("Write each variable of the template like title={title}; there are %(wanted)s."), wanted=wanted
            )
        found[match[1]] = match[2]
    return found


def filled(text: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a template with their values, short enough for the carriers."""
    return {name: " ".join(values[place].split())[:LONGEST_VALUE] for name, place in variables(text).items()}
