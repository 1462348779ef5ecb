"""Keep a shopping list: subcommands, flags, defaults, and the errors of argparse."""

import argparse
import sys


def parser():
    top = argparse.ArgumentParser(prog="flag_parser", description="Keep a shopping list.")
    top.add_argument("-v", "--verbose", action="store_true", help="say more")
    commands = top.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="add an item")
    add.add_argument("--count", type=int, default=1, metavar="N")
    add.add_argument("--urgent", action="store_true")
    add.add_argument("item", nargs="+")
    drop = commands.add_parser("drop", help="drop an item")
    drop.add_argument("item")
    return top


def main():
    args = parser().parse_args()
    if args.verbose:
        print(f"command: {args.command}", file=sys.stderr)
    if args.command == "drop":
        print(f"dropped {args.item}")
        return 0
    if args.count < 1:
        print(f"error: count must be positive, not {args.count}", file=sys.stderr)
        return 3
    for item in args.item:
        mark = " (urgent!)" if args.urgent else ""
        print(f"added {args.count} x {item}{mark}")
    print(f"{len(args.item)} items")
    return 0


sys.exit(main())
