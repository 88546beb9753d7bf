import type { FilmsAccount, KnownVersions } from './account.ts';
import { type Defect, findingsOf, type Subject } from './defect.ts';
import { judgePages } from './judge-pages.ts';
import type { FilmLine, Ledger, WrongAnswer } from './ledger.ts';
import { type Asked, numberPages } from './number-pages.ts';
import type { Oracle, TrueAnswer } from './oracle/oracle.ts';

/** A load of questions. */
export interface Case {
  readonly ledger: Ledger;
  /** Questions that the load itself counted; what is not in the ledger has no proof. */
  readonly counted: number;
  readonly oracle: Oracle;
  readonly versions: KnownVersions;
}

const NOT_FOUND = 404;
const GONE = 410;
const NOT_READ = 408;
const TOO_MANY = 429;
const FIRST_SERVER_ERROR = 500;

/** Compares every answer of a load with what the file of the films says. Pure. */
export function judgeFilms({ ledger, counted, oracle, versions }: Case): FilmsAccount {
  const { lines } = ledger;
  const asked = numberPages(lines);
  const defects = asked.map((one) => defectOf(one, oracle, versions));
  const found = defects.filter((defect) => defect !== undefined);
  const failed = lines.filter(isFailure).length;
  return {
    asked: lines.length,
    answered: lines.length - failed,
    right: lines.length - found.length,
    failed,
    savedByRetry: lines.filter((line) => line.attempts > 1 && !isFailure(line)).length,
    byKind: Object.fromEntries(
      [...Map.groupBy(lines, ({ kind }) => kind)].map(([kind, of]) => [kind, of.length] as const).sort(),
    ),
    distinct: new Set(asked.map(({ question, page }) => `${page} ${question.search}`)).size,
    laterPages: asked.filter(({ page }) => page > 0).length,
    versions: [...new Set(lines.flatMap(({ version }) => version ?? []))].sort((a, b) => a - b),
    findings: findingsOf([
      ...found,
      ...missingLines(lines.length, counted),
      ...judgePages(asked, oracle),
      ...seenByTheLoad(ledger, asked, defects),
    ]),
  };
}

/** Whether a question had no answer. */
function isFailure({ status }: FilmLine): boolean {
  return status === 0 || status === NOT_READ || status === TOO_MANY || status >= FIRST_SERVER_ERROR;
}

function missingLines(lines: number, counted: number): readonly Defect[] {
  if (lines === counted) return [];
  return [
    {
      kind: 'lost',
      subject: 'requests',
      detail: 'the ledger has another number of questions than the load counted',
      example: `${lines}, not ${counted}`,
    },
  ];
}

/** What the load itself saw to be wrong, such as a path to the next page that leads elsewhere, of answers that are right otherwise. */
function seenByTheLoad(
  { wrongAnswers }: Ledger,
  asked: readonly Asked[],
  defects: readonly (Defect | undefined)[],
): readonly Defect[] {
  const known = new Set(
    asked.flatMap(({ line }, place) => (defects[place] === undefined ? [] : [line.path])),
  );
  const isNew = ({ path }: WrongAnswer): boolean => !known.has(path);
  return wrongAnswers.filter(isNew).map(({ path, what }) => ({
    kind: 'wrong',
    subject: 'pages',
    detail: 'an answer that cannot be right, whatever films there are',
    example: `${path}: ${what}`,
  }));
}

function defectOf(asked: Asked, oracle: Oracle, versions: KnownVersions): Defect | undefined {
  const { line, question, page } = asked;
  const subject: Subject = question.route === 'directors' ? 'directors' : 'films';
  const defect = (kind: Defect['kind'], of: Subject, detail: string, example: string): Defect => ({
    kind,
    subject: of,
    detail,
    example: `${line.path}: ${example}`,
  });
  if (isFailure(line))
    return defect('lost', 'requests', 'a question had no answer', `${line.status || 'nothing came'}`);
  if (line.status === GONE && question.at !== undefined && !versions.kept.includes(question.at))
    return undefined;
  const truth = oracle.answer(question, page);
  if (line.status !== truth.status)
    return defect(
      line.status === NOT_FOUND ? 'lost' : 'wrong',
      subject,
      'another status',
      `expected ${truth.status}, got ${line.status}`,
    );
  const wrongVersion = versionDefect(asked, versions);
  if (wrongVersion !== undefined)
    return defect(wrongVersion.kind, 'versions', wrongVersion.detail, wrongVersion.example);
  if (line.digest === truth.digest) return undefined;
  const { kind, detail, example } = differenceOf(line, truth);
  return defect(kind, subject, detail, example);
}

function versionDefect(
  { line: { version }, question: { at } }: Asked,
  { before, after }: KnownVersions,
): Pick<Defect, 'kind' | 'detail' | 'example'> | undefined {
  if (version === undefined) return undefined;
  if (at !== undefined && version !== at)
    return {
      kind: 'stale',
      detail: 'a page of another version than the one before it',
      example: `expected version ${at}, got ${version}`,
    };
  if (at === undefined && version < before)
    return {
      kind: 'stale',
      detail: 'an answer from a version that was replaced before the load began',
      example: `expected version ${before} or later, got ${version}`,
    };
  if (version > after)
    return {
      kind: 'wrong',
      detail: 'an answer from a version that was never published',
      example: `expected version ${after} or earlier, got ${version}`,
    };
  return undefined;
}

/** What is different about an answer, by its ids; where they are right, it is what they stand for. */
function differenceOf(
  { ids, digest }: FilmLine,
  truth: TrueAnswer,
): Pick<Defect, 'kind' | 'detail' | 'example'> {
  const example = `expected ${listOf(truth.ids)}, got ${listOf(ids)}`;
  const [wanted, got] = [new Set(truth.ids), new Set(ids)];
  const repeated = ids.find((id, place) => ids.indexOf(id) !== place);
  if (repeated !== undefined)
    return {
      kind: 'doubled',
      detail: 'more than once in an answer',
      example: `${repeated} twice; ${example}`,
    };
  if (truth.ids.some((id) => !got.has(id))) return { kind: 'lost', detail: 'missing in an answer', example };
  if (ids.some((id) => !wanted.has(id)))
    return { kind: 'wrong', detail: 'in an answer that they do not belong to', example };
  if (ids.some((id, place) => truth.ids[place] !== id))
    return { kind: 'out-of-order', detail: 'in another order', example };
  return {
    kind: 'wrong',
    detail: 'with another title, year, name, director or correction',
    example: `${listOf(ids)}; expected ${truth.digest}, got ${digest}`,
  };
}

const SHOWN_IDS = 6;

function listOf(ids: readonly string[]): string {
  if (ids.length === 0) return 'nothing';
  return (
    ids.slice(0, SHOWN_IDS).join(' ') + (ids.length > SHOWN_IDS ? ` and ${ids.length - SHOWN_IDS} more` : '')
  );
}
