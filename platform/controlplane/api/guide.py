"""What holds for every request: the words in front of the API's documents, as Markdown.

Who has only the reference page, and no other document of ours, finds here how to begin.
"""

_SHARED = """
### Keys

Each request says who asks: `Authorization: Bearer KEY`. A key has its own choice of rights; what it
lacks is answered 403, what is not there for it 404. Keep it out of pages and apps: who has it is you.

### The same request twice

Send an `Idempotency-Key` of your own (1 to 255 characters) with a POST whose answer may get lost, and
send it again with the same key: for 24 hours the first answer comes back, with
`Idempotency-Replayed: true`, and nothing is done twice. `Location` is the path of what was made (201), or of
what tells how it goes on (202).

### Lists

`{"data": [...], "next_cursor": "cur_..."}`: ask on with `?cursor=` until `next_cursor` is null.
`?limit=` is 1 to 200 (50). Filters and `?sort=` stand with each list; one that is not known is refused.
`?fields=id,name` leaves everything else out, of any GET.

### Changes by several people

A GET has an `ETag`. Sent with `If-Match` a PATCH or DELETE is done only while nobody else has changed
the object, else it is 412; with `If-None-Match` a GET is 304 while nothing changed.

### Refusals

Problems by RFC 9457: look at `code`, which does not change; `detail` says in words what to do, `errors`
points at each faulty field (`/name`), and `type` is the path of a page about the code. Quote `request_id`, which is in the header `X-Request-Id`
of every answer too, when you ask for help.

### Limits

`RateLimit` says how many requests are left and for how long. Beyond it the answer is 429, and
`Retry-After` says how many seconds to wait. 503 means that something behind us does not answer now: the same
request may be good in a moment.
"""

RESELLERS = (
    """Organisations, domains, mailboxes, mail and what it costs. Within version 1 things are only added.

**To begin**: make a key in the portal under *API keys*, press *Authorize* here and try `GET /api/v1/me`.
Then an organisation, a domain of it, its records (`GET .../records`), and once it is `verified` mailboxes
and messages.
"""
    + _SHARED
    + """
### Long work

Up to 10,000 rows go to `/domains/bulk` or `/mailboxes/bulk`, as a JSON array or as CSV in UTF-8 whose first
line names the columns. 202 brings a job: `GET /jobs/{job_id}` says how far it is, `.../items?state=failed`
what became of each row, `.../cancel` ends it. `?dry_run=true` only tries.

### Webhooks

What happens is posted to your address, signed by [Standard Webhooks](https://www.standardwebhooks.com/):
check `webhook-signature` over the body as it came with one of the libraries named there and the secret
that is told once, leave out a `webhook-id` that you know already (an event may come twice, and in any
order), and answer 2xx within ten seconds. Else it is tried again for three days.
"""
)

OPERATOR = (
    "Resellers, their plans, and the addresses that mail leaves from; on the platform's own host. "
    "Within version 1 things are only added.\n" + _SHARED
)
