"""How much TLS a session needs, and whether what the server showed is enough."""

import ssl
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from mailcore.protocol.dane import Tlsa

#: none: in the clear. may: TLS when offered, nothing checked (RFC 7435). must: TLS, nothing
#: checked. verify: with a certificate of a known authority for the host. dane: one named in TLSA.
Level = Literal["none", "may", "must", "verify", "dane"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsPolicy:
    """What a session must fulfil; part of what makes two sessions exchangeable.

    `names` are those that a certificate under an authority named in TLSA may be for.
    `is_trial`: a failure is reported and the mail goes on without (MTA-STS in testing mode).
    `authorities` is a PEM file, empty for the system's. `remark` is only told. `rule` names the
    provider that rules of ours ask TLS of, whatever its domains publish; empty when none does.
    """

    level: Level = "may"
    tlsa: tuple[Tlsa, ...] = ()
    names: tuple[str, ...] = ()
    is_trial: bool = False
    authorities: str = ""
    remark: str = field(default="", compare=False)
    rule: str = ""

    @property
    def is_authenticated(self) -> bool:
        """Whether a session under it has proven who the server is."""
        return self.level in ("verify", "dane")

    def steps(self) -> list["TlsPolicy"]:
        """What is tried one after the other, each when TLS failed under the one before."""
        chosen = [self]
        if self.is_trial and self.level not in ("may", "none"):
            chosen.append(replace(self, level="must" if self.rule else "may", tlsa=()))
        if not self.rule and (self.is_trial or self.level == "may"):
            chosen.append(replace(self, level="none", tlsa=()))
        return chosen

    def ruled(self, provider: str) -> "TlsPolicy":
        """The same, but never without TLS, since rules of ours for the provider ask for it."""
        return replace(self, level="must" if self.level == "may" else self.level, rule=provider)


OPPORTUNISTIC = TlsPolicy()
CLEAR = TlsPolicy(level="none")


def context_for(policy: TlsPolicy) -> ssl.SSLContext:
    """The context of a handshake under the policy; DANE is checked after it."""
    return _checking(policy.authorities) if policy.level == "verify" else _trusting()


@lru_cache(maxsize=1)
def _trusting() -> ssl.SSLContext:
    """Made once: it loads no certificates, since it checks none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@lru_cache(maxsize=4)
def _checking(authorities: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authorities or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
