"""What can be done to mailboxes and to what leads to them."""

from mailcore.mailboxes.services.accepting import accept_invitation as accept_invitation
from mailcore.mailboxes.services.aliases import change_alias as change_alias
from mailcore.mailboxes.services.aliases import create_alias as create_alias
from mailcore.mailboxes.services.aliases import delete_alias as delete_alias
from mailcore.mailboxes.services.app_passwords import create_app_password as create_app_password
from mailcore.mailboxes.services.app_passwords import delete_app_password as delete_app_password
from mailcore.mailboxes.services.changing import change_mailbox as change_mailbox
from mailcore.mailboxes.services.deleting import delete_mailbox as delete_mailbox
from mailcore.mailboxes.services.deleting import purge_mailboxes as purge_mailboxes
from mailcore.mailboxes.services.deleting import restore_mailbox as restore_mailbox
from mailcore.mailboxes.services.inviting import invite_again as invite_again
from mailcore.mailboxes.services.inviting import mail_links as mail_links
from mailcore.mailboxes.services.mailboxes import create_mailbox as create_mailbox
from mailcore.mailboxes.services.mailboxes import resume_mailbox as resume_mailbox
from mailcore.mailboxes.services.mailboxes import suspend_mailbox as suspend_mailbox
