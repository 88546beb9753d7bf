/** An answer that the load saw to be wrong in itself, whatever films there are. */
export interface WrongAnswer {
  readonly path: string;
  /** In words. */
  readonly what: string;
}

/** A load's own record of what it was answered. */
export interface Ledger {
  /** In the order in which answers came. */
  readonly lines: readonly FilmLine[];
  readonly wrongAnswers: readonly WrongAnswer[];
}

/** What the load says of one question that it asked. */
export interface FilmLine {
  /** What a person would call it: `prefix`, `mistake`, `page`. */
  readonly kind: string;
  /** Path with query. */
  readonly path: string;
  /** Of the last attempt; 0 without an answer. */
  readonly status: number;
  /** 2 where it was sent once more. */
  readonly attempts: number;
  /** Undefined where the answer has none. */
  readonly version: number | undefined;
  /** Of what was answered; `-` for an answer without films or directors. */
  readonly digest: string;
  readonly ids: readonly string[];
}

const LINE = /(?<![\w-])(WRONG-)?FILM ([^"]*)/;
const FIELDS = /^(\S+) (\/\S*) (\d{1,3}) ([12]) (\d+|-) ([0-9a-f]{16}|-) (\S+)\s*$/;
const WRONG = /^\S+ (\S+) (.*)$/;

/**
 * Reads the ledger out of k6's log.
 * @throws Error for a line that cannot be read: what is not counted is not proved
 */
export function readLedger(log: string): Ledger {
  const lines: FilmLine[] = [];
  const wrongAnswers: WrongAnswer[] = [];
  for (const line of log.split('\n')) {
    const [, wrong, text] = LINE.exec(line) ?? [];
    if (text === undefined) continue;
    if (wrong === undefined) lines.push(readLine(text));
    else {
      const [, path = '-', what = text] = WRONG.exec(text) ?? [];
      wrongAnswers.push({ path, what: what.trim() });
    }
  }
  return { lines, wrongAnswers };
}

function readLine(text: string): FilmLine {
  const [, kind, path, status, attempts, version, digest, ids] = FIELDS.exec(text) ?? [];
  if (kind === undefined || path === undefined)
    throw new Error(`the ledger has a line that is no question: ${text}`);
  return {
    kind,
    path,
    status: Number(status),
    attempts: Number(attempts),
    version: version === '-' ? undefined : Number(version),
    digest: digest ?? '-',
    ids: ids === undefined || ids === '-' ? [] : ids.split(','),
  };
}
