"""What replies of real servers mean."""

import tomllib
from pathlib import Path
from typing import get_args

import pytest

from mailcore.protocol import providers, reply_rules, smtp_reply
from mailcore.protocol.reply_classes import Classified, Reason, classify
from mailcore.protocol.reply_words import WORDS

REPLIES = tomllib.loads(
    (Path(__file__).parents[2] / "data" / "replies.toml").read_text(encoding="utf-8")
)
CASES = [(provider, *reply) for provider, replies in REPLIES.items() for reply in replies]


def _classify(line, *, phase="rcpt", provider="other"):
    reply = smtp_reply.parse([line])
    return classify(
        code=reply.code,
        enhanced=reply.enhanced,
        text=reply.text,
        phase=phase,
        provider=provider,
    )


def _words(meaning):
    return f"{meaning.reason} {meaning.kind} {meaning.scope}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}: {case[1][:40]}")
def test_a_real_reply_means(case):
    provider, line, expected, *phase = case
    # A first line that others follow reads like the last one here.
    line = line[:3] + " " + line[4:]
    assert _words(_classify(line, phase=(phase or ["rcpt"])[0], provider=provider)) == expected


def test_the_data_is_of_many_servers_and_of_known_providers():
    assert len(CASES) >= 80
    assert set(REPLIES) <= providers.PROVIDERS
    assert set(reply_rules.RULES) - {reply_rules.ANY, reply_rules.WIDE} <= providers.PROVIDERS


def test_a_block_of_our_network_costs_no_address():
    line = "550 5.7.1 part of their network is on our block list (S3150)"
    assert not _classify(line, provider="outlook").is_of_recipient
    assert _classify("550 5.1.1 user unknown").is_of_recipient


def test_a_certificate_that_is_not_the_right_one_is_no_broken_line():
    text = "mx.x.test: the certificate is not the one that TLSA names"
    found = classify(code=None, enhanced="4.7.5", text=text, phase="starttls")
    assert _words(found) == "tls-required admin connection"


def test_a_temporary_reply_is_never_hard():
    assert _classify("450 4.1.1 user unknown").kind == "soft"
    assert classify(code=None, enhanced="4.1.1", text="user unknown", phase="").kind == "soft"


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ("connect", "no-answer soft connection"),
        ("dot", "bad-connection soft connection"),
        ("dns", "dns-failure soft recipient-domain"),
        ("sign", "local admin local"),
        ("scan", "local admin local"),
        ("queue", "local admin local"),
    ],
)
def test_where_nobody_answered_the_phase_says_it(phase, expected):
    # The words are ours here and would be read wrongly: "quota.test: timed out".
    assert _words(classify(code=None, enhanced="", text="quota timed out", phase=phase)) == expected


def test_a_notification_that_came_back_has_words_without_a_code():
    meaning = classify(code=None, enhanced="5.0.0", text="x-unix; user unknown", phase="")
    assert meaning == Classified(reason="unknown-recipient", kind="hard", scope="recipient")


def test_every_reason_has_a_sentence_for_people():
    assert set(WORDS) == set(get_args(Reason))


def test_a_rule_with_a_word_that_is_none_of_ours_is_refused():
    with pytest.raises(ValueError, match="no reason, kind and scope"):
        reply_rules.read('[[rule]]\nmeans = "angry hard recipient"\nphrases = ["x"]')
