"""Answers on the short way: known by number and question, and given up where they are not whole."""

import asyncio

import dns.flags
import dns.message
import dns.name
import dns.rrset

from mailcore.delivery.questions import Questions

NAME = dns.name.from_text("client.test.")


class Resolver:
    """In the place of the socket: answers each packet with what `make` makes of it."""

    def __init__(self, questions: Questions, *, flags: int = 0, name: dns.name.Name = NAME) -> None:
        self._questions, self._flags, self._name = questions, flags, name
        self.asked: list[dns.message.Message] = []

    def is_closing(self) -> bool:
        return False

    def sendto(self, data: bytes) -> None:
        asked = dns.message.from_wire(data)
        self.asked.append(asked)
        answer = dns.message.make_query(self._name, "MX", id=asked.id)
        answer.flags = dns.flags.QR | self._flags
        answer.answer.append(dns.rrset.from_text(self._name, 60, "IN", "MX", "10 mx.client.test."))
        self._questions.datagram_received(answer.to_wire(), ("127.0.0.1", 53))


def _ask(*, flags: int = 0, name: dns.name.Name = NAME) -> tuple[Resolver, object]:
    async def run() -> tuple[Resolver, object]:
        questions = Questions(("127.0.0.1", 53))
        resolver = Resolver(questions, flags=flags, name=name)
        questions._transport = resolver  # type: ignore[assignment]
        asking = asyncio.create_task(questions.ask(NAME, "MX"))
        while not resolver.asked:
            await asyncio.sleep(0)
        questions.error_received(OSError())
        return resolver, await asking

    return asyncio.run(run())


def test_an_answer_is_heard_and_the_question_asks_for_validation() -> None:
    resolver, answer = _ask()
    assert isinstance(answer, dns.message.Message)
    assert str(answer.answer[0][0]) == "10 mx.client.test."
    assert resolver.asked[0].flags & dns.flags.AD
    assert resolver.asked[0].edns == 0


def test_a_part_of_an_answer_is_none() -> None:
    assert _ask(flags=dns.flags.TC)[1] is None


def test_an_answer_to_another_question_is_not_heard() -> None:
    assert _ask(name=dns.name.from_text("other.test."))[1] is None
