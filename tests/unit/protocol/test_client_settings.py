"""A mail program finds its servers by the address alone."""

from xml.etree.ElementTree import fromstring

from mailcore.protocol import client_settings

OFFERED = client_settings.servers(imap_host="imap.infra.test", smtp_host="smtp.infra.test")


def document(display_name="Acme Mail"):
    raw = client_settings.autoconfig(OFFERED, domain="client.test", display_name=display_name)
    return fromstring(raw)


def test_incoming_and_outgoing_servers_are_offered_with_tls_only():
    root = document()
    incoming = [
        (e.get("type"), e.findtext("port"), e.findtext("socketType"))
        for e in root.iter("incomingServer")
    ]
    outgoing = [(e.findtext("hostname"), e.findtext("port")) for e in root.iter("outgoingServer")]
    assert incoming == [("imap", "993", "SSL"), ("pop3", "995", "SSL")]
    assert outgoing == [("smtp.infra.test", "465"), ("smtp.infra.test", "587")]
    assert {e.text for e in root.iter("socketType")} == {"SSL", "STARTTLS"}


def test_the_login_is_the_whole_address():
    assert {e.text for e in document().iter("username")} == {"%EMAILADDRESS%"}


def test_a_product_name_with_markup_stays_a_name():
    assert document('<b>&"Acme"').findtext("emailProvider/displayName") == '<b>&"Acme"'
