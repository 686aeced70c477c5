"""What the servers in Python answer to the requests that control.mjs describes."""
import gc
import json
import resource


def usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/statm") as statm:
        rss = int(statm.read().split()[1]) * resource.getpagesize()
    return {"userUs": round(used.ru_utime * 1e6), "systemUs": round(used.ru_stime * 1e6), "rss": rss, "heap": 0}


def collect_garbage():
    gc.collect()
    return {}


ANSWERS = {b"usage": usage, b"gc": collect_garbage}


def answer(request):
    """The line that answers a line, both as bytes and without their ends."""
    return json.dumps(ANSWERS[request]()).encode()
