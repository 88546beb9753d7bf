import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type OnProgress, withProgress } from '../../lib/progress.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { ImageSpec } from '../images/catalog.ts';
import { writeDockerArchive } from '../images/docker-archive.ts';
import { clusterLayout } from '../local/layout.ts';
import { insideNode, isNodeRunning } from '../local/nodes.ts';
import { readState } from '../local/state.ts';
import type { Keda } from './ensure-keda.ts';

const ctr = ['ctr', '--namespace', 'k8s.io', 'images'];

/**
 * Puts KEDA's images, under their official names, onto every node of the local cluster of a checkout.
 * @throws Error where that cluster is down.
 */
export async function loadKedaImages(keda: Keda, repository: string, onProgress: OnProgress): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'caudal-keda-images-'));
  try {
    const [archive, files] = [join(work, 'images.tar'), join(work, 'files')];
    await mkdir(files);
    await withProgress('KEDA: loading images onto the nodes', onProgress, async () => {
      await writeDockerArchive(files, describeImages(keda));
      await runCommand('tar', ['-C', files, '-cf', archive, '.']);
      // As the node's own import has it: containers are made from what was unpacked there.
      const type = await runCommand('stat', ['--file-system', '--format=%T', clusterLayout(repository).run]);
      const snapshotter = type.stdout.trim() === 'overlayfs' ? 'native' : 'overlayfs';
      await onEveryNode(repository, [...ctr, 'import', '--snapshotter', snapshotter, archive]);
    });
  } finally {
    await rm(work, { recursive: true });
  }
}

/** Removes the images again. */
export async function removeKedaImages(keda: Keda, repository: string): Promise<void> {
  await onEveryNode(repository, [...ctr, 'rm', ...describeImages(keda).flatMap(({ names }) => names)]);
}

/** Static programs that read their certificates from mounted Secrets: nothing else is in the images. */
function describeImages({ version, directory }: Keda): readonly ImageSpec[] {
  const image = (name: string, program: string): ImageSpec => ({
    names: [`ghcr.io/kedacore/${name}:${version}`],
    layers: [
      {
        key: `${basename(directory)}-${program}`,
        tarArguments: ['--owner=0', '--group=0', '--mode=0755', '-C', directory, program],
      },
    ],
    config: { User: '65532:65532', WorkingDir: '/', Entrypoint: [`/${program}`] },
  });
  return [image('keda', 'keda'), image('keda-metrics-apiserver', 'keda-adapter')];
}

async function onEveryNode(repository: string, command: readonly string[]): Promise<void> {
  const state = await readState(clusterLayout(repository).stateFile);
  const running = [];
  for (const node of state?.nodes ?? []) if (await isNodeRunning(state, node.name)) running.push(node);
  if (running.length === 0) throw new Error('the local cluster is down: run npm run cluster:up');
  for (const node of running) {
    const [program = '', ...args] = insideNode(node, command);
    await runCommand(program, args);
  }
}
