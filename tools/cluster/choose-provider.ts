import type { OnProgress } from '../lib/progress.ts';
import { isInstalled } from '../lib/run-command.ts';
import type { ClusterArguments } from './args.ts';
import { ContextProvider } from './context-provider.ts';
import { dockerAnswers, KindProvider } from './kind-provider.ts';
import { LocalProvider } from './local/local-provider.ts';
import type { ClusterProvider } from './provider.ts';

/** Chooses the requested provider; by default kind if it can run, otherwise a node on this machine. */
export async function chooseProvider(
  wanted: Pick<ClusterArguments, 'context' | 'provider'>,
  repository: string,
  onProgress: OnProgress,
): Promise<ClusterProvider> {
  if (wanted.context !== undefined) return new ContextProvider(wanted.context, onProgress);
  const useKind =
    wanted.provider === 'kind' ||
    (wanted.provider === 'auto' && (await isInstalled('kind')) && (await dockerAnswers()));
  return useKind ? new KindProvider(repository, onProgress) : new LocalProvider(repository, onProgress);
}
