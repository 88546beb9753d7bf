import { createHash } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../lib/cache.ts';
import { type OnProgress, withProgress } from '../lib/progress.ts';
import { runCommand } from '../lib/run-command.ts';

/** Whether the Docker engine answers; a client alone is not enough. */
export function hasDockerEngine(signal?: AbortSignal): Promise<boolean> {
  return runCommand('docker', ['info'], { signal }).then(
    () => true,
    () => false,
  );
}

/**
 * Creates a wrapper that runs k6 from its official image like an installed one: same arguments, files and network, and
 * Ctrl-C reaches it. Pulls the image the first time.
 *
 * @param version with its `v`, as go.mod has it
 * @returns the program's path
 */
export async function ensureK6Container(
  version: string,
  root: string,
  options: { readonly onProgress: OnProgress; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const image = `grafana/k6:${version.replace(/^v/, '')}`;
  const directory = await ensureCached({
    kind: 'k6-container',
    key: `${version}-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`,
    onProgress: options.onProgress,
    build: async (target) => {
      await withProgress(`k6: pulling the image ${image}`, options.onProgress, () =>
        runCommand('docker', ['pull', '--quiet', image], { signal: options.signal }),
      );
      const program = join(target, 'k6');
      await writeFile(program, wrapper(image, root));
      await chmod(program, 0o755);
    },
  });
  return join(directory, 'k6');
}

/** Scripts are read from the checkout; accounts and logs are written there or to the directory for temporary files. */
function wrapper(image: string, root: string): string {
  return `#!/bin/sh
exec docker run --rm --interactive --init --network host --user "$(id -u):$(id -g)" \\
  --volume "${root}:${root}" --volume "\${TMPDIR:-/tmp}:\${TMPDIR:-/tmp}" --workdir "$PWD" ${image} "$@"
`;
}
