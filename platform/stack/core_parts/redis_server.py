"""Redis: broker and cache, which may lose everything at any moment."""

import redis

from stack.model import Part, Stack

SERVER_USER = "redis"


def url(stack: Stack) -> str:
    """Return the URL with its password, database 0."""
    host, port = stack.endpoint("redis")
    return f"redis://:{stack.secret('redis')}@{host}:{port}/0"


def parts(stack: Stack) -> list[Part]:
    """Return the Redis server."""
    return [
        Part(
            name="redis",
            command=("/usr/bin/redis-server", str(stack.etc / "redis.conf")),
            user=SERVER_USER,
            directory=stack.var / "redis",
            listens=(stack.endpoint("redis"),),
            check=lambda: _check(stack),
            prepare=lambda: _prepare(stack),
        )
    ]


def _prepare(stack: Stack) -> None:
    folder = stack.folder("redis", owner=SERVER_USER, mode=0o750)
    values = {"password": stack.secret("redis"), "folder": folder}
    stack.render("redis.conf.j2", "redis.conf", owner=SERVER_USER, mode=0o600, values=values)


def _check(stack: Stack) -> str:
    host, port = stack.endpoint("redis")
    client = redis.Redis(
        host=host,
        port=port,
        password=stack.secret("redis"),
        socket_timeout=2,
        socket_connect_timeout=2,
    )
    try:
        client.ping()
    except redis.RedisError as error:
        raise OSError(f"no answer to PING: {error}") from error
    finally:
        client.close()
    return "answers PING"
