"""The one table of who may do what."""

from __future__ import annotations

import pytest

from registry.access.permissions import MEANING
from registry.access.policy import SECOND_FACTOR_ROLES, Step, permissions_at, step_left
from registry.core.policy import POLICY, permissions
from schemas.vocabulary import May, Role


def test_every_role_has_its_row() -> None:
    assert set(POLICY) == set(Role)


def test_everything_that_may_be_done_is_told_in_words() -> None:
    assert set(MEANING) == set(May)


def test_everything_that_may_be_done_may_be_done_by_someone() -> None:
    assert set().union(*POLICY.values()) == set(May)


def test_only_administrators_manage_accounts_and_they_see_no_records() -> None:
    assert [role for role in Role if May.USER_MANAGE in permissions(role)] == [Role.ADMINISTRATOR]
    assert permissions(Role.ADMINISTRATOR) == {
        May.USER_MANAGE,
        May.ROLE_APPROVE,
        May.APPROVAL_READ,
        May.APPROVAL_PROPOSE,
        May.APPROVAL_DECIDE,
        May.DIRECTORY_READ,
        May.DOCUMENT_KEYS,
        May.OPERATIONS_READ,
        May.TOKEN_MANAGE,
        May.ACCESS_OWN,
    }


def test_auditors_change_no_record() -> None:
    own = (".read", "token.manage", "access.own", "glass.review")
    assert all(may.value.endswith(own) for may in permissions(Role.AUDITOR))


@pytest.mark.parametrize("role", [Role.CUSTOMS, Role.TRADER, Role.ADMINISTRATOR])
def test_personal_data_are_withheld_where_the_work_does_not_need_them(role: Role) -> None:
    assert May.PERSON_READ not in permissions(role)


def test_police_see_answers_to_traces_and_not_the_register() -> None:
    assert May.TRACE_ASK in permissions(Role.POLICE)
    assert not permissions(Role.POLICE) & {May.FIREARM_READ, May.LOT_READ, May.FIREARM_REGISTER}


def test_a_conflict_is_approved_by_a_supervisor_only() -> None:
    assert [role for role in Role if May.CONFLICT_RESOLVE in permissions(role)] == [Role.AUTHORITY_SUPERVISOR]


@pytest.mark.parametrize("role", Role)
def test_a_sign_in_waits_for_the_factor_then_for_a_password_of_ones_own_then_to_enrol(
    role: Role,
) -> None:
    needed = Step.ENROLMENT if role in SECOND_FACTOR_ROLES else None
    assert step_left(role, has_factor=False, gave_factor=False, one_time_password=False) is needed
    assert step_left(role, has_factor=False, gave_factor=False, one_time_password=True) is Step.PASSWORD
    assert step_left(role, has_factor=True, gave_factor=False, one_time_password=True) is Step.FACTOR
    assert step_left(role, has_factor=True, gave_factor=True, one_time_password=True) is Step.PASSWORD
    assert step_left(role, has_factor=True, gave_factor=True, one_time_password=False) is None


def test_before_a_sign_in_is_complete_nothing_but_ones_own_access_is_open() -> None:
    assert permissions_at(Step.FACTOR) == set()
    assert permissions_at(Step.PASSWORD) == permissions_at(Step.ENROLMENT) == {May.ACCESS_OWN}
