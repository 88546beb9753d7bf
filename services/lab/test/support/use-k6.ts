import { before } from 'node:test';
import { ensureK6 } from '../../../../tools/k6/ensure-k6.ts';

/**
 * The k6 binary, built first where it is missing. `npm test` names the one it has built: `K6_BIN`.
 * @returns its path; to be called within tests and hooks only
 */
export function useK6(): () => string {
  let path: string | undefined;
  before(async () => {
    path =
      process.env.K6_BIN ?? (await ensureK6({ onProgress: (line) => process.stderr.write(`${line}\n`) }));
  });
  return () => {
    if (path === undefined) throw new Error('k6 is not there yet');
    return path;
  };
}
