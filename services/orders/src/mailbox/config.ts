import { readFileSync } from 'node:fs';
import {
  ConfigError,
  count,
  type Environment,
  operationsShape,
  parseConfig,
  port,
} from '@caudal/common/config';
import { errorMessage } from '@caudal/common/errors';
import { z } from 'zod';

const GIB = 2 ** 30;

const mailboxShape = {
  ...operationsShape,
  /** Default: all addresses, including IPv6 when available. */
  SMTP_HOST: z.string().optional(),
  SMTP_PORT: port(2525),
  HTTP_HOST: z.string().optional(),
  HTTP_PORT: port(8083),
  /** File that every mail is appended to. */
  MAILBOX_FILE: z.string(),
  /** Mails are refused with 452 above this size of the file, bytes. */
  MAILBOX_MAX_BYTES: count(4 * GIB, 1_024, 1_024 * GIB),
  /** Whoever sends has to log in if they are set. */
  MAILBOX_USERNAME: z.string().optional(),
  MAILBOX_PASSWORD: z.string().optional(),
  /** PEM; STARTTLS is offered, and necessary before a login, if they are set. */
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
  /** Whether `PUT /api/dial` may make it misbehave. */
  MAILBOX_DIAL: z.enum(['on', 'off']).default('off'),
};

/**
 * Reads the configuration.
 * @throws ConfigError that lists every problem
 */
export function loadMailboxConfig(environment: Environment) {
  const values = parseConfig(mailboxShape, environment);
  return {
    file: { path: values.MAILBOX_FILE, maxBytes: values.MAILBOX_MAX_BYTES },
    smtp: { host: values.SMTP_HOST, port: values.SMTP_PORT },
    http: { host: values.HTTP_HOST, port: values.HTTP_PORT },
    login: bothOrNeither(
      ['MAILBOX_USERNAME', values.MAILBOX_USERNAME],
      ['MAILBOX_PASSWORD', values.MAILBOX_PASSWORD],
      (username, password) => ({ username, password }),
    ),
    tls: bothOrNeither(
      ['TLS_CERT_FILE', values.TLS_CERT_FILE],
      ['TLS_KEY_FILE', values.TLS_KEY_FILE],
      (certFile, keyFile) => ({ cert: read('TLS_CERT_FILE', certFile), key: read('TLS_KEY_FILE', keyFile) }),
    ),
    hasDial: values.MAILBOX_DIAL === 'on',
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL,
  };
}

/** The mailbox's configuration. */
export type MailboxConfig = ReturnType<typeof loadMailboxConfig>;

type Given = readonly [name: string, value: string | undefined];

function bothOrNeither<T>(
  [firstName, first]: Given,
  [secondName, second]: Given,
  make: (first: string, second: string) => T,
): T | undefined {
  if (first !== undefined && second !== undefined) return make(first, second);
  if (first === undefined && second === undefined) return undefined;
  const [missing, given] = first === undefined ? [firstName, secondName] : [secondName, firstName];
  throw new ConfigError([`${missing}: is required, because ${given} is set`]);
}

function read(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`${name}: cannot be read: ${errorMessage(error)}`]);
  }
}
