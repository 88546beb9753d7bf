import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

/** One documented key of a values file. */
export interface DocumentedValue {
  /** Path with dots. */
  readonly key: string;
  readonly meaning: string;
  /** As JSON. */
  readonly fallback: string;
}

/** `# -- text`: the mark of a key that is documented as a whole. */
const mark = /^\s*--\s+/;

/**
 * The documented keys of a values file, in its order.
 *
 * @throws Error naming every key that is neither documented nor a map of documented keys.
 */
export function documentedValues(text: string): readonly DocumentedValue[] {
  const root = parseDocument(text).contents;
  if (!isMap(root)) throw new Error('a values file must hold a map');
  const values: DocumentedValue[] = [];
  const bare: string[] = [];
  walk(root, '', values, bare);
  if (bare.length > 0) throw new Error(`values.yaml has no "# -- …" above: ${bare.join(', ')}`);
  return values;
}

/** The keys as a Markdown table. */
export function valuesTable(values: readonly DocumentedValue[]): string {
  const rows = values.map(
    ({ key, fallback, meaning }) => `| \`${key}\` | \`${escapePipes(fallback)}\` | ${escapePipes(meaning)} |`,
  );
  return ['| Key | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function walk(map: YAMLMap, prefix: string, values: DocumentedValue[], bare: string[]): void {
  map.items.forEach((pair, index) => {
    const name = String(isScalar(pair.key) ? pair.key.value : pair.key);
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const meaning = meaningOf(pair, index === 0 ? map : undefined);
    if (meaning !== undefined) {
      values.push({ key, meaning, fallback: JSON.stringify(toPlain(pair.value)) });
    } else if (isMap(pair.value) && pair.value.items.length > 0 && pair.value.flow !== true) {
      walk(pair.value, key, values, bare);
    } else {
      bare.push(key);
    }
  });
}

/** The last comment line above a key; the parser gives the one above a map's first key to the map. */
function meaningOf(pair: Pair, parent: YAMLMap | undefined): string | undefined {
  const own = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  const line = (own ?? parent?.commentBefore ?? '').split('\n').at(-1) ?? '';
  return mark.test(line) ? line.replace(mark, '').trim() : undefined;
}

function toPlain(node: unknown): unknown {
  return typeof node === 'object' && node !== null && 'toJSON' in node && typeof node.toJSON === 'function'
    ? node.toJSON()
    : node;
}

function escapePipes(text: string): string {
  return text.replaceAll('|', '\\|');
}
