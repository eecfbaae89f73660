"""The three database roles, and how their connections are found.

    owner    owns tables and functions; migrations run as it
    app      what web and workers connect as: reads and writes rows, owns nothing, walls bind it
    report   reads what it is given by name; nothing of its own accord

DATABASE_URL names the set-up role (superuser or CREATEROLE). `prepare` makes the database, the
roles and the extensions; nothing else ever connects as the set-up role. The roles are named after
the database, so that two installations, or a test database, can share a server. Their passwords
are derived from SECRET_KEY, unless APP_DATABASE_URL, OWNER_DATABASE_URL or REPORT_DATABASE_URL say
otherwise; give web and workers only APP_DATABASE_URL where you can (docs/running.md).
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import environ
import psycopg
from psycopg import sql

ROLES = ("owner", "app", "report")
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")


class WrongUrl(ValueError):
    """A role's URL that does not belong to the installation; says which and why."""


def database_name(url: str) -> str:
    """The name of the database in a URL."""
    return unquote(urlsplit(url).path.lstrip("/"))


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def role_name(url: str, role: str) -> str:
    """For instance roegfri_app."""
    return f"{database_name(url)}_{role}"


def password(secret: str, name: str) -> str:
    """What a role signs in with: reproducible by whoever knows SECRET_KEY, by no one else."""
    return hmac.new(secret.encode(), f"database role {name}".encode(), hashlib.sha256).hexdigest()


def role_url(setup_url: str, role: str, secret: str) -> str:
    """The URL that connects as `role`, on the server and database of the set-up URL."""
    parts = urlsplit(setup_url)
    name = role_name(setup_url, role)
    where = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(name)}:{password(secret, name)}@{where}"
    return urlunsplit(parts._replace(netloc=netloc))


def app_url(env: environ.Env) -> str:
    """Where web and workers connect: APP_DATABASE_URL, or derived from DATABASE_URL."""
    return str(
        env.str("APP_DATABASE_URL", default="")
        or role_url(env.str("DATABASE_URL"), "app", env.str("SECRET_KEY"))
    )


def owner_url(env: environ.Env) -> str:
    """Where migrations connect: OWNER_DATABASE_URL, or derived from DATABASE_URL."""
    return str(
        env.str("OWNER_DATABASE_URL", default="")
        or role_url(env.str("DATABASE_URL"), "owner", env.str("SECRET_KEY"))
    )


def prepare(setup_url: str, secret: str, *, given: Mapping[str, str] | None = None) -> None:
    """Makes roles, database, extensions and default privileges; repeatable.

    `given` maps a role to a URL of its own; its password is then taken from there. Raises WrongUrl.
    """
    name = database_name(setup_url)
    signs_in = {role: _credentials(setup_url, role, secret, given or {}) for role in ROLES}
    with psycopg.connect(with_database(setup_url, "postgres"), autocommit=True) as server:
        for user, word in signs_in.values():
            _make_role(server, user, word)
        owner = signs_in["owner"][0]
        known = server.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if not known:
            server.execute(
                sql.SQL("create database {} owner {} encoding 'UTF8' template template0").format(
                    sql.Identifier(name), sql.Identifier(owner)
                )
            )
        server.execute(
            sql.SQL("revoke connect, temporary on database {} from public").format(
                sql.Identifier(name)
            )
        )
        for user, _ in signs_in.values():
            server.execute(
                sql.SQL("grant connect on database {} to {}").format(
                    sql.Identifier(name), sql.Identifier(user)
                )
            )
    with psycopg.connect(setup_url, autocommit=True) as inside:
        _arrange(inside, {role: user for role, (user, _) in signs_in.items()})


def _credentials(
    setup_url: str, role: str, secret: str, given: Mapping[str, str]
) -> tuple[str, str]:
    name = role_name(setup_url, role)
    if role not in given:
        return name, password(secret, name)
    parts = urlsplit(given[role])
    user, word = unquote(parts.username or ""), unquote(parts.password or "")
    # Any other name could be a role that is there for something else, and would lose its rights.
    if user != name or not word or database_name(given[role]) != database_name(setup_url):
        msg = (
            f"{role.upper()}_DATABASE_URL must name the user {name}, a password, and the same "
            f"database as DATABASE_URL, {database_name(setup_url)}"
        )
        raise WrongUrl(msg)
    return name, word


def _make_role(server: "psycopg.Connection[tuple[object, ...]]", user: str, word: str) -> None:
    known = server.execute("select 1 from pg_roles where rolname = %s", [user]).fetchone()
    verb = sql.SQL("alter" if known else "create")
    server.execute(
        sql.SQL(
            "{} role {} login nosuperuser nocreatedb nocreaterole nobypassrls password {}"
        ).format(verb, sql.Identifier(user), sql.Literal(word))
    )
    server.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(user)))


def _arrange(inside: "psycopg.Connection[tuple[object, ...]]", users: Mapping[str, str]) -> None:
    """Extensions, the schema's owner, and what each role may do with what the owner makes."""
    owner, app, report = (sql.Identifier(users[role]) for role in ROLES)
    inside.execute(sql.SQL("set role {}").format(owner))
    for extension in EXTENSIONS:
        inside.execute(
            sql.SQL("create extension if not exists {}").format(sql.Identifier(extension))
        )
    inside.execute(sql.SQL("grant usage, create on schema public to {}").format(owner))
    inside.execute(sql.SQL("grant usage on schema public to {}, {}").format(app, report))
    for may, kind, whom in (
        ("select, insert, update, delete", "tables", app),
        ("usage, select", "sequences", app),
    ):
        inside.execute(
            sql.SQL("alter default privileges in schema public grant {} on {} to {}").format(
                sql.SQL(may), sql.SQL(kind), whom
            )
        )
