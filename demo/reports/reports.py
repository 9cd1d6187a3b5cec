"""A report builder: groups made-up orders and formats a table."""

import os
import time

DUTY = float(os.environ.get("DEMO_DUTY", "0.2"))


def make_orders(count):
    return [{"customer": i * 7919 % 97, "cents": i * 104729 % 10007} for i in range(count)]


def group_by_customer(orders):
    totals = {}
    for order in orders:
        totals[order["customer"]] = totals.get(order["customer"], 0) + order["cents"]
    return totals


def format_table(totals):
    return "\n".join(f"{customer:>6} {cents / 100:>12.2f}" for customer, cents in sorted(totals.items()))


while True:
    start = time.monotonic()
    format_table(group_by_customer(make_orders(5_000)))
    time.sleep((time.monotonic() - start) * (1 / DUTY - 1))
