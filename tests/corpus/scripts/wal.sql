PRAGMA journal_mode = WAL;
CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT);
INSERT INTO t (text) VALUES ('a'), ('b'), ('c');
UPDATE t SET text = upper(text) WHERE n > 1;
SELECT * FROM t ORDER BY n;
