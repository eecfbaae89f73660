"""The second wall: row-level security in PostgreSQL, under the policies in the code.

The first wall is each app's policies.py. This one holds even where the code forgets: a table with
personal data shows a row only when the scope stated at the start of the transaction allows it
(walls/postgresql/base.py states it). The app role cannot by-pass it, and web and workers do not
start on a role that could.

A model that holds personal data says so with `personal_data = True`; a house test checks that each
such table has its wall, and that no table which points at a citizen lacks the mark.
"""

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, migrations

# What the policies of all tables are written in. Empty settings read as null: nobody, nothing.
SCOPE_FUNCTIONS = """
create function app_organisation() returns uuid language sql stable parallel safe
  return nullif(current_setting('app.organisation', true), '')::uuid;
create function app_role() returns text language sql stable parallel safe
  return coalesce(current_setting('app.role', true), '');
create function app_system() returns boolean language sql stable parallel safe
  return coalesce(current_setting('app.system', true) = 'on', false);
create function app_today() returns date language sql stable parallel safe
  return nullif(current_setting('app.today', true), '')::date;
create function app_role_named(kind text) returns name language sql stable parallel safe
  return (current_database() || '_' || kind)::name;
"""
DROP_SCOPE_FUNCTIONS = """
drop function app_role_named(text); drop function app_today(); drop function app_system();
drop function app_role(); drop function app_organisation();
"""


def wall(table: str, visible: str, *, writable: str = "") -> migrations.RunSQL:
    """Raises the wall around a table.

    `visible` is the SQL condition under which a row may be read, changed and removed; `writable`
    the one that a new or changed row must meet (the same, when empty). A system scope sees all.
    FORCE binds the owner too, so the owner has a policy of its own: SECURITY DEFINER functions
    that count across municipalities, and migrations, run as the owner.
    """
    check = writable or visible
    return migrations.RunSQL(
        f"""
        alter table {table} enable row level security;
        alter table {table} force row level security;
        create policy {table}_scope on {table}
          using ((select app_system()) or ({visible}))
          with check ((select app_system()) or ({check}));
        do $$ begin
          execute format(
            'create policy {table}_owner on {table} to %I using (true) with check (true)',
            current_user);
        end $$;
        """,
        f"""
        drop policy {table}_owner on {table};
        drop policy {table}_scope on {table};
        alter table {table} no force row level security;
        alter table {table} disable row level security;
        """,
    )


def fence(table: str, own: str) -> migrations.RunSQL:
    """A fence: everybody reads the table, and only those for whom `own` holds write in it.

    For what is no secret and yet somebody's: the courses of a municipality. `own` is SQL over the
    row; whoever may not change a row cannot lock it either. The owner and a system scope may all.
    """
    may = f"((select app_system()) or ({own}))"
    return migrations.RunSQL(
        f"""
        alter table {table} enable row level security;
        alter table {table} force row level security;
        create policy {table}_read on {table} for select using (true);
        create policy {table}_add on {table} for insert with check ({may});
        create policy {table}_change on {table} for update using ({may}) with check ({may});
        create policy {table}_remove on {table} for delete using ({may});
        do $$ begin
          execute format(
            'create policy {table}_owner on {table} to %I using (true) with check (true)',
            current_user);
        end $$;
        """,
        f"""
        drop policy {table}_owner on {table};
        drop policy {table}_remove on {table};
        drop policy {table}_change on {table};
        drop policy {table}_add on {table};
        drop policy {table}_read on {table};
        alter table {table} no force row level security;
        alter table {table} disable row level security;
        """,
    )


def walled_tables() -> list[str]:
    """The tables that must have a wall: those of models marked `personal_data = True`."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if getattr(model, "personal_data", False)
    )


def faults() -> list[str]:
    """What is wrong with the database connection of this process, in words for an operator."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolsuper, rolbypassrls, rolname from pg_roles where rolname = current_user"
        )
        is_super, bypasses, name = cursor.fetchone()
        cursor.execute("show synchronous_commit")
        (synchronous,) = cursor.fetchone()
        cursor.execute(
            "select t.name, c.relrowsecurity and c.relforcerowsecurity,"
            " pg_has_role(current_user, c.relowner, 'member')"
            " from unnest(%s::text[]) as t(name)"
            " left join pg_class c on c.oid = to_regclass(t.name)",
            [walled_tables()],
        )
        tables = cursor.fetchall()
    found = []
    if is_super:
        found.append(f"the database role {name} is a superuser: no wall binds it")
    if bypasses:
        found.append(f"the database role {name} has BYPASSRLS: no wall binds it")
    if synchronous == "off":
        found.append("synchronous_commit is off: an acknowledged change could be lost")
    for table, forced, owned in tables:
        if not forced:
            found.append(f"the table {table} has no forced row-level security")
        if owned:
            found.append(f"the database role {name} owns the table {table}")
    return found


def refuse_unsafe() -> None:
    """Raises ImproperlyConfigured, naming every fault, unless the walls hold."""
    found = faults()
    connection.close()
    if found:
        raise ImproperlyConfigured("Refusing to start: " + "; ".join(found) + ".")
