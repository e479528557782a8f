"""What is put together is read back as it was said, by the standard library's own reader."""

import email
import email.policy
from email.header import decode_header, make_header
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from mailcore.protocol import addresses, headers, mime

TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200)
BODY = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=3000
)
FILE = st.builds(
    mime.Attachment,
    filename=st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=60),
    content_type=st.sampled_from(["application/pdf", "text/csv; charset=utf-8"]),
    content=st.binary(max_size=300),
    content_id=st.sampled_from(["", "logo@x"]),
)


def read(content: mime.Content, *more: headers.Field) -> EmailMessage:
    part = mime.compose(content, boundary="=_b")
    fields = [*more, headers.make("MIME-Version", "1.0"), *part.fields]
    message = headers.join(fields, b"\r\n" + part.body)
    assert not mime.has_long_line(message)
    assert message.count(b"\r\n") == message.count(b"\n") == message.count(b"\r")
    assert message.isascii()
    return email.message_from_bytes(message, policy=email.policy.SMTP)


def lines(text: str) -> list[bytes]:
    """Without the line end that every text gets; other characters that end lines stay as they are."""
    return text.replace("\r\n", "\n").removesuffix("\n").encode().split(b"\n")


@settings(max_examples=40)
@given(text=BODY, html=BODY, files=st.lists(FILE, max_size=3))
def test_texts_and_files_come_back(text: str, html: str, files: list[mime.Attachment]) -> None:
    message = read(mime.Content(text=text, html=html, attachments=files))
    for kind, said in (("plain", text), ("html", html)):
        part = message.get_body([kind])
        assert part is not None
        assert lines(part.get_payload(decode=True).decode()) == lines(said)
    found = [part for part in message.walk() if part.get_filename()]
    key = bool if not files else (lambda pair: pair)
    assert sorted(
        ((part.get_filename(), part.get_payload(decode=True)) for part in found), key=key
    ) == sorted(((file.filename, file.content) for file in files), key=key)


@settings(max_examples=40)
@given(text=BODY)
def test_one_text_is_one_part(text: str) -> None:
    message = read(mime.Content(text=text))
    assert message.get_content_type() == "text/plain"
    assert lines(message.get_payload(decode=True).decode()) == lines(text)


@given(subject=TEXT, name=TEXT)
def test_header_texts_come_back_and_add_no_field(subject: str, name: str) -> None:
    subject, name = " ".join(subject.split()), " ".join(name.split())
    if not addresses.is_line(subject + name):
        return
    field = mime.address_field("From", [(name, "a@x.test")])
    message = read(mime.Content(text="x"), mime.text_field("Subject", subject), field)
    assert message.keys() == [
        "Subject", "From", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    ]  # fmt: skip
    assert message["subject"] == subject
    (sender,) = message["from"].addresses
    assert sender.addr_spec == "a@x.test"
    # Python 3.11's address parser keeps the space between two encoded words (RFC 2047 §6.2 drops it).
    phrase = field.raw.decode().partition(":")[2].rpartition("<")[0]
    if name and not phrase.strip().startswith('"'):
        assert str(make_header(decode_header(phrase.strip()))) == name
    else:
        assert sender.display_name == name


def test_pictures_stand_with_the_html_that_shows_them() -> None:
    picture = mime.Attachment(
        filename="p", content_type="image/png", content=b"p", content_id="p@x"
    )
    table = mime.Attachment(filename="t", content_type="text/csv", content=b"t")
    message = read(mime.Content(text="t", html="<img>", attachments=[table, picture]))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html",
        "image/png", "text/csv",
    ]  # fmt: skip
