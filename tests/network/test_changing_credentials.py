"""Changing credentials: secrets only come in, and what is not given stays sealed."""

from typing import Any

import pytest
from sqlalchemy import select

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database
from netzwart.errors import InvalidInputError
from netzwart.network.credentials import purpose_of, store_credential
from netzwart.network.forms import CredentialChangeForm, CredentialForm
from netzwart.network.service import change_credential
from netzwart.network.tables import Credential, Node
from netzwart.secrets import SecretBox, new_key
from tests.api_client import Api
from tests.cast import Cast
from tests.client import Site

LIST = "/netz/zugangsdaten"
V3 = {"name": "v3", "kind": "snmp_v3", "user_name": "leser", "auth": "sha256",
      "auth_key": "auth-geheim-1", "privacy": "aes128", "privacy_key": "priv-geheim-1"}  # fmt: skip
SSH = {"name": "shell", "kind": "ssh", "user_name": "leser", "password": "wort-1"}
KEPT_V3 = {"user_name": "leser", "auth": "sha256", "privacy": "aes128"}


async def changed(database: Database, before: dict[str, str], after: dict[str, Any]) -> Any:
    """Return the secrets after a change, by name."""
    box = SecretBox(new_key())
    async with database.session() as session:
        credential = await store_credential(session, box, CredentialForm.model_validate(before))
        form = CredentialChangeForm.model_validate({"name": before["name"]} | after)
        await change_credential(session, SYSTEM, box, credential.id, form)
        opened = box.open(credential.secrets_encrypted, purpose_of(credential.id))
        return {name: value.get_secret_value() for name, value in opened.items()}


@pytest.mark.parametrize(
    ("before", "after", "secrets"),
    [
        (V3, KEPT_V3 | {"privacy_key": "priv-geheim-2"},
         {"auth_key": "auth-geheim-1", "privacy_key": "priv-geheim-2"}),
        (V3, KEPT_V3 | {"note": "nur eine Bemerkung"},
         {"auth_key": "auth-geheim-1", "privacy_key": "priv-geheim-1"}),
        (V3, KEPT_V3 | {"privacy": None}, {"auth_key": "auth-geheim-1"}),
        (SSH, {"user_name": "leser", "enable_secret": "wort-2"},
         {"password": "wort-1", "enable_secret": "wort-2"}),
        (SSH, {"user_name": "leser", "private_key": "PEM", "forget_secrets": True},
         {"private_key": "PEM"}),
    ],
)  # fmt: skip
async def test_given_secrets_replace_and_others_stay(
    sqlite_database: Database, before: dict[str, str], after: dict[str, Any], secrets: Any
):
    assert await changed(sqlite_database, before, after) == secrets


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (SSH, {"user_name": "leser", "forget_secrets": True}, "SSH braucht ein Passwort"),
        (SSH, {}, "Benutzernamen"),
        (V3, KEPT_V3 | {"auth_key": "kurz"}, "mindestens acht Zeichen"),
        (V3, {"user_name": "leser", "privacy": "aes128"}, "braucht ein Prüfverfahren"),
    ],
)
async def test_change_that_leaves_no_way_in_is_refused(
    sqlite_database: Database, before: dict[str, str], after: dict[str, Any], sentence: str
):
    with pytest.raises(InvalidInputError, match=sentence):
        await changed(sqlite_database, before, after)


async def test_lost_key_is_helped_by_new_secrets(sqlite_database: Database):
    async with sqlite_database.session() as session:
        credential = await store_credential(
            session, SecretBox(new_key()), CredentialForm.model_validate(SSH)
        )
        box = SecretBox(new_key())
        old = CredentialChangeForm(name="shell", user_name="leser")
        with pytest.raises(InvalidInputError):
            await change_credential(session, SYSTEM, box, credential.id, old)
        new = CredentialChangeForm.model_validate(
            {name: value for name, value in SSH.items() if name != "kind"}
        )
        await change_credential(session, SYSTEM, box, credential.id, new)
        opened = box.open(credential.secrets_encrypted, purpose_of(credential.id))
        assert opened["password"].get_secret_value() == "wort-1"


async def test_page_rotates_a_secret_and_makes_its_nodes_due(
    site: Site, cast: Cast, database: Database
):
    browser = site.as_(cast.admin)
    await browser.post(LIST, {"name": "alt", "kind": "snmp_v2c", "community": "geheim-1"})
    async with database.session() as session:
        made = (await session.scalars(select(Credential))).one()
        node = Node(address="10.0.0.1", name="sw", school_id=cast.school.id, credential_id=made.id)
        session.add(node)
    entry = f"{LIST}/{made.id}"
    page = await browser.get(entry)
    assert "leer lassen" in page.text
    assert "geheim-1" not in page.text
    answer = await browser.post(entry, {"name": "neu", "community": "geheim-2"})
    assert answer.status_code == 303
    shown = (await browser.get(LIST)).text
    assert "neu" in shown
    assert "geheim-2" not in shown
    async with database.session(writing=False) as session:
        row = await session.get(Node, node.id)
        assert row is not None
        assert row.next_poll_at is not None
        credential = await session.get(Credential, made.id)
        assert credential is not None
        assert b"geheim-2" not in credential.secrets_encrypted
    assert (await browser.post(entry, {"name": ""})).status_code == 422
    assert (await browser.get(f"{LIST}/{made.id + 4711}")).status_code == 404
    assert (await site.as_(cast.technician).get(entry)).status_code == 403


async def test_api_rotates_secrets_and_tells_none(api: Api):
    anna = await api.caller()
    body = {"name": "wlan", "kind": "ssh", "user_name": "leser", "password": "wort-1"}
    made = await anna.post("credentials", body)
    path = f"credentials/{made['id']}"
    changed = await anna.patch(path, {"password": "wort-2", "read_timeout_s": 60})
    assert (changed["read_timeout_s"], changed["fast_cli"]) == (60, True)
    assert not {"password", "secrets_encrypted"} & changed.keys()
    refused = await anna.patch(path, {"forget_secrets": True}, 422)
    assert "SSH braucht ein Passwort" in str(refused)
    await anna.patch(path, {"read_timeout_s": 3}, 400)
    await anna.patch(path, {"kind": "snmp_v1"}, 400)
