import type { DatabaseSync } from "node:sqlite";
import { DriverError } from "#kernel/fault.ts";

/** Marks SQLite files as Estiva's: "ESTV". */
const applicationId = 0x45535456;

/**
 * Step `n` brings a file from schema version `n` to `n + 1`. A change of the format is a step added at the end; the
 * steps that are there never change.
 */
const migrations: readonly string[] = [
  `CREATE TABLE log (
     id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, key TEXT NOT NULL, value TEXT,
     createRevision INTEGER NOT NULL, version INTEGER NOT NULL, lease INTEGER) STRICT;
   CREATE TABLE lease (id INTEGER PRIMARY KEY, ttlSeconds REAL NOT NULL) STRICT;
   CREATE TABLE meta (compactedRevision INTEGER NOT NULL, lastLease INTEGER NOT NULL) STRICT;
   INSERT INTO meta VALUES (0, 0)`,
];

/** Throws a `DriverError` (`Unsupported`) when the file is a newer version's or someone else's. Writes nothing. */
export function checkSchema(db: DatabaseSync, file: string, steps: readonly string[] = migrations): void {
  const version = pragma(db, "user_version");
  const owner = pragma(db, "application_id");
  const tables = db.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as { count: number };
  if (owner !== applicationId && (owner !== 0 || tables.count > 0)) {
    throw new DriverError("Unsupported", `${file} is not a store of Estiva.`);
  }
  if (version > steps.length) {
    throw new DriverError(
      "Unsupported",
      `${file} was written by a newer version of Estiva (its schema is ${version}, this version knows ` +
        `${steps.length}). Install the newer version again, or use another data folder.`,
    );
  }
}

/** Brings the file to the newest schema, each step in a transaction of its own. */
export function migrate(db: DatabaseSync, steps: readonly string[] = migrations): void {
  for (let next = pragma(db, "user_version"); next < steps.length; next++) {
    db.exec(`BEGIN; ${steps[next]};
      PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${next + 1}; COMMIT`);
  }
}

function pragma(db: DatabaseSync, name: "user_version" | "application_id"): number {
  const row = db.prepare(`PRAGMA ${name}`).get() as Record<string, number>;
  return row[name]!;
}
