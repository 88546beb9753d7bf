import type { JudgedLive } from './judge-live.ts';

/** What each viewer got, and what it is called, one line each. */
export function liveLines(result: JudgedLive, format: (count: number) => string): readonly string[] {
  const accepted = Object.values(result.request.accepted).reduce((total, count) => total + count, 0);
  return result.live.records.map(({ reader, kept, pauses, reconnects, findings }) => {
    const breaks = [
      ...(pauses > 0 ? [`${pauses} pause`] : []),
      ...(reconnects > 0 ? [`${reconnects} reconnects`] : []),
    ].join(', ');
    const verdict =
      findings.length === 0
        ? 'each once and in order'
        : `NOT exact: ${findings.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`;
    return `${reader}: ${format(kept)} of ${format(accepted)} live${breaks && `, ${breaks}`}, ${verdict}`;
  });
}
