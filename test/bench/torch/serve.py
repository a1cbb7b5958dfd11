"""The peer's half of the conversation of side.ts."""
import json
import resource
import sys
import time


def setting():
    return json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}


def say(message):
    print(json.dumps(message), flush=True)


def serve(ready, step, cpu_seconds=time.process_time, **others):
    """Says `ready`, then steps on command until stdin closes; `others` answer the questions of their names."""
    say({"ready": ready})
    for line in sys.stdin:
        question = json.loads(line)
        if "steps" in question:
            say(timed(question["steps"], step, cpu_seconds))
        else:
            ((name, argument),) = question.items()
            say(others[name](argument))


def timed(count, step, cpu_seconds):
    seconds, cpu, faults = [], [], []
    for _ in range(count):
        began = time.perf_counter(), cpu_seconds(), usage().ru_minflt
        step()
        seconds.append(time.perf_counter() - began[0])
        cpu.append(cpu_seconds() - began[1])
        faults.append(usage().ru_minflt - began[2])
    return {"seconds": seconds, "cpu": cpu, "faults": faults, "peak": usage().ru_maxrss * 1024}


def usage():
    return resource.getrusage(resource.RUSAGE_SELF)
