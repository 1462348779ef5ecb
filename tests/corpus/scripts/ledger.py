"""A database with transactions, one of which is rolled back, and a dump of it."""
import sqlite3

with sqlite3.connect("ledger.db") as db:
    db.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, amount INTEGER)")
    db.executemany("INSERT INTO entry (amount) VALUES (?)", [(n * n,) for n in range(100)])
try:
    with db:
        db.execute("DELETE FROM entry")
        raise ValueError("never mind")
except ValueError:
    pass
print(db.execute("SELECT count(*), sum(amount) FROM entry").fetchone())
with open("dump.sql", "w", encoding="utf-8") as dump:
    dump.writelines(line + "\n" for line in db.iterdump())
