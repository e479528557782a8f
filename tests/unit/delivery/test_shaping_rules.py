"""Rules as data: what ships is sound, what the operator writes is checked and wins."""

import math

import pytest

from mailcore.delivery.shaping import rule_file
from mailcore.delivery.shaping.rule_file import BadRules, compile_rules, read, shipped
from mailcore.protocol.providers import PROVIDERS

#: Replies as the providers send them → the shipped rule that has to notice.
REPLIES = [
    (
        "gmail",
        (
            "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP"
            " address."
        ),
        "unusual-rate",
    ),
    (
        "gmail",
        (
            "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents"
            " additional messages from being delivered."
        ),
        "recipient-rate",
    ),
    (
        "gmail",
        "550 5.7.26 This mail has been blocked because the sender is unauthenticated.",
        "sender-authentication",
    ),
    (
        "yahoo",
        (
            "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or"
            " user complaints"
        ),
        "deferred",
    ),
    ("yahoo", "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1", "block-list"),
    (
        "outlook",
        (
            "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your"
            " Internet service provider since part of their network is on our block list (S3150)."
        ),
        "block-list",
    ),
    (
        "outlook",
        (
            "421 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP"
            " reputation. (S775)"
        ),
        "rate-limited",
    ),
    ("apple", "421 4.7.1 [HCM1] Message deferred", "deferred"),
    ("orange", "421 smtp.orange.fr Service refuse. Veuillez essayer plus tard.", "refused"),
    ("orange", "421 mwinf5c04 ME Trop de connexions, veuillez verifier", "too-many-connections"),
    ("gmx", "554 Reject due to policy restrictions", "policy"),
    (
        "other",
        "421 4.7.0 Messages from 192.0.2.1 temporarily deferred",
        "temporarily-deferred",
    ),
]


@pytest.mark.parametrize(("provider", "reply", "name"), REPLIES, ids=lambda value: value[:20])
def test_what_ships_notices_the_replies_of_providers(provider, reply, name):
    rule = compile_rules([shipped()]).reply_rule(reply, provider=provider)
    assert rule is not None
    assert rule.name == name


def test_every_provider_has_its_limits():
    rules = compile_rules([shipped()])
    assert set(rules.providers) | {"other"} == PROVIDERS
    assert rules.limits(provider="gmail", site="x").tls == "required"
    assert rules.limits(provider="apple", site="x").messages_per_connection == 5
    assert rules.limits(provider="other", site="x") == rules.default


def test_the_operators_values_win_one_by_one():
    own = read(
        """
        [default]
        connections = 3
        [provider.gmail]
        message_rate = "20/s"
        [site."mx.client.test"]
        connections = 1
        [limit]
        reseller = "3600/h"
        [limit.sources]
        "192.0.2.1" = "5/s"
        """,
        name="own.toml",
    )
    rules = compile_rules([shipped(), own])
    gmail = rules.limits(provider="gmail", site="x")
    assert (gmail.message_rate, gmail.connections, gmail.messages_per_connection) == (20, 5, 50)
    assert rules.limits(provider="other", site="mx2.test mx.client.test").connections == 1
    assert rules.default.connections == 3
    assert rules.reseller_rate == 1
    assert (rules.rate_of_source("192.0.2.1"), rules.rate_of_source("192.0.2.2")) == (5, None)


def test_the_operators_rules_are_asked_first_and_can_switch_one_off():
    text = REPLIES[0][1]
    first = read(
        '[[provider.gmail.reply]]\nname = "own"\nmatch = "unusual"\nsuspend = true\nfor = "1h"',
        name="own.toml",
    )
    off = read('[[provider.gmail.reply]]\nname = "unusual-rate"\noff = true', name="off.toml")
    found = compile_rules([shipped(), first]).reply_rule(text, provider="gmail")
    assert found is not None
    assert (found.name, found.seconds) == ("own", 3600)
    assert compile_rules([shipped(), off]).reply_rule(text, provider="gmail") is None


@pytest.mark.parametrize(
    ("content", "place", "says"),
    [
        ("a = 1\nb = \nc = 2", "own.toml", "line 2"),
        ("[provider.gmial]", "own.toml: provider.gmial", "gmail"),
        ("[default]\nconections = 1", "own.toml: default.conections", "connections"),
        ("[default]\nconnections = 0", "own.toml: default.connections", "from 1 up"),
        ("[default]\nconnections = true", "own.toml: default.connections", "from 1 up"),
        ('[default]\nmessage_rate = "10 a second"', "own.toml: default.message_rate", '"10/min"'),
        ('[default]\nmessage_rate = "0/s"', "own.toml: default.message_rate", "cannot be read"),
        ('[default]\ntls = "never"', "own.toml: default.tls", "opportunistic"),
        ("default = 1", "own.toml: default", "no table"),
        ('[limit.resellers]\nacme = "1/s"', "own.toml: limit.resellers.acme", "reseller's id"),
        ('[[reply]]\nmatch = "a"', "own.toml: reply 1", "`name` is missing"),
        ('[[reply]]\nname = "a"\nmatch = "("', "own.toml: reply 1", "an effect"),
        (
            '[[reply]]\nname = "a"\nmatch = "("\nsuspend = true\nfor = "1h"',
            "own.toml: reply 1.match",
            "no regular expression",
        ),
        (
            '[[reply]]\nname = "a"\nmatch = "b"\nrate = "1/min"',
            "own.toml: reply 1",
            "`for` is missing",
        ),
        (
            '[[reply]]\nname="a"\nmatch="b"\nignore=true\n[[reply]]\nname="a"\nmatch="c"\nignore=true',
            "own.toml: reply 2",
            "another name",
        ),
    ],
    ids=lambda value: value[:25],
)
def test_a_slip_is_told_with_its_place_and_what_would_be_right(content, place, says):
    with pytest.raises(BadRules) as caught:
        read(content, name="own.toml")
    assert caught.value.place == place
    assert says in str(caught.value)


def test_values_are_read_in_their_units():
    assert rule_file.rate("60/min", "x") == 1
    assert rule_file.rate("unlimited", "x") == math.inf
    assert rule_file.duration("1.5h", "x") == 5400
