"""Mail by SMTP."""

import smtplib
import socket
import ssl
import time
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from markupsafe import Markup

from app.base import clock
from app.base.i18n import _
from app.system.channels.rules import words
from app.system.channels.services import wire
from app.system.channels.services.letters import STARTTLS, TLS, Account, Letter
from app.system.channels.services.wire import Limits, Undelivered

PERMANENT = 500  # from here on the answer will not change
DONE, FORWARDED = 250, 251  # Source: RFC 5321


class _Checked(smtplib.SMTP):
    """SMTP over a connection to an address that was checked. ``out.line``: the connection, as soon as there is one."""

    def __init__(self, out: "Mail", seconds: float) -> None:
        self.out = out
        super().__init__(out.account.host, out.account.port, local_hostname="localhost", timeout=seconds)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        here = wire.dial(host, port, self.out.limits)
        here.settimeout(timeout)
        if self.out.account.security == TLS:
            here = wire.encrypted(here, host)
        self.out.line = here
        if isinstance(here, ssl.SSLSocket):
            here.do_handshake()
        return here


class Mail:
    """Mail by SMTP. The connection stays open from letter to letter, and is made anew when it is gone."""

    def __init__(self, account: Account, limits: Limits) -> None:
        self.account, self.limits = account, limits
        self.server: _Checked | None = None
        self.line: socket.socket | None = None

    def send(self, letter: Letter) -> str:
        """Send one mail within the time there is. Raises Undelivered, with what the server said."""
        with wire.deadline(lambda: self.line, self.limits.seconds) as over:
            try:
                message = mail(letter, sender=self.account.from_address)
                return self._sent(message, ends=time.monotonic() + self.limits.seconds)
            except Undelivered:
                self.close()
                raise
            except (OSError, smtplib.SMTPException, ValueError) as error:
                self.close()
                raise _told(TimeoutError() if over.is_set() else error, self.account, letter) from error

    def _sent(self, message: EmailMessage, *, ends: float) -> str:
        server = self._connected()
        if time.monotonic() >= ends:  # somebody else may send it by now
            raise TimeoutError
        return _given(server, message, sender=self.account.from_address)

    def _connected(self) -> _Checked:
        """Return a connection that answers: the one there is, or a new one."""
        if self.server is not None and _answers(self.server):
            return self.server
        self.close()
        self.server = _Checked(self, self.limits.seconds)
        self._greet(self.server)
        return self.server

    def _greet(self, server: _Checked) -> None:
        server.ehlo_or_helo_if_needed()
        if self.account.security == STARTTLS:
            server.starttls(context=ssl.create_default_context())
            self.line = server.sock
            server.ehlo()
        if self.account.username:
            server.login(self.account.username, self.account.secrets.get("password", ""))

    def close(self) -> None:
        """Say good-bye, if anybody is there still."""
        server, self.server, self.line = self.server, None, None
        if server is not None:
            try:
                server.sock.settimeout(1.0)  # type: ignore[union-attr]
                server.quit()
            except (OSError, smtplib.SMTPException, AttributeError):
                server.close()


def _answers(server: smtplib.SMTP) -> bool:
    try:
        return server.noop()[0] == DONE
    except (OSError, smtplib.SMTPException):
        return False


def _given(server: smtplib.SMTP, message: EmailMessage, *, sender: str) -> str:
    """Hand a mail over; return the server's answer to it, which ``sendmail`` would keep to itself."""
    to = message["To"].addresses[0].addr_spec
    code, words_ = server.mail(sender)
    if code != DONE:
        raise smtplib.SMTPSenderRefused(code, words_, sender)
    code, words_ = server.rcpt(to)
    if code not in (DONE, FORWARDED):
        raise smtplib.SMTPRecipientsRefused({to: (code, words_)})
    code, words_ = server.data(message.as_bytes(policy=SMTP))
    if code != DONE:
        raise smtplib.SMTPDataError(code, words_)
    return f"{code} {_decoded(words_)}"[:200]


def mail(letter: Letter, *, sender: str) -> EmailMessage:
    """Return a letter as a mail: plain, and as a page of one column beside it."""
    made = EmailMessage()
    made["Message-ID"] = letter.mail_id
    made["Date"] = format_datetime(clock.local(clock.now()))
    made["From"] = Address(words.one_line(letter.site)[:60], addr_spec=sender)
    made["To"] = Address(words.one_line(letter.name)[:60], addr_spec=letter.to)
    made["Subject"] = words.one_line(letter.subject)[:200]
    made["Auto-Submitted"] = "auto-generated"  # no answering machine answers it. Source: RFC 3834
    made["Content-Language"] = letter.language.replace("_", "-")
    made.set_content(letter.text, cte="base64")
    if letter.html:
        made.add_alternative(letter.html, subtype="html", cte="base64")
    return made


def _told(error: Exception, account: Account, letter: Letter) -> Undelivered:
    """Return in words why a mail was not taken."""
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException):
        return _refused(error, letter)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        reason = str(error)[:200]
        return Undelivered(_("%(host)s does not know how to do that: %(reason)s"), host=account.host, reason=reason)
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return Undelivered(_("“%(address)s” is no address that mail can be sent to."), is_final=True, address=letter.to)
    return wire.unreachable(account.host, account.port, error)


def _refused(error: smtplib.SMTPException, letter: Letter) -> Undelivered:
    """Return in words what the server said."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        sentence = _("The mail server takes nothing for %(address)s: %(answer)s")
        return Undelivered(sentence, is_final=code >= PERMANENT, address=letter.to, answer=_answer(code, said))
    assert isinstance(error, smtplib.SMTPResponseException)  # noqa: S101 - the other of the two
    answer = _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Undelivered(_("The mail server refuses user name or password: %(answer)s"), answer=answer)
    return Undelivered(_("The mail server refuses the mail: %(answer)s"), answer=answer)


def _answer(code: int, said: bytes | str) -> str:
    return f"{code} {_decoded(said)}"[:300]


def _decoded(said: bytes | str) -> str:
    return words.one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)


def page(parts: Sequence[tuple[str, str, str]], *, foot: str, foot_url: str) -> str:
    """Return messages as a page of one column: (title, text, address) each."""
    entry = Markup(
        '<tr><td style="padding:0 0 20px"><div style="font-size:16px;font-weight:600">{}</div>'
        '<div style="white-space:pre-wrap;margin-top:6px;color:#475467">{}</div>{}</td></tr>'
    )
    link = Markup('<div style="margin-top:8px"><a href="{}" style="color:#175cd3">{}</a></div>')
    rows = [entry.format(title, text, link.format(url, _("Open")) if url else "") for title, text, url in parts]
    frame = Markup(
        '<!doctype html><meta charset="utf-8"><body style="margin:0;background:#f5f6f8"><table role="presentation" '
        'style="max-width:600px;margin:0 auto;padding:28px 24px;background:#fff;font:14px/1.6 sans-serif;color:#101">'
        '{}<tr><td style="border-top:1px solid #eaecf0;padding-top:12px;font-size:12px;color:#667085">{} '
        '<a href="{}" style="color:#667085">{}</a></td></tr></table></body>'
    )
    return str(frame.format(Markup("").join(rows), foot, foot_url, _("My notifications")))
