"""Mail servers: passwords, encryption, and what goes wrong, in words."""

import ssl
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.base import clock
from app.system.channels.services import posts
from app.system.channels.services.letters import Account, Letter
from app.system.channels.services.wire import Limits, Undelivered
from tests.bed.servers import free_port
from tests.system.channels import servers
from tests.system.channels.servers import HOST, mail_server, with_password
from tests.system.channels.steps import read

pytestmark = [
    pytest.mark.usefixtures("in_app"),
    pytest.mark.one_database,
    pytest.mark.filterwarnings("ignore:Requiring AUTH"),
]
LETTER = Letter("<zk.1@zhike.example>", "lin@example.cn", "林晓", "收回", "3 家客户即将收回", "知客")
LIMITS = Limits((HOST, "localhost"), 5.0)
PASSWORD = {"username": "zhike", "secrets": {"password": "geheim-8271"}}


def sent(port, *letters, host=HOST, limits=LIMITS, **given):
    account = Account(1, "email", host=host, port=port, from_address="crm@zhike.example", **given)
    with posts.opened(account, limits) as out:
        return [out.send(one) for one in letters or (LETTER,)]


def test_several_letters_leave_by_one_connection_and_by_a_new_one_when_it_is_gone():
    with mail_server() as (box, port):
        account = Account(1, "email", host=HOST, port=port, from_address="crm@zhike.example")
        with posts.opened(account, LIMITS) as out:
            out.send(LETTER)
            first = out.server
            out.send(LETTER)
            assert out.server is first
            out.line.shutdown(servers.socket.SHUT_RDWR)
            out.send(LETTER)
            assert out.server is not first
        assert len(box.mails) == 3


def test_user_name_and_password_are_asked_and_wrong_ones_told():
    with mail_server(**with_password()) as (box, port):
        assert len(sent(port, **PASSWORD)) == 1
        with pytest.raises(Undelivered, match="refuses user name or password: 535"):
            sent(port, username="zhike", secrets={"password": "falsch-9999"})
        with pytest.raises(Undelivered, match="refuses the mail: 530"):
            sent(port)
        assert len(box.mails) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost and its key, as one file; nobody but these tests trusts it."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(clock.now() - timedelta(days=1))
    made = made.not_valid_after(clock.now() + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    pem = serialization.Encoding.PEM
    plain = (pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem) + key.private_bytes(*plain))
    return file


@pytest.fixture
def context(certificate):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_to_a_server_we_trust_and_to_no_other(context, certificate, monkeypatch, security):
    given = {"tls_context": context, "require_starttls": True} if security == "starttls" else {"ssl_context": context}
    with mail_server(**given) as (box, port):
        with pytest.raises(Undelivered, match="localhost speaks no TLS we trust: self-signed certificate"):
            sent(port, host="localhost", security=security)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        sent(port, host="localhost", security=security)
        with pytest.raises(Undelivered, match=r"127\.0\.0\.1 speaks no TLS we trust"):
            sent(port, host=HOST, security=security)  # another name than the certificate's
        assert len(box.mails) == 1


def test_a_server_without_starttls_gets_no_password():
    with (
        mail_server(**with_password()) as (_box, port),
        pytest.raises(Undelivered, match="does not know how to do that"),
    ):
        sent(port, security="starttls", **PASSWORD)


def test_a_server_that_is_not_there_or_of_the_own_network_is_told():
    with pytest.raises(Undelivered, match="nobody listens at port"):
        sent(free_port())
    with pytest.raises(Undelivered, match=r"127\.0\.0\.1 is no address of the public net"):
        sent(25, limits=Limits())


@pytest.mark.parametrize("greeting", [b"", b"220 hello\r\n"])
def test_a_server_that_drips_is_broken_off_in_time(greeting):
    def drip(here):
        here.sendall(greeting)
        while True:
            here.sendall(b"2")
            servers.threading.Event().wait(0.05)

    with servers.line(drip) as port, pytest.raises(Undelivered, match="does not answer"):
        sent(port, limits=Limits((HOST,), 0.6))


def test_a_mail_has_the_names_of_both_sides_and_is_answered_by_no_machine():
    with mail_server() as (box, port):
        sent(port)
        mail = read(box.mails[0])
    assert (str(mail["From"]), str(mail["To"])) == ("知客 <crm@zhike.example>", "林晓 <lin@example.cn>")
    assert (mail["Auto-Submitted"], mail["Message-ID"]) == ("auto-generated", "<zk.1@zhike.example>")
    assert mail["Date"].datetime.utcoffset() == timedelta(hours=8)


def test_an_address_that_is_none_is_given_up():
    with (
        mail_server() as (_box, port),
        pytest.raises(Undelivered, match="is no address that mail can be sent to") as told,
    ):
        sent(port, Letter("<zk.1@zhike.example>", "not an address", "x", "x", "x", "x"))
    assert told.value.is_final
