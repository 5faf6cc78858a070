"""From the inbox to the mail server: who gets what, in which words, and what becomes of what does not arrive."""

from tests.cast import EVE, LIN
from tests.system.channels.steps import deliveries, read, tell


def test_what_is_told_leaves_by_mail(app, box, mailing, send):
    tell(app, LIN, EVE)
    assert deliveries(app, "person_id", "state", "tries") == [(LIN.id, "waiting", 0), (EVE.id, "waiting", 0)]
    assert send() == 2
    assert deliveries(app, "state", "answer") == [("sent", "250 queued as 1"), ("sent", "250 queued as 2")]
    mails = [read(one) for one in box.mails]
    assert [one["To"].addresses[0].addr_spec for one in mails] == ["lin@example.cn", "eve@example.cn"]
    assert [one["Message-ID"] for one in mails] == [one for (one,) in deliveries(app, "mail_id")]
