"""serve.py MODULE WORK OPTIONS: does MODULE.WORK(**OPTIONS) on request, one JSON line in, one out."""

import importlib
import json
import sys
import time


def main() -> None:
    module, name, options = sys.argv[1:]
    replies, sys.stdout = sys.stdout, sys.stderr  # whatever a library prints must not get in between
    work = getattr(importlib.import_module(module), name)(**json.loads(options))

    def reply(**fields):
        replies.write(json.dumps(fields) + "\n")
        replies.flush()

    reply(answer=work.answer is not None, remark=work.remark is not None)
    for line in sys.stdin:
        request = json.loads(line)
        if request == "answer":
            reply(answer=[float(number) for number in work.answer()])
        elif request == "remark":
            reply(remark=work.remark())
        else:
            began = time.perf_counter()
            own = work.run(request["sample"])
            elapsed = time.perf_counter() - began
            reply(seconds=elapsed if own is None else own)


main()
