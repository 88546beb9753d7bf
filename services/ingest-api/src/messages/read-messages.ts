import { bodyText, findJsonError, ProblemError, parseJson } from '@caudal/common/http';
import { countryCode, MAX_MESSAGES_PER_REQUEST, type Message, messageSchema } from '@caudal/common/message';
import { PROBLEMS } from '../http/problems.ts';
import { type ItemProblem, itemProblems, listProblems } from './item-problems.ts';

/** Format of a body with messages: one JSON value, or one JSON value per line. */
export type MessagesFormat = 'json' | 'ndjson';

/** Metrics label for a missing or invalid country. */
export const UNKNOWN_COUNTRY = 'ZZ';

/** At least one message of the request is invalid, so none is accepted. */
export class InvalidMessagesError extends ProblemError {
  /** Country of every item, valid or not; {@link UNKNOWN_COUNTRY} if it has none. */
  readonly countries: readonly string[];

  constructor(problems: readonly ItemProblem[], countries: readonly string[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(
      PROBLEMS['invalid-messages'],
      `${count} in ${countries.length === 1 ? '1 message' : `${countries.length} messages`}. Fix the problems listed in "errors" and send the whole request again.`,
      { members: listProblems(problems) },
    );
    this.countries = countries;
  }
}

interface Items {
  readonly values: readonly unknown[];
  /** Malformed NDJSON lines by item index. */
  readonly malformed: ReadonlyMap<number, string>;
}

const NOTHING_MALFORMED: ReadonlyMap<number, string> = new Map();

/**
 * Reads and validates the messages of a body; throws unless all are valid.
 *
 * @throws ProblemError `not-utf-8`, `malformed-json`, `no-messages`, `too-many-messages`;
 * InvalidMessagesError with the problems of each item.
 */
export function readMessages(body: Buffer, format: MessagesFormat): readonly Message[] {
  const text = bodyText(body);
  const { values, malformed } = format === 'json' ? jsonItems(text) : ndjsonItems(text);
  if (values.length === 0) {
    throw new ProblemError(
      PROBLEMS['no-messages'],
      `Send one message, or 1 to ${MAX_MESSAGES_PER_REQUEST} messages in an array or one per line.`,
    );
  }
  const messages: Message[] = [];
  const problems: ItemProblem[] = [];
  values.forEach((value, index) => {
    const reason = malformed.get(index);
    if (reason !== undefined) {
      problems.push({ index, field: '', reason });
      return;
    }
    const parsed = messageSchema.safeParse(value);
    if (parsed.success) messages.push(parsed.data);
    else problems.push(...itemProblems(index, value, parsed.error.issues));
  });
  if (problems.length > 0) throw new InvalidMessagesError(problems, values.map(countryOf));
  return messages;
}

function jsonItems(text: string): Items {
  const value = parseJson(text);
  if (!Array.isArray(value)) return { values: [value], malformed: NOTHING_MALFORMED };
  const values: readonly unknown[] = value;
  if (values.length > MAX_MESSAGES_PER_REQUEST) throw tooMany();
  return { values, malformed: NOTHING_MALFORMED };
}

function ndjsonItems(text: string): Items {
  const values: unknown[] = [];
  const malformed = new Map<number, string>();
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const content = text.slice(start, end).trim();
    start = end + 1;
    line += 1;
    if (content === '') continue;
    if (values.length === MAX_MESSAGES_PER_REQUEST) throw tooMany();
    const value = parseLine(content);
    if (value === undefined) {
      malformed.set(
        values.length,
        `line ${line}: JSON syntax error at position ${findJsonError(content).position}`,
      );
    }
    values.push(value);
  }
  return { values, malformed };
}

/** Parses JSON; undefined (which is not a JSON value) if malformed. */
function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function countryOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('country' in value)) return UNKNOWN_COUNTRY;
  const { country } = value;
  return (typeof country === 'string' && countryCode(country)) || UNKNOWN_COUNTRY;
}

function tooMany(): ProblemError {
  return new ProblemError(
    PROBLEMS['too-many-messages'],
    `Maximum messages per request: ${MAX_MESSAGES_PER_REQUEST}. Send several requests.`,
  );
}
