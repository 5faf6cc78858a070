"""The ways by which letters leave. Nothing here touches the database."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from app.base import clock
from app.base.i18n import _
from app.system.channels.rules import addresses, robots, sms
from app.system.channels.rules.lifecycle import EMAIL, SMS
from app.system.channels.services import wire
from app.system.channels.services.letters import Account, Letter, Out
from app.system.channels.services.mail import Mail
from app.system.channels.services.wire import Limits, Undelivered


@contextmanager
def opened(account: Account, limits: Limits) -> Iterator[Out]:
    """Yield the way out of a channel."""
    out: Any = {EMAIL: Mail, SMS: TextMessages}.get(account.kind, Robot)(account, limits)  # type: ignore[call-overload]
    try:
        yield out
    finally:
        out.close()


class Robot:
    """The robot of a group."""

    def __init__(self, account: Account, limits: Limits) -> None:
        self.account, self.limits = account, limits

    def send(self, letter: Letter) -> str:
        """Let the robot say it. Raises Undelivered, with what the other side answered."""
        kind, kept = self.account.kind, self.account.secrets
        target = addresses.target(kept.get("webhook", ""), allowed=self.limits.allowed_hosts)
        secret = kept.get("signing", "")
        post = robots.post(kind, letter.text, mobiles=letter.mobiles, secret=secret, seconds=time.time())
        if post.params:
            target = addresses.Target(target.is_secure, target.host, target.port, _with(target.path, post.params))
        body = json.dumps(post.body, ensure_ascii=False).encode()
        answer = wire.post_json(target, body, content_type="application/json; charset=utf-8", limits=self.limits)
        if refusal := robots.refusal(kind, answer):
            raise Undelivered(_("%(host)s refuses: %(answer)s"), host=target.host, answer=refusal)
        return "OK"

    def close(self) -> None:
        """Nothing is open."""


def _with(path: str, params: Mapping[str, str]) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode(params)}"


class TextMessages:
    """Text messages through Aliyun."""

    def __init__(self, account: Account, limits: Limits) -> None:
        self.account, self.limits = account, limits

    def send(self, letter: Letter) -> str:
        """Send one text message. Raises Undelivered, with what the other side answered."""
        one = self.account
        target = addresses.target(one.endpoint, allowed=self.limits.allowed_hosts)
        form = sms.request(
            key=one.username,
            secret=one.secrets.get("password", ""),
            phone=letter.to,
            sign_name=one.sign_name,
            template=one.template_code,
            values=sms.filled(one.variables, letter.values),
            nonce=secrets.token_hex(16),
            at=clock.now(),
            reference=letter.mail_id.strip("<>").partition("@")[0],
        )
        kind = "application/x-www-form-urlencoded"
        answer = wire.post_json(target, sms.body(form), content_type=kind, limits=self.limits)
        if refusal := sms.refusal(answer):
            final = sms.is_final(answer)
            raise Undelivered(_("%(host)s refuses: %(answer)s"), is_final=final, host=target.host, answer=refusal)
        return f"OK {answer.get('BizId', '')}"[:200]

    def close(self) -> None:
        """Nothing is open."""
