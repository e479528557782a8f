"""Replies as real servers send them."""

import pytest

from mailcore.protocol import smtp_reply
from mailcore.protocol.smtp_reply import MalformedReply


def test_code_enhanced_code_and_text_are_told_apart():
    reply = smtp_reply.parse(
        ["550 5.1.1 The email account that you tried to reach does not exist."]
    )
    assert (reply.code, reply.enhanced) == (550, "5.1.1")
    assert reply.is_permanent
    assert reply.lines == ("The email account that you tried to reach does not exist.",)


def test_all_lines_of_a_reply_are_kept_and_the_enhanced_code_is_named_once():
    reply = smtp_reply.parse(
        ["421-4.7.28 Gmail has detected an unusual rate of", "421 4.7.28 unsolicited mail."]
    )
    assert reply.text == "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail."


def test_an_enhanced_code_of_another_class_is_text():
    assert smtp_reply.parse(["250 5.1.1 odd"]).enhanced == ""


def test_a_reply_without_text_is_a_reply():
    assert smtp_reply.parse(["250"]).is_positive


@pytest.mark.parametrize("line", ["", "25 ok", "hello", "650 x", "250ok"])
def test_what_is_no_reply_is_refused(line):
    with pytest.raises(MalformedReply):
        smtp_reply.is_last(line)


def test_lines_of_one_reply_share_their_code():
    with pytest.raises(MalformedReply):
        smtp_reply.parse(["250-one", "550 two"])
