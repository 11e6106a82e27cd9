"""pointsman from Python, by ctypes alone: copy this file beside your program.

    router = Router(json_rows)
    walk = Walk()
    for selection in router.walk("default", "gpt-4o", walk):
        status, body = send(selection.channel_id)
        if not router.report(selection, status, body): break      # an answer, or a fault of the caller's own
    else:
        fail(503, router.explain("default", "gpt-4o", walk))

Threads may share a Router. What a call costs: `python3 route.py --time`.
"""
import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p

ABI = 1  # POINTSMAN_C_ABI of the header that these structs were written from


class Text(ctypes.Structure):
    _fields_ = [("data", c_char_p), ("size", c_size_t)]


class View(ctypes.Structure):
    """A text of the library's, which ends where its size says and nowhere else."""
    _fields_ = [("data", c_void_p), ("size", c_size_t)]

    def text(self):
        return ctypes.string_at(self.data, self.size).decode(errors="replace") if self.data else ""


class Buffer(ctypes.Structure):
    _fields_ = [("data", c_char_p), ("capacity", c_size_t), ("size", c_size_t)]


class Options(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("policy", Text), ("max_lost_share", c_double), ("nodes", c_int32),
                ("refuse_when_cool", c_int32), ("now", c_void_p), ("now_context", c_void_p), ("jitter_seed", c_uint64)]


class Request(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("group", Text), ("user_group", Text), ("model", Text),
                ("allowed_groups", POINTER(Text)), ("allowed_count", c_size_t),
                ("ordered_groups", POINTER(Text)), ("ordered_count", c_size_t),
                ("pin", c_int64), ("affinity", c_uint64),
                ("has_allowed_groups", c_uint8), ("has_ordered_groups", c_uint8), ("has_pin", c_uint8),
                ("has_affinity", c_uint8), ("stay_in_group", c_uint8), ("unused", c_uint8 * 3),
                ("bits", c_void_p), ("bits_context", c_void_p)]


class Selection(ctypes.Structure):
    """channel_id where `reason` is 0, and key_index where the channel has several keys (else -1).

    Gives back what it reserved when it is forgotten. Keeps its router, whose memory the group's name is in."""
    router = walk = None
    _fields_ = [("struct_size", c_size_t), ("held", c_uint64 * 16), ("reason", c_int32), ("degraded", c_int32),
                ("channel_id", c_int64), ("priority", c_int64), ("cookie", c_uint64), ("group", View),
                ("generation", c_uint64), ("retry_after_ms", c_int64), ("key_index", c_int64)]

    def __init__(self):
        super().__init__(ctypes.sizeof(Selection))

    def __del__(self):
        library.pointsman_release(byref(self))

    @property
    def group_name(self):
        return self.group.text()


class Outcome(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("kind", c_int32), ("has_retry_after", c_int32), ("retry_after_ms", c_int64),
                ("latency_ns", c_int64), ("tokens", c_int64)]


def _open():
    opened = ctypes.CDLL(os.environ.get("POINTSMAN_LIBRARY", "libpointsman_c.so.1"))
    for name in ("version", "reason_name"):
        getattr(opened, "pointsman_" + name).restype = c_char_p
    for name in ("router_free", "walk_free", "release"):
        getattr(opened, "pointsman_" + name).restype = None
    opened.pointsman_select_many.restype = c_size_t
    opened.pointsman_abi.restype = c_uint32
    if opened.pointsman_abi() != ABI:
        raise ImportError(f"libpointsman_c has ABI {opened.pointsman_abi()}, and this module was written for {ABI}")
    return opened


library = _open()


def _text(value):
    data = value.encode() if isinstance(value, str) else value
    return Text(data, len(data))


def _check(status, error):
    if status != 0:
        raise ValueError(f"{error.data.decode()} ({status})")


def _buffer(size):
    storage = ctypes.create_string_buffer(size)
    return storage, Buffer(ctypes.cast(storage, c_char_p), size, 0)


class Walk:
    """What was tried for one request."""

    def __init__(self):
        self._as_parameter_ = c_void_p()
        if library.pointsman_walk_new(byref(self._as_parameter_)) != 0:
            raise MemoryError

    def __del__(self):
        library.pointsman_walk_free(self._as_parameter_)


class Router:
    def __init__(self, rows=None, policy=None):
        self._router = c_void_p()
        options = Options(ctypes.sizeof(Options))
        if policy is not None:
            options.policy = _text(policy)
        _, error = _buffer(1024)
        _check(library.pointsman_router_new(byref(options), byref(self._router), byref(error)), error)
        if rows is not None:
            self.reload(rows)

    def __del__(self):
        library.pointsman_router_free(self._router)

    def reload(self, rows):
        """Rows as JSON text. ValueError, and the last good table stays, where they cannot be used."""
        _, error = _buffer(1024)
        _check(library.pointsman_reload_json(self._router, _text(rows), None, byref(error)), error)

    def request(self, group, model):
        """Can be used again and again; the names stay alive with it."""
        return Request(ctypes.sizeof(Request), _text(group), Text(), _text(model))

    def select(self, request, walk=None):
        selection = Selection()
        selection.router, selection.walk = self, walk
        library.pointsman_select(self._router, byref(request), walk, byref(selection))
        return selection

    def walk(self, group, model, walk):
        """One channel after the other, none twice."""
        request = self.request(group, model)
        while (selection := self.select(request, walk)).reason == 0:
            yield selection

    def report(self, selection, status, body=b""):
        """What the upstream said. True where another channel may serve the request."""
        outcome = Outcome(ctypes.sizeof(Outcome))
        library.pointsman_classify_http(status, Text(), _text(body), byref(outcome))
        library.pointsman_report(self._router, byref(selection), byref(outcome), selection.walk)
        return bool(library.pointsman_worth_another_attempt(byref(outcome)))

    def explain(self, group, model, walk=None, chinese=False):
        """What the next selection of the walk would do, or one on its own, in words for callers."""
        storage, text = _buffer(8192)
        request = self.request(group, model)
        _check(library.pointsman_explain(self._router, byref(request), walk, int(chinese), 0, byref(text)), text)
        return storage.value.decode()


def reason_name(reason):
    """"kModelNotInGroup" and so on."""
    return library.pointsman_reason_name(reason).decode()


def http_status(reason):
    """What a gateway would answer where there is no channel."""
    return library.pointsman_reason_http_status(reason)
