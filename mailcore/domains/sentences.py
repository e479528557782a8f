"""What to do about a record, by code: a sentence that people understand who run no DNS."""

from django.utils.translation import gettext_noop as n_

SENTENCES = {
    "ownership.missing": n_("Add this TXT record to show that the domain is yours."),
    "ownership.other": n_("Another ownership value stands here: replace it by this one."),
    "mx.missing": n_("Add this MX record so that mail for the domain arrives here."),
    "mx.null": n_("The domain says that it takes no mail: replace the empty MX by this one."),
    "mx.other": n_(
        "Mail goes to %(found)s, not here: replace that MX record by this one when you move."
    ),
    "mx.provider": n_(
        "Mail still goes to %(provider)s: replace those MX records by this one when you move."
    ),
    "mx.mixed": n_("Remove the other MX records (%(found)s): they take part of the mail."),
    "spf.missing": n_("Add this TXT record so that receivers accept mail sent from here."),
    "spf.several": n_(
        "There are several SPF records, so none counts: replace all of them by this one, which lets "
        "send whom they let."
    ),
    "spf.not_included": n_(
        "Change your SPF record, the TXT value that begins with v=spf1, to this one: it adds our "
        "servers to yours."
    ),
    "spf.too_many_lookups": n_(
        "Your SPF record makes receivers look up %(lookups)s names and they give up after ten: "
        "take out what you no longer send from."
    ),
    "spf.no_room": n_(
        "With our servers your SPF record needs %(lookups)s look-ups and receivers give up after "
        "ten: take out what you no longer send from."
    ),
    "spf.too_many_void": n_(
        "%(voids)s names in your SPF record lead nowhere, and receivers give up after two: "
        "take them out."
    ),
    "spf.loop": n_("Your SPF record includes itself by way of %(name)s: take that include out."),
    "spf.broken_include": n_(
        "Your SPF record includes %(name)s, which has no valid SPF record: take that include out."
    ),
    "dkim.missing": n_("Add this TXT record so that receivers can check our signature."),
    "dkim.several": n_("Several keys stand at this name: keep only this one."),
    "dkim.revoked": n_("The key at this name is empty: replace it by this one."),
    "dkim.other_key": n_("Another key stands at this name: replace it by this one."),
    "dkim.still_shown": n_("This key was withdrawn: replace its record by this one at once."),
    "dkim.withdrawn": n_("This key was withdrawn: add this empty record to say so."),
    "dmarc.missing": n_("Add this TXT record to tell receivers how to treat forged mail."),
    "dmarc.several": n_("There are several DMARC records, so none counts: keep only one."),
    "dmarc.invalid": n_("The DMARC record has no valid policy (p=): replace it by this one."),
    "dmarc.weaker": n_(
        "The DMARC record says %(shown)s, but %(wanted)s was chosen here: replace it by this one."
    ),
    "dmarc.stricter": n_(
        "The DMARC record still says %(shown)s, but %(wanted)s was chosen here: replace it by "
        "this one."
    ),
    "dmarc.alias": n_(
        "The DMARC policy is kept elsewhere: this name is an alias of %(target)s. Remove the alias "
        "and add this record, or change the policy there."
    ),
    "dmarc.reports_elsewhere": n_(
        "Correct. To see its reports here as well, change the record to this value."
    ),
    "return-path.missing": n_("Add this MX record so that bounces come back in your own name."),
    "return-path.null": n_("This name takes no mail: replace the empty MX by this one."),
    "return-path.other": n_("Bounces go to %(found)s: replace that MX record by this one."),
    "return-path.mixed": n_("Remove the other MX records (%(found)s): they take your bounces."),
    "mta-sts.missing": n_("Add this TXT record so that senders use TLS when they deliver here."),
    "mta-sts.several": n_("There are several MTA-STS records, so none counts: keep only this one."),
    "mta-sts.old_id": n_("The policy was changed: replace the id by this one so that it is read."),
    "tls-rpt.missing": n_("Add this TXT record so that we hear when TLS fails on the way here."),
    "tls-rpt.several": n_("There are several TLS report records, so none counts: keep only one."),
    "tls-rpt.elsewhere": n_(
        "Correct. To see these reports here as well, change the record to this value."
    ),
    "srv.missing": n_("Add this SRV record so that mail programs find their server by themselves."),
    "srv.other": n_("Mail programs are sent to another server: replace this SRV record."),
    "srv.mixed": n_("Remove the other SRV records here: they lead mail programs elsewhere."),
    "alias.missing": n_("Add this CNAME record."),
    "alias.other": n_("This name points to %(target)s: let it point here instead."),
    "alias.address": n_("An address (A record) stands at this name: replace it by this CNAME."),
    "alias.instead": n_(
        "This name is an alias (CNAME) of %(target)s: remove the alias, then add this record."
    ),
    "alias.taken": n_("Other records stand at this name: remove them, then add this CNAME."),
    "alias.copy": n_(
        "Correct, but as a copy: replace it by this CNAME so that you need not change it again."
    ),
    "alias.behind": n_("You need do nothing: what this points to is being written by us."),
    "apex.alias": n_(
        "The domain itself is an alias (CNAME) of %(target)s, so it can have no mail records: "
        "use an address record (A, ALIAS) there instead."
    ),
    "wildcard": n_(
        "A wildcard record (*) answers here with something else: add this record, it goes first."
    ),
    "servers.silent": n_("None of the domain's name servers answered; we try again soon."),
    "servers.private": n_("The domain's name servers have private addresses; nobody can ask them."),
    "servers.no_address": n_(
        "No address is known for any of the domain's name servers, so nobody can ask them: check "
        "their names."
    ),
    "servers.only_ipv6": n_(
        "The domain's name servers have IPv6 addresses only, which cannot be asked from here: add "
        "an IPv4 address."
    ),
    "servers.lame": n_(
        "The name servers that the domain is delegated to do not know it: check the delegation."
    ),
    "servers.failing": n_("The domain's name servers answer with an error; we try again soon."),
    "servers.refusing": n_("The domain's name servers refuse to answer; we try again soon."),
    "servers.unreachable": n_("The domain's name servers could not be found; we try again soon."),
    "servers.slow": n_("The domain's name servers answer too slowly; we try again soon."),
    "servers.disagree": n_("The name servers say different things; a change may be on its way."),
    "servers.stale": n_(
        "%(servers)s does not show this record, the other name servers do; a change may be on its "
        "way."
    ),
}
#: Records of several purposes share words.
SENTENCES |= {
    code.replace("spf.", "return-path-spf."): words
    for code, words in SENTENCES.items()
    if code in {"spf.missing", "spf.several", "spf.not_included"}
}
