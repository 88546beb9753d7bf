import { existsSync } from 'node:fs';
import { PrerequisiteError } from '../../lib/prerequisite-error.ts';
import { type OnProgress, withProgress } from '../../lib/progress.ts';
import { isInstalled, runCommand } from '../../lib/run-command.ts';

/** A program needed by the local node, and its Debian package. */
interface Prerequisite {
  readonly program: string;
  readonly debianPackage: string;
}

const programs: readonly Prerequisite[] = [
  { program: 'containerd', debianPackage: 'containerd' },
  { program: 'ctr', debianPackage: 'containerd' },
  { program: 'runc', debianPackage: 'runc' },
  { program: 'nft', debianPackage: 'nftables' },
  { program: 'ip', debianPackage: 'iproute2' },
  { program: 'setpriv', debianPackage: 'util-linux' },
  { program: 'unshare', debianPackage: 'util-linux' },
  { program: 'nsenter', debianPackage: 'util-linux' },
  { program: 'mount', debianPackage: 'mount' },
  { program: 'tar', debianPackage: 'tar' },
  { program: 'unzip', debianPackage: 'unzip' },
  { program: 'debootstrap', debianPackage: 'debootstrap' },
  { program: 'buildah', debianPackage: 'buildah' },
];

const cniDirectories = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/**
 * Ensures the prerequisites of the local node; installs Debian packages if permitted.
 *
 * @returns the directory of the CNI plugins
 * @throws PrerequisiteError listing everything missing and how to get it.
 */
export async function ensurePrerequisites(onProgress: OnProgress): Promise<{ readonly cniPlugins: string }> {
  requireSystem();
  const missing = await missingPackages();
  if (missing.length > 0) await install(missing, onProgress);
  const left = await missingPackages();
  const cniPlugins = cniDirectory();
  if (left.length > 0 || cniPlugins === undefined) {
    throw new PrerequisiteError(`still missing after installation: ${left.join(', ')}; install manually`);
  }
  return { cniPlugins };
}

function requireSystem(): void {
  if (process.platform !== 'linux') {
    throw new PrerequisiteError(
      'the local node needs Linux; start Docker and install kind, or use your own cluster with --context NAME',
    );
  }
  if (process.getuid?.() !== 0) {
    throw new PrerequisiteError(
      'the local node needs root (namespaces, mounts): run with sudo, or start Docker and install kind, ' +
        'or use your own cluster with --context NAME',
    );
  }
}

async function missingPackages(): Promise<readonly string[]> {
  const missing = new Set<string>();
  for (const { program, debianPackage } of programs) {
    if (!(await isInstalled(program))) missing.add(debianPackage);
  }
  if (cniDirectory() === undefined) missing.add('containernetworking-plugins');
  return [...missing];
}

function cniDirectory(): string | undefined {
  return cniDirectories.find(
    (directory) => existsSync(`${directory}/ptp`) && existsSync(`${directory}/host-local`),
  );
}

async function install(packages: readonly string[], onProgress: OnProgress): Promise<void> {
  if (!(await isInstalled('apt-get'))) {
    throw new PrerequisiteError(`missing Debian packages: ${packages.join(', ')}; install them and retry`);
  }
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  await withProgress(`installing ${packages.join(', ')}`, onProgress, async () => {
    const options = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
    try {
      await runCommand('apt-get', options, { environment });
    } catch {
      // Missing or outdated package lists are the usual reason.
      await runCommand('apt-get', ['update', '-qq'], { environment });
      await runCommand('apt-get', options, { environment });
    }
  });
}
