"""Arguments of MAIL and RCPT as a server reads them (RFC 5321 §4.1.2, 1870, 3461, 4954, 6152, 6531, 8689)."""

import re
from dataclasses import dataclass

from mailcore.protocol import addresses, xtext

_ARGUMENT = r'\s*<((?:"(?:[^"\\]|\\.)*"|[^"<>\s])*)>(?:\s+(\S.*))?'
_FORMS = {word: re.compile(word + ":" + _ARGUMENT, re.IGNORECASE) for word in ("FROM", "TO")}
_SOURCE_ROUTE = re.compile(r"@[^:]*:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ORCPT = re.compile(r"([A-Za-z0-9-]+);(.+)")


class ArgumentRefused(ValueError):
    """The argument cannot be taken; holds the reply's code, enhanced code and text."""

    def __init__(self, code: int, enhanced: str, text: str) -> None:
        self.code, self.enhanced, self.text = code, enhanced, text
        super().__init__(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailArguments:
    """Of MAIL: the reverse path ('' is the null sender) and its parameters."""

    sender: str
    size: int
    is_smtputf8: bool
    ret: str | None
    envid: str | None
    requires_tls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeRecipient:
    """Of RCPT: the address as given, NOTIFY and ORCPT as given (xtext) or None."""

    address: str
    notify: str | None = None
    orcpt: str | None = None


def parse_mail(argument: str) -> MailArguments:
    """`FROM:<path> parameters`; raises ArgumentRefused."""
    sender, given = _take_apart("FROM", argument)
    # AUTH= is somebody's claim about the author, which nobody here believes (RFC 4954 §5).
    _only(given, {"SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "REQUIRETLS", "AUTH"})
    size, envid = given.get("SIZE", "0"), given.get("ENVID")
    _need(size.isdecimal() and len(size) <= 20, "SIZE")
    _need(given.get("BODY", "7BIT").upper() in {"7BIT", "8BITMIME"}, "BODY")
    _need(given.get("SMTPUTF8", "") == "", "SMTPUTF8")
    _need(given.get("REQUIRETLS", "") == "", "REQUIRETLS")
    _need(given.get("RET", "FULL").upper() in {"FULL", "HDRS"}, "RET")
    _need(envid is None or (0 < len(envid) <= 100 and xtext.is_xtext(envid)), "ENVID")
    if sender and "@" not in sender:
        raise ArgumentRefused(501, "5.1.7", "Sender address has no domain")
    utf8 = "SMTPUTF8" in given
    _need_ascii(sender, utf8)
    ret = given["RET"].upper() if "RET" in given else None
    return MailArguments(
        sender=sender,
        size=int(size),
        is_smtputf8=utf8,
        ret=ret,
        envid=envid,
        requires_tls="REQUIRETLS" in given,
    )


def parse_rcpt(argument: str, *, is_smtputf8: bool) -> EnvelopeRecipient:
    """`TO:<path> parameters`; raises ArgumentRefused."""
    address, given = _take_apart("TO", argument)
    _only(given, {"NOTIFY", "ORCPT"})
    local, _, domain = address.rpartition("@")
    if not local or not domain:
        raise ArgumentRefused(501, "5.1.3", "Recipient address needs a local part and a domain")
    _need_ascii(address, is_smtputf8)
    notify, orcpt = given.get("NOTIFY"), given.get("ORCPT")
    if notify is not None:
        notify = notify.upper()
        words = notify.split(",")
        _need(notify == "NEVER" or set(words) <= {"SUCCESS", "FAILURE", "DELAY"}, "NOTIFY")
    _need(orcpt is None or (len(orcpt) <= 800 and _is_orcpt(orcpt)), "ORCPT")
    return EnvelopeRecipient(address=address, notify=notify, orcpt=orcpt)


def _is_orcpt(text: str) -> bool:
    match = _ORCPT.fullmatch(text)
    # utf-8-addr-xtext of RFC 6533 has its own escapes: printable text is enough there.
    return match is not None and (match[1].lower() == "utf-8" or xtext.is_xtext(match[2]))


def _take_apart(word: str, argument: str) -> tuple[str, dict[str, str]]:
    match = _FORMS[word].fullmatch(argument.strip())
    if match is None or _CONTROL.search(argument) or len(match[1].encode()) > 512:
        raise ArgumentRefused(501, "5.5.4", f"Syntax: {word}:<address> [parameters]")
    given: dict[str, str] = {}
    for parameter in (match[2] or "").split():
        key, _, value = parameter.partition("=")
        _need(key.upper() not in given, key.upper())
        given[key.upper()] = value
    path = _SOURCE_ROUTE.sub("", match[1], count=1) if match[1][:1] == "@" else match[1]
    return addresses.without_idle_quotes(path), given


def _only(given: dict[str, str], known: set[str]) -> None:
    if not given.keys() <= known:
        raise ArgumentRefused(555, "5.5.4", "Parameter not known here")


def _need(condition: bool, name: str) -> None:
    if not condition:
        raise ArgumentRefused(501, "5.5.4", f"Bad value or repeated: {name[:20]}")


def _need_ascii(address: str, is_smtputf8: bool) -> None:
    if not is_smtputf8 and not address.isascii():
        raise ArgumentRefused(553, "5.6.7", "Address needs SMTPUTF8")
