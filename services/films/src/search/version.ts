/** Name of the schema that has the tables of a version, for use in statements. */
export function schemaOf(version: number): string {
  if (!Number.isSafeInteger(version) || version < 1) throw new TypeError(`not a version: ${version}`);
  return `films_v${version}`;
}
