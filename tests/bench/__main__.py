"""`python -m tests.bench [NAME …]`: run benches, print and keep their results."""

import sys

from tests.bench import allocate, codes, intake, latency, onward, parse, prices, publish, reserve

BENCHES = {
    "parse": parse.bench,
    "intake": intake.bench,
    "codes": codes.bench,
    "prices": prices.bench,
    "publish": publish.bench,
    "reserve": reserve.bench,
    "allocate": allocate.bench,
    "latency": latency.bench,
    "onward": onward.bench,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHES:
        result = BENCHES[name]()
        print(f"{result.name}: ratio {result.ratio} against {result.floor} (aim: {result.aim})")
        for figure, value in result.figures.items():
            print(f"  {figure}: {value}")
        print(f"  → {result.keep()}")
