-- Overlays that were over a week ago are of no use to anybody.
DELETE FROM public.shaping_overlay WHERE until_at < %(now)s - interval '7 days'
