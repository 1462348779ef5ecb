-- A small shop: an order moves stock inside one transaction, a second one is refused.
CREATE TABLE stock (item TEXT PRIMARY KEY, units INTEGER NOT NULL CHECK (units >= 0));
CREATE TABLE orders (nr INTEGER PRIMARY KEY, item TEXT NOT NULL REFERENCES stock, units INTEGER);
INSERT INTO stock VALUES ('chair', 6), ('desk', 2), ('lamp', 9);

BEGIN;
UPDATE stock SET units = units - 4 WHERE item = 'lamp';
INSERT INTO orders (item, units) VALUES ('lamp', 4);
COMMIT;

BEGIN;
UPDATE OR IGNORE stock SET units = units - 3 WHERE item = 'desk';
INSERT INTO orders (item, units) SELECT 'desk', 3 WHERE changes() > 0;
COMMIT;

SELECT item, units FROM stock ORDER BY item;
SELECT nr, item, units FROM orders ORDER BY nr;
