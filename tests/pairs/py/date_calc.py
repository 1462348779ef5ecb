"""Days between dates, weekdays, weeks, and dates moved by days: one request a line."""

import datetime
import sys


def answer(words):
    day = datetime.date.fromisoformat(words[0])
    if words[1] == "+":
        day += datetime.timedelta(days=int(words[2]))
        return f"{day} {day:%A}"
    if words[1] == "to":
        return f"{(datetime.date.fromisoformat(words[2]) - day).days} days"
    return f"day {day.timetuple().tm_yday}, week {day.isocalendar()[1]}"


def main():
    status = 0
    for number, line in enumerate(sys.stdin, 1):
        try:
            print(answer(line.split()))
        except ValueError:
            print(f"line {number}: no date", file=sys.stderr)
            status = 1
    return status


sys.exit(main())
