import { type Finding, findPhrases } from './find-phrases.ts';

/** Phrases that a file may still contain, by its path; a file that is not listed may contain none. */
export type Baseline = Readonly<Record<string, number>>;

/** What the check found: lines for the reader, none if all is well, and the baseline as it would be now. */
export interface ProseResult {
  readonly problems: readonly string[];
  readonly baseline: Baseline;
}

/**
 * Compares the phrases in files with the baseline. More than the baseline allows is a problem, and so is less: a file that
 * improved must not fall back unnoticed. The new baseline never allows more than the old one.
 */
export function checkProse(texts: ReadonlyMap<string, string>, allowed: Baseline): ProseResult {
  const problems: string[] = [];
  const baseline: Record<string, number> = {};
  for (const [path, text] of texts) {
    const findings = findPhrases(text);
    const limit = allowed[path] ?? 0;
    const kept = Math.min(findings.length, limit);
    if (kept > 0) baseline[path] = kept;
    if (findings.length > limit) problems.push(...describe(path, findings, limit));
    if (findings.length < limit)
      problems.push(
        `${path}: ${findings.length} phrases, baseline ${limit}: run npm run prose -- --update to lower it`,
      );
  }
  for (const path of Object.keys(allowed))
    if (!texts.has(path))
      problems.push(`${path}: in the baseline, but not in the repository: --update removes it`);
  return { problems, baseline };
}

function describe(path: string, findings: readonly Finding[], limit: number): string[] {
  const lines = findings.map(
    ({ phrase, line }) => `${path}:${line}: "${phrase.phrase}"; write ${phrase.instead}`,
  );
  return limit === 0 ? lines : [`${path}: ${findings.length} phrases, baseline ${limit}:`, ...lines];
}
