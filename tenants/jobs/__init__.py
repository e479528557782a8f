"""Jobs: what takes long is done in slices, with progress, per-item errors and cancel."""
