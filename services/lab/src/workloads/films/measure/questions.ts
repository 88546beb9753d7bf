/** Questions that are measured together: of some that are alike the worst one counts. */
export interface QuestionGroup {
  readonly what: string;
  readonly paths: readonly string[];
  /** Longest p99 at a number of films, ms; undefined where none is to be kept. */
  goalMs(films: number): number | undefined;
}

const find = (q: string, more = ''): string => `/films?q=${encodeURIComponent(q)}${more}`;
const SMALL = 50_000;
/** Longest p99 of a search, by how many films there are. */
const searchGoal = (films: number): number => (films <= SMALL ? 20 : 100);
const noGoal = (): undefined => undefined;

/** What is asked at a rate. */
export const SEARCHES: readonly QuestionGroup[] = [
  { what: 'a title', paths: [find('the godfather')], goalMs: searchGoal },
  ...['t', 'the', 's', 'the s', 'man'].map((q) => ({
    what: `the beginning \`${q}\``,
    paths: [find(q)],
    goalMs: searchGoal,
  })),
  ...['of the', 'love the', 'night day'].map((q) => ({
    what: `the words \`${q}\``,
    paths: [find(q)],
    goalMs: searchGoal,
  })),
  ...['teh godfather', 'intersetllar', 'the lrod of the rnigs'].map((q) => ({
    what: `with a mistake \`${q}\``,
    paths: [find(q)],
    goalMs: searchGoal,
  })),
];

/** Parts that a heavy question is cut into. */
export const PARTS = [1, 2, 4] as const;

/** A heavy question, cut into parts: each title is looked at, and none has it. */
export function heavyQuestion(parts: number): QuestionGroup {
  return {
    what: `in ${parts === 1 ? 'one part' : `${parts} parts`}`,
    paths: [find('xqz', `&mode=contains&parallel=${parts}`)],
    goalMs: noGoal,
  };
}
