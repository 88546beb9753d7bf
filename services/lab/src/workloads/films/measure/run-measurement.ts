import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExperimentContext, Findings } from '../../../experiments/experiment.ts';
import { startStack } from '../../../stack/stack.ts';
import { oracleOf } from '../oracle-of.ts';
import { askFilms } from '../plants/ask-films.ts';
import { API, filmsServices } from '../services.ts';
import { judgeFilms } from '../verify/judge-films.ts';
import { readVersions } from '../verify/read-versions.ts';
import { askAtRate } from './ask-at-rate.ts';
import { heavyQuestion, PARTS, type QuestionGroup, SEARCHES } from './questions.ts';
import { isMet, type MeasuredGroup, renderMeasurement, type SizeFigures } from './render-measurement.ts';

/** What is measured. */
export interface MeasurementOptions {
  /** Numbers of films; up to that of the repository those are taken. */
  readonly sizes: readonly number[];
  /** Searches/s. */
  readonly rate: number;
  /** Length of each measurement, s. */
  readonly seconds: number;
}

/** Films of the repository. */
const COMMITTED = 17_472;
/** The oracle has all films in memory. */
const MOST_JUDGED = 100_000;
const HEAVY_RATE = 1;
const LOADED_RATE = 8;
/** Nothing is answered from memory. */
const SETTINGS = { CACHE_MIB: '0' };

/** Measures searches and heavy questions at each size. */
export async function runMeasurement(
  { sizes, rate, seconds }: MeasurementOptions,
  { servers, say, signal }: ExperimentContext,
): Promise<Findings> {
  const figures: SizeFigures[] = [];
  for (const size of sizes) {
    signal.throwIfAborted();
    say(`${size} films: importing …`);
    figures.push(await measureSize(size, { rate, seconds, servers, say, signal }));
  }
  const groups = figures.flatMap(({ searches }) => searches);
  return {
    passed: figures.every(({ isExact }) => isExact) && groups.every(isMet),
    figures,
    markdown: renderMeasurement(figures, { rate, heavyRate: HEAVY_RATE, loadedRate: LOADED_RATE }),
  };
}

async function measureSize(
  size: number,
  {
    rate,
    seconds,
    servers,
    say,
    signal,
  }: Omit<MeasurementOptions, 'sizes'> & Pick<ExperimentContext, 'servers' | 'say' | 'signal'>,
): Promise<SizeFigures> {
  const films = size > COMMITTED ? size : undefined;
  const directory = await mkdtemp(join(tmpdir(), 'caudal-measure-films-'));
  const stack = await startStack({
    addresses: servers.addresses,
    services: filmsServices({ films, processes: 1, settings: SETTINGS }),
    stateDirectory: directory,
    onEvent: say,
    signal,
  });
  try {
    const url = stack.url(API);
    const measure = async (group: QuestionGroup, perSecond: number): Promise<MeasuredGroup> => {
      // The first ones plan their statements and fill the databases' memory.
      await askAtRate(url, { paths: group.paths, perSecond, seconds: 1, signal });
      const times = await askAtRate(url, { paths: group.paths, perSecond, seconds, signal });
      say(`${size} films: ${group.what}: p50 ${times.p50.toFixed(1)} ms, p99 ${times.p99.toFixed(1)} ms`);
      return { what: group.what, ...times, goalMs: group.goalMs(size) ?? null };
    };
    const searches: MeasuredGroup[] = [];
    for (const group of SEARCHES) searches.push(await measure(group, rate));
    const idle: MeasuredGroup[] = [];
    const loaded: MeasuredGroup[] = [];
    for (const parts of PARTS) {
      idle.push(await measure(heavyQuestion(parts), HEAVY_RATE));
      loaded.push(await measure(heavyQuestion(parts), LOADED_RATE));
    }
    const isExact =
      size > MOST_JUDGED || (await isRight(url, films, servers.addresses.postgresql.films.ownerUrl));
    return { films: Math.max(size, COMMITTED), searches, idle, loaded, isExact };
  } finally {
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Whether every question that was measured has the right answer. */
async function isRight(url: string, films: number | undefined, ownerUrl: string): Promise<boolean> {
  const paths = [...SEARCHES, ...PARTS.map(heavyQuestion)].flatMap((group) => group.paths);
  const lines = await askFilms(url, paths);
  const { current, kept } = await readVersions(ownerUrl);
  const { findings } = judgeFilms({
    ledger: { lines, wrongAnswers: [] },
    counted: lines.length,
    oracle: await oracleOf(films),
    versions: { before: current, after: current, kept },
  });
  return findings.length === 0;
}
