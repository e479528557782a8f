-- Every address that we send from, on any node: mail never goes to one of them.
SELECT address, ehlo FROM public.egress_source
