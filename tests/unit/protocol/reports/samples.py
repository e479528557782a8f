"""Reports in the shapes that large receivers send, about domains that nobody has."""

import gzip
import json
import zipfile
from base64 import encodebytes
from datetime import UTC, datetime
from io import BytesIO

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<feedback{attributes}>
  <report_metadata>
    <org_name>{org}</org_name>
    <email>dmarc@{org}</email>
    <report_id>{report_id}</report_id>
    <date_range><begin>{begin}</begin><end>{end}</end></date_range>
  </report_metadata>
  <policy_published><domain>{domain}</domain><adkim>r</adkim><aspf>r</aspf>
    <p>none</p><sp>none</sp><pct>100</pct></policy_published>
"""
RECORD = """  <record>
    <row><source_ip>{ip}</source_ip><count>{count}</count>
      <policy_evaluated><disposition>none</disposition><dkim>{dkim}</dkim><spf>{spf}</spf>{reason}</policy_evaluated></row>
    <identifiers><header_from>{header_from}</header_from></identifiers>
    <auth_results>{auth}</auth_results>
  </record>
"""
BEGIN, END = 1_795_219_200, 1_795_305_599  # 2026-11-21


def datetime_of(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def record(ip="192.0.2.1", count=1, *, dkim="pass", spf="pass", auth=None, reason="", header_from="client.test"):  # fmt: skip
    auth = auth or "<spf><domain>client.test</domain><result>pass</result></spf>"
    return RECORD.format(
        ip=ip, count=count, dkim=dkim, spf=spf, auth=auth, reason=reason, header_from=header_from
    )


def aggregate(
    *records, org="google.com", report_id="17", domain="client.test", begin=BEGIN, end=END,
    attributes="",
) -> bytes:  # fmt: skip
    head = HEAD.format(
        org=org, report_id=report_id, domain=domain, begin=begin, end=end, attributes=attributes
    )
    return (head + "".join(records or [record()]) + "</feedback>\n").encode()


#: Google: names no envelope, tells selectors, and overrides with an ARC chain.
GOOGLE = aggregate(
    record(
        "198.51.100.7", 12,
        auth="<dkim><domain>client.test</domain><result>pass</result><selector>r1</selector></dkim>"
        "<spf><domain>client.test</domain><result>pass</result></spf>",
    ),
    record(
        "203.0.113.9", 3, dkim="fail", spf="fail",
        reason="<reason><type>local_policy</type><comment>arc=pass</comment></reason>",
        auth="<spf><domain>list.test</domain><result>pass</result></spf>",
    ),
)  # fmt: skip
#: Microsoft: name spaces in the root, envelope names, several signatures.
MICROSOFT = aggregate(
    """  <record><row><source_ip>2001:db8::25</source_ip><count>4</count><policy_evaluated>
    <disposition>quarantine</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row>
    <identifiers><envelope_to>a.test</envelope_to><envelope_from>em.sendgrid.net</envelope_from>
      <header_from>News.Client.test</header_from></identifiers>
    <auth_results><dkim><domain>sendgrid.net</domain><selector>s1</selector><result>pass</result></dkim>
      <dkim><domain>client.test</domain><result>fail</result></dkim>
      <spf><domain>em.sendgrid.net</domain><scope>mfrom</scope><result>pass</result></spf></auth_results>
  </record>
""",
    org="Outlook.com",
    attributes=' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns="http://dmarc.org/dmarc-xml/0.1"',
)
#: Yahoo: white space around everything, upper case, an empty From.
YAHOO = aggregate(
    record(" 192.0.2.77\n", " 2 ", dkim=" FAIL ", spf="\tPASS ", header_from=" "),
    org="Yahoo",
    report_id=" 17.5 ",
)
#: Others: a byte order mark, an older draft's fields, IPv4 in IPv6, a forwarder.
OTHER = b"\xef\xbb\xbf" + aggregate(
    record("::ffff:192.0.2.5", 1),
    record(
        "192.0.2.6", 1, dkim="fail", spf="fail",
        reason="<reason><type>forwarded</type><comment/></reason>",
    ),
    org="fastmail",
).replace(b"<feedback>", b"<feedback><version>1.0</version>")  # fmt: skip

TLS = {
    "organization-name": "Google Inc.",
    "date-range": {
        "start-datetime": "2026-11-21T00:00:00Z",
        "end-datetime": "2026-11-21T23:59:59Z",
    },
    "contact-info": "smtp-tls-reporting@google.com",
    "report-id": "2026-11-21T00:00:00Z_client.test",
    "policies": [
        {
            "policy": {
                "policy-type": "sts",
                "policy-string": ["version: STSv1", "mode: testing", "mx: mx.infra.test"],
                "policy-domain": "client.test",
                "mx-host": ["mx.infra.test"],
            },
            "summary": {"total-successful-session-count": 90, "total-failure-session-count": 10},
            "failure-details": [
                {
                    "result-type": "certificate-expired",
                    "sending-mta-ip": "192.0.2.1",
                    "receiving-mx-hostname": "MX.infra.test",
                    "failed-session-count": 7,
                }
            ],
        },
        {
            "policy": {"policy-type": "no-policy-found", "policy-domain": "other.test"},
            "summary": {"total-successful-session-count": 5, "total-failure-session-count": 0},
        },
    ],
}


def tls(**changes: object) -> bytes:
    return json.dumps(TLS | changes).encode()


def zipped(*members: bytes, name: str = "report-%d.xml") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, content in enumerate(members):
            archive.writestr(name % n, content)
    return out.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content)


def mail(content: bytes, *, kind: str = "application/gzip", sender: str = "dmarc@google.com",
         to: str = "dmarc-x@reports.infra.test", results: str = "") -> bytes:  # fmt: skip
    """The attachment in a message of two parts; `results` as our MX would have put them on top."""
    top = f"Authentication-Results: mx.infra.test; {results}\r\n" if results else ""
    return (
        f"{top}From: {sender}\r\nTo: {to}\r\nSubject: Report Domain: client.test\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\n<This> is a report.\r\n"
        f'--b\r\nContent-Type: {kind}; name="r"\r\nContent-Disposition: attachment; filename="r"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    ).encode() + encodebytes(content).replace(b"\n", b"\r\n") + b"--b--\r\n"  # fmt: skip
