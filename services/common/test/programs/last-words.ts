import { pbkdf2 } from 'node:crypto';
import { createLogger } from '../../src/logging.ts';

/** Logs two lines and exits, while the threads that could write them are busy (with `UV_THREADPOOL_SIZE=1`). */
const logger = createLogger('last-words', 'info');
pbkdf2('busy', 'salt', 200_000, 64, 'sha512', () => undefined);
logger.info('first');
logger.info('second');
process.exit(3);
