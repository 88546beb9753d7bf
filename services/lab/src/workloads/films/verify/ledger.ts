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

const LINE = /\bFILM ([^"]*)/;
const FIELDS = /^(\S+) (\/\S*) (\d{1,3}) ([12]) (\d+|-) ([0-9a-f]{16}|-) (\S+)\s*$/;

/**
 * Reads the ledger out of k6's log, in the order in which answers came.
 * @throws Error for a line that cannot be read: what is not counted is not proved
 */
export function readLedger(log: string): readonly FilmLine[] {
  return log.split('\n').flatMap((line) => {
    const [, text] = LINE.exec(line) ?? [];
    return text === undefined ? [] : [readLine(text)];
  });
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
