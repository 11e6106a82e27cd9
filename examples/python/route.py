"""The router from Python: rows as JSON, a walk over channels, and the reason where there is none.

    POINTSMAN_LIBRARY=/usr/local/lib/libpointsman_c.so.1 python3 route.py          (--time: what a call costs)
"""
import ctypes
import sys
import time

import pointsman

ROWS = """{"channels": [{"id": 8, "group": "default", "models": "gpt-4o,runway", "priority": 10},
                        {"id": 9, "group": "default", "models": "gpt-4o"}]}"""


def serve(router):
    replies = iter([503, 200])  # what the upstreams would say
    for selection in router.walk("default", "gpt-4o", pointsman.Walk()):
        print(f"channel {selection.channel_id} serves {selection.group_name}")
        if not router.report(selection, next(replies)):
            return
        print(f"channel {selection.channel_id} failed")


def fail(router):
    walk = pointsman.Walk()
    for selection in router.walk("default", "gpt-4o", walk):
        if not router.report(selection, 500):
            return
    print(f"503: {router.explain('default', 'gpt-4o', walk)}")


def measure(router, calls=100_000, batch=64):
    request, selection = router.request("default", "gpt-4o"), pointsman.Selection()
    select, handle = pointsman.library.pointsman_select, router._router
    asked, into = ctypes.byref(request), ctypes.byref(selection)
    start = time.perf_counter()
    for _ in range(calls):
        select(handle, asked, None, into)
    print(f"one by one: {(time.perf_counter() - start) / calls * 1e9:.1f} ns a selection")
    requests = (pointsman.Request * batch)(*[request] * batch)
    selections = (pointsman.Selection * batch)(*[pointsman.Selection() for _ in range(batch)])
    start = time.perf_counter()
    for _ in range(calls // batch):
        pointsman.library.pointsman_select_many(handle, requests, ctypes.c_size_t(batch), selections)
    print(f"{batch} at once: {(time.perf_counter() - start) / (calls // batch * batch) * 1e9:.1f} ns a selection")


router = pointsman.Router(ROWS)
serve(router)
fail(router)
refused = router.select(router.request("default", "sora"))
print(f"{pointsman.http_status(refused.reason)}: {router.explain('default', 'sora')}")
try:
    router.reload('{"channels": 7}')
except ValueError as error:
    print(f"refused: {error}")
if "--time" in sys.argv:
    measure(router)
