"""What is packed into a page comes out as it went in."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode

from reports.packed import CHUNK, Pack


def _unpacked(pack: Pack) -> list[list[object]]:
    return [json.loads(zlib.decompress(b64decode(chunk), wbits=-zlib.MAX_WBITS)) for chunk in pack.chunks()]


def test_values_are_found_at_their_places() -> None:
    """A place names the chunk and the value within it, whatever its characters."""
    pack = Pack()
    values = [{"text": "</script> é 電気"}, "x" * CHUNK, "y" * CHUNK, None]

    places = [pack.add(value).split("/") for value in values]

    chunks = _unpacked(pack)
    assert [chunks[int(chunk)][int(number)] for chunk, number in places] == values
    assert len(chunks) > 1
    assert sum(map(len, chunks)) == len(values)


def test_nothing_packed_is_no_chunk() -> None:
    """A page without scenarios carries nothing."""
    assert Pack().chunks() == ()


def test_packed_text_cannot_end_its_element() -> None:
    """No markup is left of what was packed."""
    pack = Pack()
    pack.add("</script><!--")
    assert not set("<>&") & set("".join(pack.chunks()))
