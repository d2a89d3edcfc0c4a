"""Frames to bytes and back, and which lane a frame goes on."""

from typing import Any, Dict, List, Mapping, Set, Tuple, Type, TypeVar, Union

import msgspec
from msgspec import Struct

from .base import MAX_BATCH, MAX_DEPTH, MAX_FRAME, WireError
from .up import Batch, Upstream

HOT_KEYS = frozenset({"status", "connected", "ack", "beat", "webhookResponse"})
"""Keys of :class:`Upstream` that carry no `seq`: replaced by what comes next, or answered otherwise."""
ENVELOPE_KEYS = frozenset({"userId", "topic", "profileNum", "id", "seq"})


def is_durable(message: Mapping[str, Any]) -> bool:
    """Whether a frame to ``<prefix>/ns`` or ``<prefix>/isy`` goes on the durable lane, and so carries a `seq`."""
    keys: Set[str] = set(message) - HOT_KEYS - ENVELOPE_KEYS
    if keys == {"batch"}:
        batch = message["batch"]
        return isinstance(batch, dict) and bool(batch.get("addnode") or batch.get("removenode"))
    return bool(keys)


M = TypeVar("M", bound=Struct)
_encoder = msgspec.json.Encoder()
_decoders: Dict[Type[Struct], "msgspec.json.Decoder[Any]"] = {}


def encode(message: Any) -> bytes:
    """A message, or a plain dict of JSON types, as one frame.

    Raises:
        WireError: it holds what JSON cannot say, or is longer than :data:`MAX_FRAME`.
    """
    try:
        payload = _encoder.encode(message)
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"cannot be sent as JSON: {error}") from error
    if len(payload) > MAX_FRAME:
        raise WireError(f"is {len(payload)} bytes long; at most {MAX_FRAME} go into one message")
    return payload


def check_depth(content: Any, deepest: int = MAX_DEPTH) -> None:
    """
    Raises:
        WireError: maps and lists in it are nested deeper than the other end decodes.
    """
    if deepest < 0:
        raise WireError(f"is nested deeper than {MAX_DEPTH} levels")
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, (list, tuple)) else ()
    for part in inner:
        check_depth(part, deepest - 1)


def to_dict(message: Struct) -> Dict[str, Any]:
    """A message as plain JSON types."""
    return msgspec.to_builtins(message)  # type: ignore[no-any-return]


def decode(payload: Union[bytes, bytearray], kind: Type[M]) -> M:
    """One frame as `kind`.

    Raises:
        WireError: it is too long, not JSON, or breaks a bound; the text names the place.
    """
    if len(payload) > MAX_FRAME:
        raise WireError(f"message of {len(payload)} bytes; at most {MAX_FRAME} are taken")
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        return decoder.decode(payload)  # type: ignore[no-any-return]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(str(error)) from error


def decode_upstream(payload: Union[bytes, bytearray]) -> Tuple[Upstream, List[str]]:
    """One frame from a run, and the reasons for what in it was refused.

    One wrong entry of a batch, or one wrong key, is left out and named; the rest of the frame stands.

    Raises:
        WireError: nothing of the frame can be used.
    """
    try:
        return decode(payload, Upstream), []
    except WireError:
        return _salvage(payload)


def _salvage(payload: Union[bytes, bytearray]) -> Tuple[Upstream, List[str]]:
    try:
        frame = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"not JSON: {error}") from error
    if len(payload) > MAX_FRAME or not isinstance(frame, dict):
        raise WireError("not a JSON object within the size that is taken")
    refused: List[str] = []
    kept: Dict[str, Any] = {}
    for key, body in frame.items():
        if key == "batch" and isinstance(body, dict):
            kept[key] = _salvage_batch(body, refused)
        elif _converts({key: body}, Upstream, key, refused):
            kept[key] = body
    return msgspec.convert(kept, Upstream), refused


def _salvage_batch(batch: Dict[str, Any], refused: List[str]) -> Dict[str, List[Any]]:
    kept: Dict[str, List[Any]] = {}
    for kind, entries in batch.items():
        if kind not in Batch.__struct_fields__:
            continue
        if not isinstance(entries, list):
            refused.append(f"batch.{kind}: expected a list")
            continue
        if len(entries) > MAX_BATCH:
            refused.append(f"batch.{kind}: only the first {MAX_BATCH} of {len(entries)} are taken")
        kept[kind] = [
            entry
            for index, entry in enumerate(entries[:MAX_BATCH])
            if _converts({kind: [entry]}, Batch, f"batch.{kind}[{index}]", refused)
        ]
    return kept


def _converts(value: Dict[str, Any], kind: Type[Struct], where: str, refused: List[str]) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        refused.append(f"{where}: {error}")
        return False
    return True
