import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually, useServers } from '@caudal/common/testing';
import { checkFilmsPlants } from '../../../src/workloads/films/check-plants.ts';
import { judge } from '../../../src/workloads/films/judge.ts';
import { type MUTANT_FAULTS, MUTANTS } from '../../../src/workloads/films/mutants.ts';
import { askFilms } from '../../../src/workloads/films/plants/ask-films.ts';
import { type FilmBed, withFilmBed } from '../../../src/workloads/films/plants/film-bed.ts';
import { CLEAN, FAULTS } from '../../../src/workloads/films/plants.ts';
import { judgeFilms } from '../../../src/workloads/films/verify/judge-films.ts';
import type { FilmLine } from '../../../src/workloads/films/verify/ledger.ts';
import { knownVersions, readVersions } from '../../../src/workloads/films/verify/read-versions.ts';

// first: it starts the API seven times
const servers = useServers('postgresql', 'postgresql-replica-1', 'postgresql-replica-2');

async function withDirectory<Result>(work: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-films-plants-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What is done while questions are asked. */
const FAULTS_UNDER_LOAD: Readonly<
  Record<(typeof MUTANT_FAULTS)[number], (bed: FilmBed) => Promise<readonly FilmLine[]>>
> = {
  load: ({ url, questions }) => askFilms(url, questions),
  async 'a replica killed'({ url, questions }) {
    const before = await askFilms(url, questions);
    await servers().kill('postgresql-replica-1');
    try {
      // Few: who does not try a second time waits for each as long as it may.
      return [...before, ...(await askFilms(url, questions.slice(-4)))];
    } finally {
      await servers().start('postgresql-replica-1');
    }
  },
  // After the first page of the first search.
  async imports({ url, questions, importAgain, untilReplayed, untilAnswered }) {
    let isImported = false;
    return askFilms(url, questions, async () => {
      if (isImported) return;
      isImported = true;
      const version = await importAgain();
      await untilReplayed();
      await untilAnswered(version);
    });
  },
};

/** Asks about films under a fault, of the API as it is or of one with a bug. */
function findingsUnder(fault: keyof typeof FAULTS_UNDER_LOAD, program?: string) {
  const { addresses } = servers();
  return withDirectory((stateDirectory) =>
    withFilmBed(
      { addresses, stateDirectory, settings: { CACHE_MIB: '0' }, ...(program !== undefined && { program }) },
      async (bed) => {
        const { ownerUrl } = bed.addresses.postgresql.films;
        await bed.untilReplayed();
        const before = await readVersions(ownerUrl);
        await bed.untilAnswered(before.current);
        const lines = await FAULTS_UNDER_LOAD[fault](bed);
        const account = judgeFilms({
          ledger: { lines, wrongAnswers: [] },
          counted: lines.length,
          oracle: bed.oracle,
          versions: knownVersions(before, await readVersions(ownerUrl)),
        });
        const reads = { byServer: {}, retries: 0, lastResort: 0, cacheHits: 0 };
        return judge({ account, reads, sharing: [] }).findings;
      },
    ),
  );
}

describe('plants of films', () => {
  it('are each reported as required, and nothing else; what has none is exact', async () => {
    await withDirectory(async (stateDirectory) => {
      const { addresses } = servers();
      const misses = await checkFilmsPlants({ addresses, stateDirectory, onEvent: () => undefined });
      assert.deepEqual(
        [...misses].filter(([, missed]) => missed.length > 0).map(([{ name }, missed]) => [name, missed]),
        [],
      );
      assert.equal(misses.size, [CLEAN, ...FAULTS].length);
      assert.ok(FAULTS.length >= 5);
    });
  });
});

describe('the verdict on films', () => {
  for (const fault of ['a replica killed', 'imports'] as const) {
    it(`is exact under this fault: ${fault}`, async () => {
      assert.deepEqual(await findingsUnder(fault), []);
    });
  }

  for (const { bug, program, under, finding, subject } of MUTANTS) {
    it(`catches ${bug}: ${finding}`, async () => {
      const findings = await findingsUnder(under, program);
      const found = findings.map(({ kind, subject }) => `${kind} ${subject}`);
      assert.ok(found.includes(`${finding} ${subject}`), found.join(', ') || 'nothing found');
    });
  }

  it('leaves the servers as they were', async () => {
    for (const name of ['postgresql', 'postgresql-replica-1', 'postgresql-replica-2'] as const)
      await eventually(
        () => servers().status(name),
        (status) => status === 'running',
      );
  });
});
