"""What a plan can limit: the features that capabilities count by `services.require`."""

FEATURES = ("organisations", "domains", "mailboxes", "aliases")
