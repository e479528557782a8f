"""Which TLS the hosts of a domain need: DANE, else MTA-STS, else what both sides happen to have."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from mailcore.delivery.lookups import Lookups
from mailcore.delivery.resolver import Target, Unroutable
from mailcore.delivery.smtp.tls import TlsPolicy
from mailcore.delivery.transport import tlsa
from mailcore.delivery.transport.sts import StsPolicies
from mailcore.delivery.transport.tlsa import TlsaUnknown
from mailcore.protocol import mta_sts
from mailcore.protocol.mta_sts import Policy
from mailcore.protocol.requiretls import Wish
from mailcore.protocol.tls_rpt import PolicyType, ResultType

NO_DANE = "DANE skipped, the resolver does not validate"


class Account(Protocol):
    """Counts how TLS went."""

    def count(
        self,
        domain: str,
        *,
        policy_type: PolicyType,
        result: ResultType,
        mx: str = "",
        source: str = "",
    ) -> None:
        """One more session, or one that never came to be."""


class TransportPolicies:
    """Puts the policy to each target, and leaves those out that no mail may go to."""

    def __init__(
        self, lookups: Lookups, *, sts: StsPolicies, account: Account, authorities: str, port: int
    ) -> None:
        self._lookups = lookups
        self._sts = sts
        self._account = account
        self._authorities = authorities
        self._port = port

    async def secured(
        self, domain: str, targets: Sequence[Target], *, wish: Wish = None
    ) -> list[Target]:
        """The targets with their policies; raises Unroutable when none may be used.

        `wish` is the sender's (RFC 8689): false leaves the published policies aside.
        """
        if wish is False:
            return list(targets)
        remark = "" if await self._lookups.validates() else NO_DANE
        policy = await self._sts.policy(domain)
        found: list[Target] = []
        refusal = ""
        for target in targets:
            try:
                needed = await tlsa.policy_of(target, lookups=self._lookups, port=self._port)
                if needed is None:
                    needed = self._without_dane(domain, target, policy, wish=wish)
            except TlsaUnknown as unknown:
                refusal = str(unknown)
                self._account.count(
                    target.host, policy_type="tlsa", result="dnssec-invalid", mx=target.host
                )
                continue
            if needed is None:
                refusal = f"{target.host} is no mail host that MTA-STS of {domain} allows"
                continue
            found.append(replace(target, policy=replace(needed, remark=remark)))
        return self._usable(domain, found, refusal, wish=wish)

    def _without_dane(
        self, domain: str, target: Target, policy: Policy | None, *, wish: Wish
    ) -> TlsPolicy | None:
        """The policy for the host, None when no mail may go to it."""
        if policy is None or policy.mode == "none":
            # REQUIRETLS needs a name of the host that nobody could have forged (RFC 8689 §4.2.1).
            return self._verify() if wish and target.is_secure else TlsPolicy()
        is_trial = policy.mode == "testing"
        if mta_sts.allows(policy, target.host):
            return self._verify(is_trial=is_trial and not wish)
        self._account.count(domain, policy_type="sts", result="validation-failure", mx=target.host)
        return TlsPolicy() if is_trial else None

    def _verify(self, *, is_trial: bool = False) -> TlsPolicy:
        return TlsPolicy(level="verify", is_trial=is_trial, authorities=self._authorities)

    def _usable(
        self, domain: str, targets: list[Target], refusal: str, *, wish: Wish
    ) -> list[Target]:
        if wish:
            proven = [target for target in targets if target.policy.is_authenticated]
            if targets and not proven:
                text = f"REQUIRETLS: nothing proves who the mail hosts of {domain} are"
                raise Unroutable(text, code=554, enhanced="5.7.10")
            targets = proven
        if not targets:
            raise Unroutable(refusal, code=451, enhanced="4.7.5")
        return targets
