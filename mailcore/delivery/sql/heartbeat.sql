-- No row: another process owns the shard now.
UPDATE public.egress_shard SET heartbeat = clock_timestamp()
WHERE node = %(node)s AND shard = %(shard)s AND epoch = %(epoch)s
RETURNING epoch
