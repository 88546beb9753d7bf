import type { DatabaseClient } from '@caudal/common/postgresql';

interface Row {
  readonly id: number;
  readonly state: string;
  readonly films: number;
  readonly people: number;
  readonly began_at: Date;
  readonly source: string;
}

/** Versions of the database, newest first, each on a line. */
export async function listVersions(client: DatabaseClient): Promise<string> {
  const { rows } = await client.query<Row>(
    'select id, state, films, people, began_at, source from films.version order by id desc',
  );
  if (rows.length === 0) return 'no version: import films first\n';
  return rows
    .map(({ id, state, films, people, began_at, source }) => {
      const [version, of] = [String(id).padStart(4), `${films} films by ${people} directors`.padEnd(34)];
      return `${version}  ${state.padEnd(8)}  ${of}  ${began_at.toISOString().slice(0, 19)}Z  ${source}\n`;
    })
    .join('');
}
