"""How a file that was put aside comes into the history, as SQL that both databases know."""

from callplan.schema import HISTORY
from callplan.store.layout import quoted

KEY = '"queue", "start"'
ON = 'h."queue" = s."queue" AND h."start" = s."start"'
NAMES = HISTORY.names()
VALUES = [name for name in NAMES if name not in HISTORY.key]

# An empty cell says nothing: it neither differs from a value nor erases it.
DIFFERS = " OR ".join(
    f'(s."{name}" IS NOT NULL AND s."{name}" IS DISTINCT FROM h."{name}")' for name in VALUES
)
# Ten million rows at once would not fit into the memory: they go by queues, some at a time.
PART = '(SELECT * FROM staged WHERE "queue" BETWEEN ? AND ?) s'
PART_ROWS = 250_000
SUPERSEDED = f"""
DELETE FROM staged USING (
    SELECT {KEY}, max("seq") AS "seq" FROM staged GROUP BY {KEY} HAVING count(*) > 1
) later
WHERE staged."queue" = later."queue" AND staged."start" = later."start" AND staged."seq" < later."seq"
"""
KEEP_BEFORE = f"""
INSERT INTO history_before ("replaced_by", "import", {quoted(*NAMES)})
SELECT CAST(? AS BIGINT), h."import", {quoted(*NAMES, of="h")}
FROM history h JOIN {PART} ON {ON} WHERE {DIFFERS}
"""
# A changed row is deleted and written anew, which takes less memory than an update.
MERGE = f"""
MERGE INTO history h USING {PART} ON ({ON})
WHEN MATCHED AND ({DIFFERS}) THEN DELETE
WHEN NOT MATCHED THEN INSERT ("import", {quoted(*NAMES)})
    VALUES (CAST(? AS BIGINT), {quoted(*NAMES, of="s")})
"""
WRITE_CHANGED = f"""
INSERT INTO history ("import", {quoted(*NAMES)})
SELECT h."replaced_by", {quoted(*HISTORY.key, of="h")},
    {", ".join(f'COALESCE(s."{name}", h."{name}")' for name in VALUES)}
FROM history_before h JOIN {PART} ON {ON} WHERE h."replaced_by" = ?
"""
# Only a queue with intervals of several lengths can have some that reach into others.
OVERLAP = f"""
SELECT {KEY}, "minutes" FROM (
    SELECT {KEY}, "minutes", lead("start") OVER (PARTITION BY "queue" ORDER BY "start") AS "next"
    FROM history WHERE "queue" IN (
        SELECT "queue" FROM history WHERE "queue" IN (SELECT "queue" FROM staged)
        GROUP BY "queue" HAVING min("minutes") < max("minutes")
    )
) spans
WHERE extract(epoch FROM "next") - extract(epoch FROM "start") < 60 * "minutes"
ORDER BY {KEY} LIMIT 1
"""
