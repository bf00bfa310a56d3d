"""Accounts, for the security administrator."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from geoinspect.api.dependencies import ActorDep, NowDep, StoreDep  # noqa: TC001
from geoinspect.api.permits import needs
from geoinspect.api.responses import problems
from geoinspect.audit import log
from geoinspect.people import Permission, Role
from geoinspect.people.account import Account
from geoinspect.people.passwords import check_password, hash_password, with_password

if TYPE_CHECKING:
    from datetime import datetime

    from geoinspect.store import Store

router = APIRouter(prefix="/accounts", tags=["people"], responses=problems(422))

_MANAGES = needs(Permission.MANAGE_PEOPLE)


class _Schema(BaseModel):
    """A field that is not declared is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AccountFacts(_Schema):
    """An account, without anything to sign in with."""

    user_id: str = Field(max_length=63)
    name: str = Field(max_length=100)
    role: Role
    offices: list[str] = Field(default=[], description="Ids of units; all below them too.")
    districts: list[str] = Field(default=[], description="Ids of districts; empty for all.")
    categories: list[str] = Field(default=[], description="Categories; empty for all.")
    inspector_id: str | None = Field(default=None, description="Id in the roster.")
    disabled: bool = False
    approves: bool = Field(
        default=False, description="Leads a unit: may approve the replies of its others."
    )


class AccountOrder(AccountFacts):
    """An account to be made."""

    password: SecretStr = Field(max_length=200)


class AccountChange(_Schema):
    """What to change of an account; its sessions end."""

    disabled: bool | None = None
    approves: bool | None = None
    password: SecretStr | None = Field(default=None, max_length=200)


@router.get("", **_MANAGES)
def list_accounts(store: StoreDep) -> list[AccountFacts]:
    """List all accounts."""
    return [_facts(account) for account in store.people.accounts()]


@router.post("", status_code=201, **_MANAGES)
def add_account(order: AccountOrder, actor: ActorDep, store: StoreDep, now: NowDep) -> AccountFacts:
    """Add an account."""
    password = order.password.get_secret_value()
    check_password(password, order.user_id)
    account = Account(
        order.user_id,
        order.name,
        order.role,
        frozenset(order.offices),
        frozenset(order.districts),
        frozenset(order.categories),
        order.inspector_id,
        hash_password(password),
        disabled=order.disabled,
        approves=order.approves,
        password_given=True,
    )
    store.people.add(account)
    _log(store, actor.user_id, "account.add", account, now)
    return _facts(account)


@router.patch("/{user_id}", **_MANAGES)
def change_account(
    user_id: str, change: AccountChange, actor: ActorDep, store: StoreDep, now: NowDep
) -> AccountFacts:
    """Disable or enable an account, give it another password, or make it lead its unit."""
    account = store.people.account(user_id)
    if change.disabled is not None:
        account = replace(account, disabled=change.disabled)
    if change.approves is not None:
        account = replace(account, approves=change.approves)
    if change.password is not None:
        account = with_password(account, change.password.get_secret_value(), given=True)
    store.people.replace(account)
    _log(store, actor.user_id, "account.change", account, now)
    return _facts(account)


def _log(store: Store, who: str, action: str, account: Account, now: datetime) -> None:
    """Enter a change of an account."""
    facts = {
        "role": account.role.value,
        "disabled": account.disabled,
        "approves": account.approves,
    }
    log(store, who, action, account.user_id, at=now, **facts)


def _facts(account: Account) -> AccountFacts:
    """Write down what may be known of an account."""
    return AccountFacts(
        user_id=account.user_id,
        name=account.name,
        role=account.role,
        offices=sorted(account.offices),
        districts=sorted(account.districts),
        categories=sorted(account.categories),
        inspector_id=account.inspector_id,
        disabled=account.disabled,
        approves=account.approves,
    )
