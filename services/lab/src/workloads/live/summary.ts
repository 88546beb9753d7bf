import { type JudgedLive, judgeLive } from './judge-live.ts';

/** What each viewer got, and what it is called, one line each. */
export function liveLines(result: JudgedLive, format: (count: number) => string): readonly string[] {
  const { findings } = judgeLive(result);
  const accepted = Object.values(result.request.accepted).reduce((total, count) => total + count, 0);
  return result.live.records.map(({ reader, frames, pauses, reconnects }) => {
    const own = findings.filter(({ subject }) => subject === reader);
    const got = new Set(frames.map(({ identity }) => identity)).size;
    const breaks = [
      ...(pauses > 0 ? [`${pauses} pause`] : []),
      ...(reconnects > 0 ? [`${reconnects} reconnects`] : []),
    ].join(', ');
    const verdict =
      own.length === 0
        ? 'each once and in order'
        : `NOT exact: ${own.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`;
    return `${reader}: ${format(Math.min(got, accepted))} of ${format(accepted)} live${breaks && `, ${breaks}`}, ${verdict}`;
  });
}
