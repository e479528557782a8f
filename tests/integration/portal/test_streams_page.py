"""Streams as a member sees, pauses and resumes them."""

import pytest

from kernel.tenancy import in_schema
from mailcore.delivery.streams import selectors
from tenants.accounts.models import Member, Role

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def test_a_stream_is_paused_with_a_reason_and_resumed(alice, acme):
    assert "Mailings" in text(alice.get("/streams/"))
    answer = alice.post("/streams/", {"stream": "bulk", "reason": " "})
    assert (answer.status_code, "Say why" in text(answer)) == (422, True)
    page = text(alice.post("/streams/", {"stream": "bulk", "reason": "<b>price"}, follow=True))
    assert "by you: &lt;b&gt;price" in page
    assert "This stream is paused." in page
    with in_schema(acme.reseller.schema_name):
        assert [one.stream for one in selectors.list_paused()] == ["bulk"]
        Member.objects.update(role=Role.SUPPORT)
    assert "Pause a stream" not in text(alice.get("/streams/"))
    assert alice.post("/streams/", {"stream": "bulk", "resume": "on"}).status_code == 403
    with in_schema(acme.reseller.schema_name):
        Member.objects.update(role=Role.ADMIN)
    page = text(alice.post("/streams/", {"stream": "bulk", "resume": "on"}, follow=True))
    assert "Your pause is over" in page
    answer = alice.post("/streams/", {"stream": "bulk", "resume": "on"})
    assert (answer.status_code, "not paused" in text(answer)) == (422, True)
