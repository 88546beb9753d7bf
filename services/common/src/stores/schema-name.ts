/** Name of the schema, or of the group of caches, of lanes without a key prefix. */
const ROOT = 'caudal';

/** Longest name: PostgreSQL cuts identifiers after 63 bytes. */
const MAX_LENGTH = 63;

/**
 * Where a lane's data is in a store that has schemas instead of key prefixes: `caudal` for the empty prefix, `caudal_kafka_ignite`
 * for `kafka-ignite:`.
 *
 * @throws RangeError for a prefix that no schema can be named after
 */
export function schemaNameOf(keyPrefix: string): string {
  if (keyPrefix === '') return ROOT;
  const name = `${ROOT}_${keyPrefix.replace(/:$/, '').replaceAll(/[-.:]/g, '_')}`;
  if (!/^[a-z0-9_]+$/.test(name) || name.length > MAX_LENGTH) {
    throw new RangeError(
      `key prefix '${keyPrefix}' cannot name a schema: use at most ${MAX_LENGTH - ROOT.length - 1} lower-case letters, digits and hyphens`,
    );
  }
  return name;
}
