"""From the root to a name's own servers, with no resolver's cache between (RFC 1034 §5.3.3)."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from dns.message import Message
from dns.name import Name
from dns.rdatatype import RdataType

from kernel.dns.addresses import is_public
from kernel.dns.answers import Answers, Reply, Server, read
from kernel.dns.cuts import Cut, Known, Labels, SharedCuts, labels_of
from kernel.dns.ports import Exchange, NoAnswer, Question
from kernel.dns.racing import first
from kernel.dns.referrals import referral

_MOST_SERVERS = 13
_MOST_DEPTH = 4
_ADDRESSES = (dns.rdatatype.A, dns.rdatatype.AAAA)
#: The root, and names directly below it.
_TOP_LEVEL = 2

#: Address, name and type of a question.
_Asked = tuple[str, Labels, RdataType]
#: A name and the type that is asked for there.
Place = tuple[str, str]


class Unreachable(Exception):
    """No server on the way could be asked; `zone` says where the walk ended."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        super().__init__(zone)


class Walker:
    """Walks for one job: what it learned of delegations is kept only as long as it lives.

    What others learned a moment ago may be `shared`, but never of `subject`, the name that the job
    is about: all on the way to it below its top-level domain is asked anew.
    """

    def __init__(
        self,
        *,
        exchange: Exchange,
        roots: Sequence[str],
        allow_private: bool = False,
        budget: int = 150,
        shared: SharedCuts | None = None,
        subject: str = "",
    ) -> None:
        root = tuple(Server(name=".", address=address) for address in roots)
        self._exchange = exchange
        self._allow_private = allow_private
        self._left = budget
        self._shared = shared
        self._subject = dns.name.from_text(subject)
        self._root = Cut(zone=dns.name.root, servers=root)
        self._cuts: dict[Labels, Cut | None] = {labels_of(dns.name.root): self._root}
        #: Each server's response, or that there was none to what was asked ahead.
        self._heard: dict[_Asked, bytes | NoAnswer] = {}
        #: All but a response's number is the same from each server that says the same.
        self._messages: dict[bytes, Message] = {}
        self._looked_up: dict[Place, None] = {}

    async def look_up(self, name: str, rdtype: str, *, follow: bool = True) -> Answers:
        """What every authoritative server says, aliases followed or not; raises Unreachable."""
        kind = dns.rdatatype.from_text(rdtype)
        answers = await self._look_up(dns.name.from_text(name), kind)
        followed: list[str] = []
        for _ in range(_MOST_DEPTH if follow else 0):
            alias = answers.heard[0].alias if answers.agreed else ""
            if not alias:
                break
            followed.append(alias)
            answers = await self._look_up(dns.name.from_text(alias), kind)
        return replace(answers, followed=tuple(followed))

    async def zone_of(self, name: str) -> Cut:
        """The zone that holds the name; raises Unreachable."""
        return await self._cut(dns.name.from_text(name), depth=0)

    async def addresses_of(self, host: str) -> list[str]:
        """The IPv4 addresses of a host; raises Unreachable."""
        name = dns.name.from_text(host)
        return await self._addresses(name, await self._cut(name, depth=1), dns.rdatatype.A)

    async def ask_ahead(self, places: Iterable[Place]) -> None:
        """Ask all servers for these (name, type) at once, for `look_up` to find.

        One question of each type goes before: a server that keeps silent to all of these is asked
        no more. So a provider whose servers are away is not waited for with each question.
        """
        wanted: dict[_Asked, Question] = {}
        first: dict[tuple[str, RdataType], _Asked] = {}
        for name, rdtype in places:
            question = Question(dns.name.from_text(name), dns.rdatatype.from_text(rdtype))
            labels = labels_of(question.name)
            for server in self._nearest(question.name).servers:
                key = (server.address, labels, question.rdtype)
                if key not in wanted and not self._unusable(server):
                    wanted[key] = question
                    first.setdefault((server.address, question.rdtype), key)
        await self._ask_at_once({key: wanted.pop(key) for key in first.values()})
        heard = [(key[0], self._heard.get(key)) for key in first.values()]
        spoke = {address for address, said in heard if isinstance(said, bytes)}
        silent = {address: said for address, said in heard if isinstance(said, NoAnswer)}
        for key in [key for key in wanted if key[0] in silent.keys() - spoke]:
            self._heard[key] = silent[key[0]]
            del wanted[key]
        await self._ask_at_once(wanted)

    async def _ask_at_once(self, wanted: Mapping[_Asked, Question]) -> None:
        asked: dict[_Asked, asyncio.Future[bytes]] = {}
        for key, question in wanted.items():
            if self._left > 0:
                self._left -= 1
                sent = self._exchange.ask(question, address=key[0])
                asked[key] = asyncio.ensure_future(sent)
        try:
            if asked:
                await asyncio.wait(asked.values())
        finally:
            for key, one in asked.items():
                if not one.done():
                    one.cancel()
                elif not one.cancelled():
                    error = one.exception()
                    if error is None or isinstance(error, NoAnswer):
                        self._heard[key] = one.result() if error is None else error

    def looked_up(self) -> list[Place]:
        """All names and types that were looked up so far, aliases' targets too, each once."""
        return list(self._looked_up)

    def digest(self, places: Iterable[Place]) -> str:
        """What each server said to each of these, byte by byte, as one short text.

        Empty where one that can be asked gave no answer. The same text means the same servers and
        the same responses.
        """
        heard = hashlib.blake2b(digest_size=16)
        for name, rdtype in places:
            question = Question(dns.name.from_text(name), dns.rdatatype.from_text(rdtype))
            cut, labels = self._nearest(question.name), labels_of(question.name)
            # Some parents name them in another order each time.
            for server in sorted(cut.servers, key=lambda one: (one.name, one.address)):
                failure = self._unusable(server)
                said = self._heard.get((server.address, labels, question.rdtype))
                if not failure and not isinstance(said, bytes):
                    return ""
                told = f"{name}/{rdtype}/{server.name}/{server.address}/{failure}/"
                heard.update(told.encode())
                heard.update(said[2:] if isinstance(said, bytes) else b"")
        return heard.hexdigest()

    async def _look_up(self, name: Name, rdtype: RdataType) -> Answers:
        shown = name.to_text(omit_final_dot=True)
        self._looked_up[shown, dns.rdatatype.to_text(rdtype)] = None
        cut = self._nearest(name)
        if cut.zone == dns.name.root:
            cut = await self._cut(name, depth=0)
        # Below a known cut the answers themselves tell: a referral leads one zone down.
        for _ in range(_MOST_DEPTH):
            replies = await self._ask_servers(cut, name, rdtype)
            lower = next((r for r in replies if isinstance(r, Message)), None)
            if lower is None:
                break
            cut = await self._descend(lower, name, cut, depth=0)
        heard = tuple(reply for reply in replies if isinstance(reply, Reply))
        return Answers(zone=cut.zone.to_text(omit_final_dot=True), replies=heard)

    async def _ask_servers(
        self, cut: Cut, name: Name, rdtype: RdataType
    ) -> Sequence[Reply | Message]:
        asking = [self._ask_server(server, name, rdtype, zone=cut.zone) for server in cut.servers]
        labels = labels_of(name)
        if all((server.address, labels, rdtype) in self._heard for server in cut.servers):
            return [await one for one in asking]  # nothing to wait for
        return await asyncio.gather(*asking)

    def _nearest(self, name: Name) -> Cut:
        """The lowest zone known to hold the name."""
        labels = labels_of(name)
        found = (self._cuts.get(labels[start:]) for start in range(len(labels)))
        return next((cut for cut in found if cut is not None), self._root)

    async def _ask_server(
        self, server: Server, name: Name, rdtype: RdataType, *, zone: Name
    ) -> Reply | Message:
        """The server's word, or its whole message when that is a referral."""
        failure = self._unusable(server)
        if failure:
            return Reply(server=server, failure=failure)
        try:
            message = await self._ask(server, name, rdtype)
        except NoAnswer as error:
            return Reply(server=server, failure=error.code)
        if referral(message, name, zone=zone) is not None:
            return message
        return read(message, name=name, rdtype=rdtype, server=server)

    async def _cut(self, name: Name, *, depth: int) -> Cut:
        """Ask for NS one label at a time: one server may hold a parent and its child."""
        cut, labels = self._root, labels_of(name)
        for length in range(2, len(labels) + 1):
            key = labels[-length:]
            if key not in self._cuts:
                part = Name(key)
                known = self._known(part)
                if known is not None:
                    self._cuts[key] = known.cut
                else:
                    message = await self._first_answer(cut, part)
                    if message.rcode() == dns.rcode.NXDOMAIN:
                        break  # RFC 8020: nothing is below either
                    self._cuts[key] = await self._child(message, part, cut, depth)
                    self._share(part, self._cuts[key])
            cut = self._cuts[key] or cut
        return cut

    def _known(self, name: Name) -> Known | None:
        return self._shared.find(name) if self._shared and self._may_share(name) else None

    def _share(self, name: Name, cut: Cut | None) -> None:
        # A server that has no address may have one for a walk that gets further.
        is_whole = cut is None or all(server.address for server in cut.servers)
        if self._shared is not None and is_whole and self._may_share(name):
            self._shared.keep(name, cut)

    def _may_share(self, name: Name) -> bool:
        """Whether it says nothing of the job's own name: neither leads there nor stands below."""
        if len(name.labels) <= _TOP_LEVEL:
            return True
        is_subjects = self._subject.is_subdomain(name) or name.is_subdomain(self._subject)
        return len(self._subject.labels) > 1 and not is_subjects

    async def _first_answer(self, cut: Cut, name: Name) -> Message:
        async def ask(server: Server) -> Message | None:
            try:
                message = await self._ask(server, name, dns.rdatatype.NS)
            except NoAnswer:
                return None
            is_good = message.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}
            return message if is_good else None

        usable = [server for server in cut.servers if not self._unusable(server)]
        message = await first(ask, usable)
        if message is None:
            raise Unreachable(cut.zone.to_text(omit_final_dot=True))
        return message

    async def _descend(self, message: Message, name: Name, cut: Cut, *, depth: int) -> Cut:
        owner = referral(message, name, zone=cut.zone)
        assert owner is not None
        lower = await self._child(message, owner, cut, depth)
        self._cuts[labels_of(owner)] = lower
        return lower or cut

    async def _child(self, message: Message, name: Name, parent: Cut, depth: int) -> Cut | None:
        """The cut at `name`, or None when no NS record stands there."""
        targets = [
            rdata.target
            for rrset in [*message.answer, *message.authority]
            if rrset.rdtype == dns.rdatatype.NS and rrset.name == name
            for rdata in rrset
        ]
        if not targets:
            return None
        servers: list[Server] = []
        for target in targets[:_MOST_SERVERS]:
            addresses = self._glue(message, target, parent)
            if depth < _MOST_DEPTH and not self._is_enough(addresses, target, zone=name):
                found = await self._addresses_or_none(target, depth=depth + 1)
                addresses = list(dict.fromkeys([*addresses, *found]))
            shown = target.to_text(omit_final_dot=True)
            servers += [Server(name=shown, address=address) for address in addresses or [""]]
        servers.sort(key=lambda server: server.is_v6)  # stable: where both lead, IPv4 comes first
        return Cut(zone=name, servers=tuple(servers[:_MOST_SERVERS]))

    def _glue(self, message: Message, target: Name, parent: Cut) -> list[str]:
        """Addresses that the parent may speak for: of names inside its own zone."""
        if not target.is_subdomain(parent.zone):
            return []
        return [
            rdata.address
            for rrset in message.additional
            if rrset.rdtype in _ADDRESSES and rrset.name == target
            for rdata in rrset
        ]

    def _is_enough(self, addresses: Sequence[str], target: Name, *, zone: Name) -> bool:
        """Whether no more is to be looked for: nothing else leads to names of the zone itself."""
        is_v6_only = bool(addresses) and all(":" in address for address in addresses)
        if is_v6_only and not self._exchange.has_ipv6:
            return target.is_subdomain(zone)
        return bool(addresses)

    async def _addresses_or_none(self, host: Name, *, depth: int) -> list[str]:
        try:
            cut = await self._cut(host, depth=depth)
        except Unreachable:
            return []
        found = await asyncio.gather(*(self._addresses(host, cut, kind) for kind in _ADDRESSES))
        return [address for some in found for address in some]

    async def _addresses(self, host: Name, cut: Cut, kind: RdataType) -> list[str]:
        async def ask(server: Server) -> list[str] | None:
            reply = await self._ask_server(server, host, kind, zone=cut.zone)
            return list(reply.values) if isinstance(reply, Reply) and not reply.failure else None

        return await first(ask, cut.servers) or []

    def _unusable(self, server: Server) -> str:
        if not server.address:
            return "no_address"
        if not self._allow_private and not is_public(server.address):
            return "private_address"
        if server.is_v6 and not self._exchange.has_ipv6:
            return "not_asked"
        return ""

    async def _ask(self, server: Server, name: Name, rdtype: RdataType) -> Message:
        key = (server.address, labels_of(name), rdtype)
        heard = self._heard.get(key)
        if heard is None:
            self._left -= 1
            if self._left < 0:
                raise NoAnswer("too_many_questions")
            asked = self._exchange.ask(Question(name, rdtype), address=server.address)
            heard = self._heard[key] = await asked
        if isinstance(heard, NoAnswer):
            raise heard
        return self._read(heard)

    def _read(self, wire: bytes) -> Message:
        known = self._messages.get(wire[2:])
        if known is None:
            try:
                known = dns.message.from_wire(wire, ignore_trailing=True)
            except dns.exception.DNSException as error:
                raise NoAnswer("malformed") from error
            self._messages[wire[2:]] = known
        return known
