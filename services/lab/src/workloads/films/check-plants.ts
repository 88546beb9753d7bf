import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import { judge } from './judge.ts';
import { askFilms } from './plants/ask-films.ts';
import { type FilmBed, withFilmBed } from './plants/film-bed.ts';
import { read, withClient } from './plants/sql.ts';
import { CLEAN, FAULTS, type FilmsPlant, type Ground } from './plants.ts';
import { REPLICA_SERVERS } from './services.ts';
import { judgeFilms } from './verify/judge-films.ts';
import { knownVersions, readVersions } from './verify/read-versions.ts';

/** Everything is read from the database, and a replica stays in however far behind it is. */
const SETTINGS = { CACHE_MIB: '0', REPLICA_MAX_LAG_MS: '3600000' };
/** Times that all questions are asked, so that both replicas answer some of them. */
const ROUNDS = 3;

/**
 * Imports films by the importer into a real database of its own with its replicas, runs the API on them, plants each fault, asks about it
 * and has the answers judged: each fault must be reported, and nothing else.
 *
 * @returns deviations by plant; empty for one that was reported correctly
 */
export function checkFilmsPlants({
  addresses,
  stateDirectory,
  onEvent,
}: {
  readonly addresses: ServerAddresses;
  readonly stateDirectory: string;
  readonly onEvent: (line: string) => void;
}): Promise<ReadonlyMap<FilmsPlant, readonly string[]>> {
  return withFilmBed({ addresses, stateDirectory, settings: SETTINGS }, async (bed) => {
    const misses = new Map<FilmsPlant, readonly string[]>();
    for (const plant of [CLEAN, ...FAULTS]) {
      misses.set(plant, await missesOf(plant, bed));
      onEvent(`planted: ${plant.name}`);
    }
    return misses;
  });
}

/** Deviations from the required report; empty when it is correct. */
async function missesOf(plant: FilmsPlant, bed: FilmBed): Promise<readonly string[]> {
  const { ownerUrl } = bed.addresses.postgresql.films;
  // Plants share a database: each has a version of its own.
  const version = await bed.importAgain();
  await bed.untilReplayed();
  await bed.untilAnswered(version);
  let isBehind = false;
  const ground: Ground = {
    film: bed.film.id,
    query: (text, values = []) =>
      withClient(ownerUrl, async (client) => {
        await client.query(`set search_path to films_v${version}`);
        await client.query(text, [...values]);
      }),
    async importBehindReplica() {
      isBehind = true;
      await read(bed.addresses[REPLICA_SERVERS[0]].adminUrl, 'select pg_wal_replay_pause()');
      await bed.importAgain();
    },
  };
  try {
    await plant.plant(ground);
    if (!isBehind) await bed.untilReplayed();
    const before = await readVersions(ownerUrl);
    const lines = await askFilms(bed.url, Array.from({ length: ROUNDS }, () => bed.questions).flat());
    const account = judgeFilms({
      ledger: { lines, wrongAnswers: [] },
      counted: lines.length,
      oracle: bed.oracle,
      versions: knownVersions(before, await readVersions(ownerUrl)),
    });
    const reads = { byServer: {}, retries: 0, lastResort: 0, cacheHits: 0 };
    const { exact, findings } = judge({ account, reads, sharing: [] });
    const [found, required] = [kindsOf(findings), kindsOf(plant.findings)];
    const examples = findings.flatMap((finding) => finding.examples[0] ?? []).join('; ');
    return [
      ...(found === required ? [] : [`reported ${found || 'nothing'}: ${examples}`]),
      ...(exact === (plant.findings.length === 0) ? [] : [`was exact: ${exact}`]),
    ];
  } finally {
    if (isBehind) await read(bed.addresses[REPLICA_SERVERS[0]].adminUrl, 'select pg_wal_replay_resume()');
  }
}

/** Findings as a text, to compare them. */
function kindsOf(findings: readonly { readonly kind: string; readonly subject: string }[]): string {
  return [...new Set(findings.map(({ kind, subject }) => `${kind} ${subject}`))].sort().join(', ');
}
