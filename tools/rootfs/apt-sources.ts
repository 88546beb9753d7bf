import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Debian mirrors of this machine. */
export interface DebianMirrors {
  readonly main: string;
  /** Mirror of the security updates, where the machine has one. */
  readonly security?: string;
}

interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/**
 * Reads the machine's own Debian mirror from its apt sources (one-line and deb822 files).
 *
 * @param directory normally `/etc/apt`
 * @returns undefined where the sources name no mirror of Debian, as on Ubuntu
 */
export async function readDebianMirrors(directory = '/etc/apt'): Promise<DebianMirrors | undefined> {
  const folder = join(directory, 'sources.list.d');
  const names = await readdir(folder).catch(() => []);
  const files = [join(directory, 'sources.list'), ...names.sort().map((name) => join(folder, name))];
  const sources: AptSource[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (file.endsWith('.sources')) sources.push(...parseDeb822(text));
    else if (file.endsWith('.list')) sources.push(...parseOneLine(text));
  }
  const inMain = sources.filter((source) => source.components.includes('main'));
  const find = (name: string) => inMain.find((source) => lastSegment(source.uri) === name)?.uri;
  const main = find('debian');
  const security = find('debian-security');
  if (main === undefined) return undefined;
  return {
    main: await resolveMirrorList(main),
    ...(security === undefined ? {} : { security: await resolveMirrorList(security) }),
  };
}

/** `deb [options] URI suite component…`, one a line. */
export function parseOneLine(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    if (match === null) continue;
    const [, uri = '', suite = '', components = ''] = match;
    sources.push({ uri, suites: [suite], components: components.trim().split(/\s+/) });
  }
  return sources;
}

/** Paragraphs of `Field: values`, with continuation lines; disabled ones are left out. */
export function parseDeb822(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const fields = new Map<string, string>();
    let current = '';
    for (const line of paragraph.split('\n')) {
      if (line.startsWith('#')) continue;
      const match = /^([A-Za-z-]+):(.*)$/.exec(line);
      if (match !== null) current = (match[1] ?? '').toLowerCase();
      const value = match === null ? line : (match[2] ?? '');
      fields.set(current, `${fields.get(current) ?? ''} ${value}`.trim());
    }
    const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || words('enabled')[0]?.toLowerCase() === 'no') return [];
    return words('uris').map((uri) => ({ uri, suites: words('suites'), components: words('components') }));
  });
}

function lastSegment(uri: string): string {
  return (uri.replace(/\/+$/, '').split('/').at(-1) ?? '').replace(/\.list$/, '');
}

/** Cloud images name a file of mirrors (`mirror+file:///etc/apt/mirrors/debian.list`); its first line is taken. */
async function resolveMirrorList(uri: string): Promise<string> {
  if (!uri.startsWith('mirror+file:')) return uri.replace(/\/+$/, '');
  const path = fileURLToPath(uri.slice('mirror+'.length).replace(/^file:\/*/, 'file:///'));
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim().split(/\s+/)[0] ?? '');
  const first = lines.find((line) => line !== '' && !line.startsWith('#'));
  if (first === undefined) throw new Error(`${path} lists no mirror`);
  return first.replace(/\/+$/, '');
}
