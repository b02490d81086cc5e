"""What must not leave the house is taken out of a log, and nothing else."""

from __future__ import annotations

import pytest

from harness.fieldlog.form import builtin_forms
from harness.fieldlog.reading import read
from harness.fieldlog.redaction import redact


def redacted(text: str) -> str:
    """Return a log as it may be shown."""
    return redact(text, read(text, builtin_forms()))


def test_tags_and_serials_get_other_words_consistently() -> None:
    """The same tag is the same word everywhere, outside of frames as well, and two tags stay two."""
    text = (
        'tag 04B0 at CP1: [2,"1","Authorize",{"idTag":"04B0"}]\n'
        '[3,"1",{"idTagInfo":{"status":"Accepted","parentIdTag":"FLEET"}}]\n'
        '[2,"2","BootNotification",{"chargePointVendor":"A","chargePointModel":"M","chargePointSerialNumber":"S-77"}]\n'
        '[2,"3","StartTransaction",{"idTag":"04B0", cut off\n'
    )
    shown = redacted(text)
    assert shown == text.replace("04B0", "TAG-1").replace("FLEET", "TAG-2").replace("S-77", "SERIAL-1")


@pytest.mark.parametrize(
    "call",
    [
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"S3CRET"}]',
        '[2,"1","SetVariables",{"setVariableData":[{"attributeValue":"S3CRET","component":{"name":"SecurityCtrlr"},'
        '"variable":{"name":"BasicAuthPassword"}}]}]',
        '[2,"1","SetNetworkProfile",{"configurationSlot":1,"connectionData":{"apn":{"apnPassword":"S3CRET"}}}]',
    ],
)
def test_secrets_are_hidden(call: str) -> None:
    """A password is gone, whatever message carried it."""
    assert redacted(call) == call.replace("S3CRET", "***")


def test_part_of_a_word_is_left_alone() -> None:
    """A tag that is also a piece of another word changes only where it stands alone."""
    text = '[2,"1","Authorize",{"idTag":"A1"}] CPA1 A1\n'
    assert redacted(text) == '[2,"1","Authorize",{"idTag":"TAG-1"}] CPA1 TAG-1\n'


def test_log_without_anything_to_hide_is_left_as_it_is() -> None:
    """Nothing is changed for nothing."""
    text = 'x [2,"1","Heartbeat",{}]\n'
    assert redacted(text) == text
