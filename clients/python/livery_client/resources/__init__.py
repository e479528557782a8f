"""Every resource of the API.

Written by generate.py from the OpenAPI document: change that instead.
"""

from livery_client.resources.alarms import Alarms
from livery_client.resources.aliases import Aliases
from livery_client.resources.api_keys import ApiKeys
from livery_client.resources.app_passwords import AppPasswords
from livery_client.resources.audit import Audit
from livery_client.resources.dmarc import Dmarc
from livery_client.resources.dmarc_sources import DmarcSources
from livery_client.resources.dns_credentials import DnsCredentials
from livery_client.resources.dns_plans import DnsPlans
from livery_client.resources.domains import Domains
from livery_client.resources.events import Events
from livery_client.resources.hand_overs import HandOvers
from livery_client.resources.holds import Holds
from livery_client.resources.invoices import Invoices
from livery_client.resources.jobs import Jobs
from livery_client.resources.mail_hosts import MailHosts
from livery_client.resources.mailboxes import Mailboxes
from livery_client.resources.me import Me
from livery_client.resources.members import Members
from livery_client.resources.messages import Messages
from livery_client.resources.mta_sts import MtaSts
from livery_client.resources.organisations import Organisations
from livery_client.resources.streams import Streams
from livery_client.resources.suppressions import Suppressions
from livery_client.resources.tls_reports import TlsReports
from livery_client.resources.usage import Usage
from livery_client.resources.webhooks import Webhooks
from livery_client.transport import Transport


class Resources:
    """One attribute for each resource."""

    def __init__(self, transport: Transport) -> None:
        self.alarms = Alarms(transport)
        self.aliases = Aliases(transport)
        self.api_keys = ApiKeys(transport)
        self.app_passwords = AppPasswords(transport)
        self.audit = Audit(transport)
        self.dmarc = Dmarc(transport)
        self.dmarc_sources = DmarcSources(transport)
        self.dns_credentials = DnsCredentials(transport)
        self.dns_plans = DnsPlans(transport)
        self.domains = Domains(transport)
        self.events = Events(transport)
        self.hand_overs = HandOvers(transport)
        self.holds = Holds(transport)
        self.invoices = Invoices(transport)
        self.jobs = Jobs(transport)
        self.mail_hosts = MailHosts(transport)
        self.mailboxes = Mailboxes(transport)
        self.me = Me(transport)
        self.members = Members(transport)
        self.messages = Messages(transport)
        self.mta_sts = MtaSts(transport)
        self.organisations = Organisations(transport)
        self.streams = Streams(transport)
        self.suppressions = Suppressions(transport)
        self.tls_reports = TlsReports(transport)
        self.usage = Usage(transport)
        self.webhooks = Webhooks(transport)
