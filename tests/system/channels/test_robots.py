"""What robots and text messages are sent, byte by byte, against a server on loopback that checks the signature."""

import hmac
import json
from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl

import pytest

from app.base.errors import Invalid
from app.system.channels.rules import robots, sms
from app.system.channels.services import posts
from app.system.channels.services.letters import Account, Letter
from app.system.channels.services.wire import Limits, Undelivered
from tests.system.channels import servers
from tests.system.channels.servers import HOST, saying, web_server

pytestmark = pytest.mark.usefixtures("in_app")
one_database = pytest.mark.one_database
LETTER = Letter(
    "<zk.1.2.3.20261126@zhike.example>", "13800138000", "林晓", "收回", "知客：收回\n详见链接", "知客",
    mobiles=("13800138000", "13900139000"), values={"title": "您的 3 家客户即将收回", "name": "林晓"},
)  # fmt: skip
LIMITS = Limits((HOST,), 5.0)


def posted(account, answer, letter=LETTER, limits=LIMITS):
    """Send a letter to a server that answers so; return (path, params, body, head) of what came, and what was said."""
    with web_server(answer) as (asked, address), posts.opened(account(address), limits) as out:
        said = out.send(letter)
        [one] = asked
        return one, said


def robot(kind, path="/hook?key=K", **secrets):
    return lambda address: Account(1, kind, secrets={"webhook": f"{address}{path}", **secrets})


def signed(text, key):
    return b64encode(hmac.digest(key.encode(), text.encode(), sha256)).decode()


@one_database
def test_wecom_takes_a_text_and_whom_to_mention():
    (path, params, body, head), said = posted(robot("wecom"), saying({"errcode": 0, "errmsg": "ok"}))
    assert (path, params, said) == ("/hook", {"key": "K"}, "OK")
    assert head["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(body) == {
        "msgtype": "text",
        "text": {"content": LETTER.text, "mentioned_mobile_list": ["13800138000", "13900139000"]},
    }


@one_database
def test_dingtalk_takes_a_signature_in_its_address_and_the_numbers_in_the_text():
    account = robot("dingtalk", "/robot/send?access_token=T", signing="SECabc")
    (path, params, body, _head), _said = posted(account, saying({"errcode": 0, "errmsg": "ok"}))
    assert (path, params["access_token"], len(params["timestamp"])) == ("/robot/send", "T", 13)
    assert params["sign"] == signed(f"{params['timestamp']}\nSECabc", "SECabc")
    sent = json.loads(body)
    assert sent["at"] == {"atMobiles": ["13800138000", "13900139000"], "isAtAll": False}
    assert sent["text"]["content"] == f"{LETTER.text}\n@13800138000 @13900139000"


@one_database
def test_dingtalk_without_a_secret_is_posted_unsigned():
    (_path, params, _body, _head), _said = posted(robot("dingtalk"), saying({"errcode": 0}))
    assert params == {"key": "K"}


@one_database
def test_feishu_takes_its_signature_in_the_body_with_the_text_as_key():
    account = robot("feishu", "/open-apis/bot/v2/hook/abc", signing="geheim")
    (path, params, body, _head), _said = posted(account, saying({"code": 0, "msg": "success"}))
    sent = json.loads(body)
    assert (path, params) == ("/open-apis/bot/v2/hook/abc", {})
    assert sent["sign"] == signed("", f"{sent['timestamp']}\ngeheim")
    assert (sent["msg_type"], sent["content"], len(sent["timestamp"])) == ("text", {"text": LETTER.text}, 10)


@one_database
@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "93000 invalid webhook url"),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, "310000 sign not match"),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, "19021 sign match fail"),
        ("feishu", {}, "None None"),
    ],
)
def test_what_a_robot_refuses_is_told_in_its_words(kind, answer, words):
    with pytest.raises(Undelivered, match=f"127.0.0.1 refuses: {words}"):
        posted(robot(kind), saying(answer))


def test_a_text_is_cut_between_signs_not_within():
    cut = robots.cut("客" * 1000)
    assert len(cut.encode()) <= robots.LONGEST_BYTES
    assert cut.endswith("客…")
    assert robots.cut("短") == "短"


# ── text messages ──


def test_the_signatures_that_aliyun_publishes_are_ours():
    """Source: Aliyun, 签名机制: DescribeRegions of ECS, and SendSms."""
    regions = {
        "Timestamp": "2016-02-23T12:46:24Z", "Format": "XML", "AccessKeyId": "testid", "Action": "DescribeRegions",
        "SignatureMethod": "HMAC-SHA1", "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "Version": "2014-05-26", "SignatureVersion": "1.0",
    }  # fmt: skip
    assert sms.signature(regions, secret="testsecret", verb="GET") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="
    text = {
        "AccessKeyId": "testId", "Timestamp": "2017-07-12T02:42:19Z", "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0", "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466", "Action": "SendSms",
        "Version": "2017-05-25", "RegionId": "cn-hangzhou", "PhoneNumbers": "15300000001", "Format": "XML",
        "SignName": "阿里云短信测试专用", "TemplateParam": '{"customer":"test"}', "TemplateCode": "SMS_71390007",
        "OutId": "123",
    }  # fmt: skip
    assert sms.signature(text, secret="testSecret", verb="GET") == "zJDF+Lrzhj/ThnlvIToysFRq6t4="


def account_of_aliyun(address):
    return Account(
        1, "sms", username="LTAI", endpoint=address, sign_name="知客", template_code="SMS_1",
        variables="title={title}, who={name}", secrets={"password": "geheim"},
    )  # fmt: skip


@one_database
def test_a_text_message_is_a_signed_form():
    (path, params, body, head), said = posted(account_of_aliyun, saying({"Code": "OK", "BizId": "9006^0"}))
    form = dict(parse_qsl(body.decode(), strict_parsing=True))
    assert (path, params, said) == ("/", {}, "OK 9006^0")
    assert head["Content-Type"] == "application/x-www-form-urlencoded"
    assert form.pop("Signature") == sms.signature(form, secret="geheim", verb="POST")
    assert json.loads(form["TemplateParam"]) == {"title": "您的 3 家客户即将收回", "who": "林晓"}
    assert (form["PhoneNumbers"], form["SignName"], form["TemplateCode"]) == ("13800138000", "知客", "SMS_1")
    assert (form["Action"], form["Version"], form["OutId"]) == ("SendSms", "2017-05-25", "zk.1.2.3.20261126")
    assert datetime.fromisoformat(form["Timestamp"]).tzinfo


@one_database
@pytest.mark.parametrize(("code", "is_final"), [("isv.MOBILE_NUMBER_ILLEGAL", True), ("isv.AMOUNT_NOT_ENOUGH", False)])
def test_what_aliyun_refuses_is_told_and_tried_again_only_where_it_helps(code, is_final):
    with pytest.raises(Undelivered, match=code) as caught:
        posted(account_of_aliyun, saying({"Code": code, "Message": "no"}, status=400))
    assert caught.value.is_final is is_final


def test_a_variable_is_short_enough_for_the_carriers():
    values = {"title": "长" * 60, "text": "", "name": "a\nb", "site": "", "kind": ""}
    assert sms.filled("t={title}, n={name}", values) == {"t": "长" * 35, "n": "a b"}


@pytest.mark.parametrize("typed", ["title", "{title}", "a={nothing}", "1a={title}", "a={title} b={name}"])
def test_what_is_no_variable_is_said(typed):
    with pytest.raises(Invalid, match="like title"):
        sms.variables(typed)


# ── where nothing is sent ──


def to(url, limits=LIMITS):
    with posts.opened(Account(1, "feishu", secrets={"webhook": url}), limits) as out:
        return out.send(LETTER)


@one_database
def test_a_redirect_is_not_followed():
    def elsewhere(handler, _body):
        handler.send_response(302)
        handler.send_header("Location", "http://127.0.0.1:1/")
        handler.end_headers()

    with pytest.raises(Undelivered, match="sends us on to another address; we do not follow"):
        posted(robot("feishu"), elsewhere)


@one_database
@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://2130706433/x", "https://0x7f.1/x"]
)
def test_an_address_of_the_own_machine_is_refused_however_it_is_written(url):
    with pytest.raises(Undelivered, match="is no address of the public net"):
        to(url, Limits())


@one_database
def test_a_name_that_leads_to_the_own_network_is_refused_at_the_moment_of_connecting(monkeypatch):
    """A name may lead elsewhere than when it was saved: it is asked again, and what it answers is what is dialled."""
    answers = [("192.168.1.7", 443), ("93.184.216.34", 443)]
    known = [(servers.socket.AF_INET, servers.socket.SOCK_STREAM, 6, "", one) for one in answers]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_given, **_more: known)
    for names in (known, known[::-1]):  # one private address among public ones is enough
        monkeypatch.setattr("socket.getaddrinfo", lambda *_given, names=names, **_more: names)
        with pytest.raises(Undelivered, match=r"rebound\.example is no address of the public net"):
            to("https://rebound.example/x", Limits())


@one_database
def test_without_the_check_it_would_be_sent(monkeypatch):
    with web_server(saying({"code": 0})) as (asked, address):
        monkeypatch.setattr("app.system.channels.rules.addresses.is_public", lambda _address: True)
        monkeypatch.setattr("app.system.channels.rules.addresses.target", lambda url, **_more: plain(url))
        assert to(f"{address}/x", Limits()) == "OK"
        assert len(asked) == 1


def plain(url):
    from app.system.channels.rules.addresses import Target  # noqa: PLC0415 - the real one is patched away

    host, _colon, port = url.removeprefix("http://").partition("/")[0].partition(":")
    return Target(is_secure=False, host=host, port=int(port), path="/x")


@one_database
def test_a_huge_answer_is_not_read_to_its_end():
    def huge(handler, _body):
        handler.send_response(200)
        handler.end_headers()
        for _time in range(200):
            handler.wfile.write(b" " * 65536)

    with pytest.raises(Undelivered, match="answers too much"):
        posted(robot("feishu"), huge)


@one_database
@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"])
def test_an_answer_that_drips_is_broken_off(said):
    def drip(here):
        here.recv(65536)
        here.sendall(said)
        while True:
            here.sendall(b" ")
            servers.threading.Event().wait(0.05)

    with servers.line(drip) as port, pytest.raises(Undelivered, match="does not answer"):
        to(f"http://{HOST}:{port}/x", Limits((HOST,), 0.6))


@one_database
@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"\xff\xfe", b'"ok"'])
def test_an_answer_in_no_words_we_know_is_told(answer):
    def odd(handler, _body):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    with pytest.raises(Undelivered, match="answers with 200, and no word we know"):
        posted(robot("feishu"), odd)


@one_database
def test_where_nobody_listens_is_told():
    with pytest.raises(Undelivered, match="nobody listens at port"):
        to(f"http://{HOST}:{servers.free_port()}/x")
    with pytest.raises(Undelivered, match=r"no server called nowhere\.invalid"):
        to("https://nowhere.invalid/x", Limits())


@one_database
def test_a_server_without_tls_is_no_server_we_trust():
    with (
        web_server(saying({"code": 0})) as (_asked, address),
        pytest.raises(Undelivered, match="speaks no TLS we trust"),
    ):
        to(address.replace("http://", "https://") + "/x")
