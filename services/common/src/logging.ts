import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Levels of {@link createLogger}, the quietest last. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

const STANDARD_OUTPUT = 1;

/**
 * Creates a JSON logger on standard output, one line per event. Message bodies, keys and passwords are never logged;
 * the fields below are masked as a safeguard.
 */
export function createLogger(service: string, level: LogLevel): Logger {
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [
          'password',
          '*.password',
          'url',
          '*.url',
          'apiKey',
          '*.apiKey',
          'headers.authorization',
          'req.headers',
        ],
        censor: '[masked]',
      },
    },
    // By default a line is written by a thread, and one that is still being written when the process exits is lost or comes
    // last: the reason for the exit, usually.
    pino.destination({ dest: STANDARD_OUTPUT, sync: true }),
  );
}
