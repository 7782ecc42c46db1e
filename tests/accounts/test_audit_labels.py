"""The words of the audit trail."""

import pytest

from netzwart.accounts.audit_labels import action_label, subject_choices, subject_label


@pytest.mark.parametrize(
    ("action", "label"),
    [
        ("invoice_recorded", "Rechnung erfasst"),
        ("funding_grant_changed", "Zuwendung geändert"),
        ("signed_in", "angemeldet"),
        ("something_else", "something_else"),
        ("odd", "odd"),
    ],
)
def test_action_is_put_together_from_thing_and_verb(action: str, label: str):
    assert action_label(action) == label


def test_unknown_thing_is_shown_as_it_is():
    assert subject_label("invoice") == "Rechnung"
    assert subject_label("moon") == "moon"
    labels = [label for _, label in subject_choices()]
    assert labels == sorted(labels)
