"""What is to be done about a mail host, in each of its states."""

from tenants.resellers.states import MailHostState

INSTRUCTIONS = {
    MailHostState.GIVEN: "Mail programs are told the name that we give. "
    "Ask for a name of your own, if you want them to be told another.",
    MailHostState.WAITING: "Publish this record: {name}. CNAME {given}. "
    "Until it is found, mail programs are told the name before.",
    MailHostState.LAPSED: "Within seven days this record was not found, or no certificate was had "
    "for the name: {name}. CNAME {given}. Publish it, then ask for the name again.",
    MailHostState.PROVEN: "DNS is right and the certificate is being made: nothing is left to do. "
    "Keep the record.",
    MailHostState.TOLD: "Mail programs are told this name. Keep the record.",
}
