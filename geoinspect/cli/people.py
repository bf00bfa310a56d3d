"""The commands around accounts: add, list, disable, change the password, make a token."""

from __future__ import annotations

import getpass
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from geoinspect.cli.groups import command_group
from geoinspect.cli.session import session_of
from geoinspect.errors import InputError
from geoinspect.people import codes
from geoinspect.people.account import Account, read_role, read_scopes
from geoinspect.people.organisations import Office
from geoinspect.people.passwords import check_password, hash_password, with_password

if TYPE_CHECKING:
    from geoinspect.cli.session import Session

users = command_group("Keep the accounts of the service: who may do what.")

_UserId = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name to sign in with.")]


@users.command()
def add(
    context: typer.Context,
    user_id: _UserId,
    role: Annotated[
        str,
        typer.Option(
            help="supervisor, leader, unit, inspector, administrator, security or auditor."
        ),
    ],
    name: Annotated[str, typer.Option(help="The person's name.", show_default=False)] = "",
    office: Annotated[
        list[str] | None,
        typer.Option(help="Id of a unit; offices below it too.", show_default=False),
    ] = None,
    district: Annotated[
        list[str] | None, typer.Option(help="Id of a district.", show_default=False)
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="Category of points.", show_default=False)
    ] = None,
    inspector: Annotated[
        str | None, typer.Option(help="Id in the roster of inspectors.", show_default=False)
    ] = None,
    elsewhere: Annotated[
        str | None,
        typer.Option(help="Subject at the OpenID provider, instead of a password."),
    ] = None,
    totp: Annotated[bool, typer.Option("--totp", help="Want one-time codes as well.")] = False,
    approves: Annotated[
        bool, typer.Option("--approves", help="Leads a unit: approves the replies of its others.")
    ] = False,
) -> None:
    """
    Add an account; the password comes from a prompt or standard input.

    Example: geoinspect -C taicang user add wang --role unit --office U1
    """
    session = session_of(context)
    store = session.city().store()
    account = Account(
        user_id,
        name or user_id,
        read_role(role),
        frozenset(office or ()),
        frozenset(district or ()),
        frozenset(category or ()),
        inspector,
        None if elsewhere else _hashed(session, user_id),
        elsewhere,
        codes.new_secret() if totp else None,
        approves=approves,
        password_given=not elsewhere,
    )
    store.people.add(account)
    session.log("account.add", user_id, role=account.role.value)
    session.say("The account {user_id} is there: {role}.", user_id=user_id, role=account.role.value)
    if account.totp_secret is not None:
        issuer = session.city().settings.name
        uri = codes.otpauth_uri(account.totp_secret, user_id, issuer)
        session.say("Enter this secret into an authenticator program; it is shown this one time:")
        session.put(f"{uri}\n".encode(), None)


@users.command("list")
def list_users(context: typer.Context) -> None:
    """
    List all accounts.

    Example: geoinspect -C taicang user list
    """
    session = session_of(context)
    session.table(
        "Accounts",
        ["Account", "Name", "Role", "Scope", "Disabled"],
        (_row(session, account) for account in session.city().store().people.accounts()),
    )


@users.command()
def leads(
    context: typer.Context,
    user_id: _UserId,
    undo: Annotated[bool, typer.Option("--undo", help="Take it away again.")] = False,
) -> None:
    """
    Let an account of a unit approve the replies of its others, as its leader does.

    Example: geoinspect -C taicang user leads zhao
    """
    session = session_of(context)
    people = session.city().store().people
    people.replace(replace(people.account(user_id), approves=not undo))
    session.log("account.change", user_id, approves=not undo)
    sentence = "{user_id} approves no replies." if undo else "{user_id} approves replies now."
    session.say(sentence, user_id=user_id)


@users.command()
def disable(
    context: typer.Context,
    user_id: _UserId,
    undo: Annotated[bool, typer.Option("--undo", help="Enable it again.")] = False,
) -> None:
    """
    Disable an account: its sessions and tokens end at once.

    Example: geoinspect -C taicang user disable wang
    """
    session = session_of(context)
    people = session.city().store().people
    people.replace(replace(people.account(user_id), disabled=not undo, failures=0))
    session.log("account.enable" if undo else "account.disable", user_id)
    sentence = "{user_id} can sign in again." if undo else "{user_id} can sign in no longer."
    session.say(sentence, user_id=user_id)


@users.command()
def password(context: typer.Context, user_id: _UserId) -> None:
    """
    Change a password, read from a prompt or standard input; sessions end, locks open.

    Example: geoinspect -C taicang user password wang
    """
    session = session_of(context)
    people = session.city().store().people
    account = people.account(user_id)
    people.replace(with_password(account, _read_password(session), given=True))
    session.log("account.password", user_id)
    session.say("The password of {user_id} is changed.", user_id=user_id)


@users.command()
def token(
    context: typer.Context,
    user_id: _UserId,
    scope: Annotated[list[str], typer.Option(help="A permission, such as read-points.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "cli",
    days: Annotated[int, typer.Option(help="How long it holds.", min=1, max=366)] = 90,
) -> None:
    """
    Make a token for a program, and print it this one time.

    Example: geoinspect -C taicang user token wang --scope read-points --days 30
    """
    session = session_of(context)
    store, now = session.city().store(), datetime.now(UTC)
    store.people.account(user_id)
    bearer, made = store.signing.make_token(
        user_id, name, read_scopes(scope), expires_at=now + timedelta(days=days), now=now
    )
    session.log("token.make", made.token_id, user_id=user_id, scopes=sorted(made.scopes))
    session.put(f"{bearer}\n".encode(), None)


@users.command()
def office(
    context: typer.Context,
    office_id: Annotated[str, typer.Argument(metavar="OFFICE", help="Id of a unit.")],
    name: Annotated[str, typer.Option(help="Its name.", show_default=False)] = "",
    above: Annotated[
        str | None, typer.Option(help="Id of the office above it.", show_default=False)
    ] = None,
    disable: Annotated[
        bool, typer.Option("--disable", help="Disable it and all below; without, it works.")
    ] = False,
) -> None:
    """
    Put an office into the tree: who is given an office answers for all below it.

    Example: geoinspect -C taicang user office U1 --above city
    """
    session = session_of(context)
    people = session.city().store().people
    known = {office.office_id: office for office in people.office_list()}.get(office_id)
    usual = known or Office(office_id, office_id)
    placed = Office(office_id, name or usual.name, above or usual.above, disable)
    ended = people.put_office(placed)
    session.log("office.place", office_id, above=placed.above or "", disabled=disable)
    session.say("The office {office_id} is in the tree.", office_id=office_id)
    if ended:
        session.say("Disabled with it: {accounts}.", accounts=", ".join(ended))


def _hashed(session: Session, user_id: str) -> str:
    """Ask for a password, twice at a keyboard, and return its hash."""
    given = _read_password(session)
    check_password(given, user_id)
    return hash_password(given)


def _read_password(session: Session) -> str:
    """Read a password where nobody sees it: never an argument, which others could list."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(session.translate("Password: "))
    if getpass.getpass(session.translate("Password again: ")) != first:
        raise InputError("The two passwords differ: nothing was changed.")
    return first


def _row(session: Session, account: Account) -> list[object]:
    """Write one account as a row of the table."""
    scope = [*sorted(account.offices), *sorted(account.districts), *sorted(account.categories)]
    if account.approves:
        scope.append(session.translate("approves replies"))
    return [
        account.user_id,
        account.name,
        account.role.value,
        ", ".join([*scope, *filter(None, [account.inspector_id])]),
        session.translate("yes") if account.disabled else session.translate("no"),
    ]
