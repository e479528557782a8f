"""Plans and entitlements: how many of what a reseller may have."""
