import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../lib/cache.ts';
import { exclusive } from '../lib/exclusive.ts';
import { withProgress } from '../lib/progress.ts';
import { runCommand } from '../lib/run-command.ts';
import { ensureProgram } from './host-packages.ts';
import type { RootfsOptions } from './options.ts';

const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/**
 * Returns a directory with the jars that `<name>/pom.xml` names and their dependencies, downloaded by Maven the first time.
 * The pom's property `<name>.version` is the version shown.
 *
 * @returns undefined where there is no such pom
 * @throws PrerequisiteError where Maven can neither be found nor installed.
 */
export async function ensureMavenJars(
  name: string,
  options: RootfsOptions = {},
): Promise<string | undefined> {
  const { onProgress = () => undefined, signal } = options;
  const pom = join(import.meta.dirname, name, 'pom.xml');
  if (!existsSync(pom)) return undefined;
  const text = await readFile(pom, 'utf8');
  const version = new RegExp(`<${name}\\.version>(.+)</`).exec(text)?.[1] ?? 'unknown';
  const hash = createHash('sha256').update(text).update(copyDependencies).digest('hex').slice(0, 12);
  return ensureCached({
    kind: `${name}-jars`,
    key: `${version}-${hash}`,
    onProgress,
    build: async (target) => {
      await ensureProgram('mvn', ['maven', 'default-jre-headless'], onProgress, signal);
      const options = ['-DincludeScope=runtime', `-DoutputDirectory=${target}`];
      await withProgress(`${name}: downloading ${version} by Maven`, onProgress, () =>
        // Two at once may damage Maven's own cache, which they share.
        exclusive('maven', () =>
          // -U asks again for what a mirror did not have the last time.
          runCommand('mvn', ['-q', '-B', '-U', '-f', pom, copyDependencies, ...options], { signal }),
        ),
      );
    },
  });
}
