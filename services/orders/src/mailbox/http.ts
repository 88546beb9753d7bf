import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createByteBudget, defineProblems, ProblemError, readBody } from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
import { z } from 'zod';
import { DIAL_SETTING, type Dial } from './dial.ts';
import type { MailFile } from './mail-file.ts';
import { listPage, mailPage, PAGE_POLICY, PART_POLICY } from './pages.ts';
import { type ParsedMail, parseMail } from './parse-mail.ts';

const PROBLEMS = defineProblems({
  'bad-request': { status: 400, title: 'Bad request' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'internal-error': { status: 500, title: 'Internal error' },
});

/** Options of {@link createMailboxListener}. */
export interface MailboxListenerOptions {
  readonly file: Pick<MailFile, 'list' | 'read'>;
  readonly dial: Dial;
  /** Whether the dial may be turned. */
  readonly hasDial: boolean;
  readonly logger: Logger;
}

const number = z.coerce.number().int().min(0).optional();
const QUERY = z.object({
  after: number,
  before: number,
  to: z.string().min(1).max(254).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

const MAX_BODY_BYTES = 1_024;
const PAGE_SIZE = 50;

interface Answer {
  readonly type: string;
  readonly body: string;
  readonly policy?: string;
}

/** Serves the mails: `/api/messages` lists, `/api/messages/{n}` reads one, `/` and `/messages/{n}` are pages. */
export function createMailboxListener(options: MailboxListenerOptions): RequestListener {
  const { file, dial, hasDial, logger } = options;
  const budget = createByteBudget(2 ** 20);

  async function list(query: URLSearchParams): Promise<readonly ParsedMail[]> {
    const read = QUERY.safeParse(Object.fromEntries([...query].filter(([, value]) => value !== '')));
    if (!read.success)
      throw new ProblemError(PROBLEMS['bad-request'], z.prettifyError(read.error).replaceAll('\n', ' '));
    const mails = await Promise.all(file.list(read.data).map(({ n }) => file.read(n)));
    return Promise.all(mails.flatMap((mail) => (mail === undefined ? [] : [parseMail(mail)])));
  }

  async function one(n: string): Promise<ParsedMail> {
    const mail = await file.read(Number(n));
    if (mail === undefined)
      throw new ProblemError(PROBLEMS['not-found'], `There is no mail ${n}: GET /api/messages lists them.`);
    return parseMail(mail);
  }

  async function turnDial(request: IncomingMessage): Promise<Answer> {
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
      throw new ProblemError(PROBLEMS['unsupported-media-type'], 'Send application/json.');
    const tooLarge = () => new ProblemError(PROBLEMS['body-too-large'], `Maximum: ${MAX_BODY_BYTES} bytes.`);
    const body = await readBody(request, { maxBytes: MAX_BODY_BYTES, budget, tooLarge, noRoom: tooLarge });
    budget.release(body.length);
    const read = DIAL_SETTING.safeParse(parseJson(body));
    if (!read.success)
      throw new ProblemError(PROBLEMS['bad-request'], z.prettifyError(read.error).replaceAll('\n', ' '));
    dial.set(read.data);
    logger.info({ dial: read.data }, 'dial turned');
    return json(dial.setting);
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = URL.parse(request.url ?? '/', 'http://mailbox');
    if (url === null) throw new ProblemError(PROBLEMS['bad-request'], 'The URL cannot be read.');
    const { pathname, searchParams } = url;
    const [, n, part] = /^\/api\/messages\/(\d{1,15})(\/html)?$/.exec(pathname) ?? [];
    const [, shown] = /^\/messages\/(\d{1,15})$/.exec(pathname) ?? [];
    if (pathname === '/api/dial' && hasDial) {
      if (request.method === 'PUT') return turnDial(request);
      refuseAllBut(request, ['GET', 'HEAD', 'PUT']);
      return json(dial.setting);
    }
    if (![n, shown].some(Boolean) && pathname !== '/' && pathname !== '/api/messages')
      throw new ProblemError(
        PROBLEMS['not-found'],
        'Use /, /messages/{n}, /api/messages or /api/messages/{n}.',
      );
    refuseAllBut(request, ['GET', 'HEAD']);
    if (pathname === '/api/messages') return json({ messages: (await list(searchParams)).map(summary) });
    if (n !== undefined && part !== undefined) return html((await one(n)).html ?? '', PART_POLICY);
    if (n !== undefined) return json(await one(n));
    if (shown !== undefined) return html(mailPage(await one(shown)), PAGE_POLICY);
    return html(await pageOf(searchParams), PAGE_POLICY);
  }

  async function pageOf(query: URLSearchParams): Promise<string> {
    query.set('limit', String(PAGE_SIZE));
    query.delete('after');
    const messages = await list(query);
    const to = query.get('to') || undefined;
    return listPage({
      messages,
      to,
      olderBefore: messages.length < PAGE_SIZE ? undefined : messages.at(-1)?.n,
    });
  }

  return (request, response) => {
    answer(request).then(
      ({ type, body, policy }) => respond(request, response, 200, { type, body, ...(policy && { policy }) }),
      (error: unknown) => {
        if (!(error instanceof ProblemError)) logger.error({ err: error }, 'request failed');
        const problem =
          error instanceof ProblemError
            ? error
            : new ProblemError(PROBLEMS['internal-error'], 'The log of the mailbox says why.');
        const document = { type: 'application/problem+json; charset=utf-8', body: problem.toDocument() };
        respond(request, response, problem.status, document, problem.headers);
      },
    );
  };
}

function refuseAllBut(request: IncomingMessage, methods: readonly string[]): void {
  if (methods.includes(request.method ?? '')) return;
  throw new ProblemError(PROBLEMS['method-not-allowed'], `Use ${methods.join(' or ')}.`, {
    headers: { Allow: methods.join(', ') },
  });
}

/** What the list says of a mail. */
function summary({ n, at, from, to, messageId, subject }: ParsedMail) {
  return { n, at, from, to, messageId, subject };
}

function json(value: unknown): Answer {
  return { type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

function html(body: string, policy: string): Answer {
  return { type: 'text/html; charset=utf-8', body, policy };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new ProblemError(PROBLEMS['bad-request'], 'The body is not JSON.');
  }
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  { type, body, policy }: Answer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    ...(policy !== undefined && { 'Content-Security-Policy': policy }),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
