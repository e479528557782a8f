"""Roundcube: webmail in each reseller's look, run by PHP-FPM behind Caddy."""

import shutil
import sqlite3
from pathlib import Path

from stack import folders
from stack.mail_parts import fastcgi
from stack.model import INFRA_DOMAIN, LOCAL_SUFFIX, NotReadyError, Part, Stack, StackError

USER = "www-data"
PACKAGE = Path("/usr/share/roundcube")
SETTINGS = Path("/etc/roundcube")
#: Plugins that people use; those that Roundcube itself and managesieve are built on come along.
PLUGINS = ("archive", "managesieve", "markasjunk", "zipdownload")
LINKED_PLUGINS = (*PLUGINS, "filesystem_attachments", "jqueryui")
UPLOAD_LIMIT = "36M"
PUBLIC_SUFFIX = "test"


def public_folder(stack: Stack) -> Path:
    """Return the folder that the web server may show."""
    return _install(stack) / "public_html"


def parts(stack: Stack) -> list[Part]:
    """Return webmail."""
    return [
        Part(
            name="roundcube",
            command=(str(_php()), "-F", "-O", "-y", str(stack.etc / "roundcube" / "php-fpm.conf")),
            user=USER,
            directory=stack.var / "roundcube",
            listens=(stack.endpoint("roundcube"),),
            check=lambda: _check(stack),
            requires=("dovecot", "postfix"),
            prepare=lambda: _prepare(stack),
            stop_signal="QUIT",
            death_signal="QUIT",
        )
    ]


def _php() -> Path:
    found = sorted(Path("/usr/sbin").glob("php-fpm*"))
    return found[-1] if found else Path("/usr/sbin/php-fpm")


def _install(stack: Stack) -> Path:
    return stack.var / "roundcube" / "www"


def _prepare(stack: Stack) -> None:
    if not (PACKAGE / "index.php").exists():
        raise StackError("Roundcube is not installed: run ./livery up as root once")
    stack.folder("roundcube")
    data = stack.folder("roundcube", "data", owner=USER, mode=0o700)
    for name in ("temp", "brands"):
        stack.folder("roundcube", "data", name, owner=USER, mode=0o700)
    _lay_out(stack)
    _configure(stack, data)
    _ensure_database(data / "webmail.sqlite")


def _lay_out(stack: Stack) -> None:
    """Build the installation out of links to the package, with only our choice of plugins in it."""
    install = _install(stack)
    # Made anew each time, so that nothing of an earlier release stays.
    shutil.rmtree(install, ignore_errors=True)
    for name in ("plugins", "skins", "public_html/program"):
        (install / name).mkdir(parents=True)
    links = {
        "program": PACKAGE / "program",
        "SQL": PACKAGE / "SQL",
        "skins/elastic": PACKAGE / "skins" / "elastic",
        "public_html/plugins": Path("../plugins"),
        "public_html/skins": Path("../skins"),
        "public_html/program/js": PACKAGE / "program" / "js",
        "public_html/program/resources": PACKAGE / "program" / "resources",
        **{f"plugins/{name}": PACKAGE / "plugins" / name for name in LINKED_PLUGINS},
    }
    for name, target in links.items():
        (install / name).symlink_to(target)
    # Copied, because PHP's user may not be able to reach the checkout.
    shutil.copytree(
        stack.deploy / "roundcube" / "plugins" / "livery_brand",
        install / "plugins" / "livery_brand",
    )
    stack.render(
        "roundcube/index.php.j2",
        install / "public_html" / "index.php",
        values={"install": install, "package": PACKAGE},
    )


def _configure(stack: Stack, data: Path) -> None:
    folder = stack.folder("etc", "roundcube")
    for name in ("defaults.inc.php", "mimetypes.php"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(SETTINGS / name)
    key = folders.write(data / "brand.key", stack.secret("webmail_key"), owner=USER, mode=0o400)
    host, port = stack.endpoint("web")
    values = {
        "conf": folder,
        "data": data,
        "infra_domain": INFRA_DOMAIN,
        "key_file": key,
        "local_suffix": LOCAL_SUFFIX,
        "public_suffix": PUBLIC_SUFFIX,
        "plugins": PLUGINS,
        "upload_limit": UPLOAD_LIMIT,
        "web": f"{host}:{port}",
    }
    stack.render(
        "roundcube/config.inc.php.j2",
        folder / "config.inc.php",
        owner=USER,
        mode=0o400,
        values=values,
    )
    stack.render("roundcube/php-fpm.conf.j2", folder / "php-fpm.conf", values=values)


def _ensure_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'session'").fetchone()
        if not made:
            connection.executescript((PACKAGE / "SQL" / "sqlite.initial.sql").read_text())
    connection.close()
    folders.give(path, owner=USER, mode=0o600)


def _check(stack: Stack) -> str:
    answer = fastcgi.ask(stack.endpoint("roundcube"), "/ping")
    if not answer.endswith(b"pong"):
        raise NotReadyError(f"PHP answers {answer[:80]!r}")
    return "PHP answers ping"
