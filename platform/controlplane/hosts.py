"""Host names as people and proxies write them, and as they are stored."""

from django.conf import settings


def stored_host(host: str) -> str:
    """`Acme.livery.localhost:8453` → `acme.livery.test`: without port, in the platform's suffix."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip().lower().removesuffix(".")
    local = f".{settings.LOCAL_SUFFIX}"
    if settings.LOCAL_SUFFIX and name.endswith(local):
        return f"{name.removesuffix(local)}.{_platform_suffix()}"
    return name


def is_local(host: str) -> bool:
    """Whether a person's own browser came by the local twin of a name."""
    name = host.rsplit(":", 1)[0].lower()
    return bool(settings.LOCAL_SUFFIX) and name.endswith(f".{settings.LOCAL_SUFFIX}")


def site_url(name: str, *, like: str) -> str:
    """`https://` address of a stored host name, as reachable for whoever came to host `like`."""
    if is_local(like):
        local = f"{name.removesuffix(_platform_suffix())}{settings.LOCAL_SUFFIX}"
        return f"https://{local}:{settings.LOCAL_PORT}"
    return f"https://{name}"


def _platform_suffix() -> str:
    """The last label of the platform's own name."""
    return str(settings.PLATFORM_HOST).rpartition(".")[2]
