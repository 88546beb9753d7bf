import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCached } from '../lib/cache.ts';
import { withProgress } from '../lib/progress.ts';
import { runCommand } from '../lib/run-command.ts';
import { ensureProgram } from './host-packages.ts';
import type { RootfsOptions } from './options.ts';

const pom = join(import.meta.dirname, 'kafka', 'pom.xml');
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/**
 * Returns a directory with Kafka's jars and their dependencies, downloaded by Maven the first time (55 MB).
 *
 * @throws PrerequisiteError where Maven can neither be found nor installed.
 */
export async function ensureKafkaJars(options: RootfsOptions = {}): Promise<string> {
  const { onProgress = () => undefined, signal } = options;
  const text = await readFile(pom, 'utf8');
  const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(text)?.[1] ?? 'unknown';
  const hash = createHash('sha256').update(text).update(copyDependencies).digest('hex').slice(0, 12);
  return ensureCached({
    kind: 'kafka-jars',
    key: `${version}-${hash}`,
    onProgress,
    build: async (target) => {
      await ensureProgram('mvn', ['maven', 'default-jre-headless'], onProgress, signal);
      await withProgress(`kafka: downloading ${version} by Maven`, onProgress, () =>
        // -U asks again for what a mirror did not have the last time.
        runCommand(
          'mvn',
          [
            '-q',
            '-B',
            '-U',
            '-f',
            pom,
            copyDependencies,
            '-DincludeScope=runtime',
            `-DoutputDirectory=${target}`,
          ],
          { signal },
        ),
      );
    },
  });
}
