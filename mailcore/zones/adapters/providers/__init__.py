"""Providers whose interfaces we write zones by, through dns-lexicon."""

from mailcore.zones.adapters.providers.catalogue import PROVIDERS as PROVIDERS
from mailcore.zones.adapters.providers.catalogue import Provider as Provider
from mailcore.zones.adapters.providers.catalogue import detect as detect
from mailcore.zones.adapters.providers.zone import ProviderZone as ProviderZone
from mailcore.zones.adapters.providers.zone import provider_zone as provider_zone
