import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Scaler } from './scaler.ts';

const recordSchema = z.object({
  control: z.object({ url: z.string(), token: z.string() }),
  services: z.array(z.object({ name: z.string() })),
});
const answerSchema = z.object({ error: z.string().optional() });

/**
 * Scales the processes of `npm start` through its supervisor, whose address and token are in its record of what runs.
 *
 * @param recordFile path of the record; read for each request, because it is written after the console has started
 * @param sets names of the supervisor's sets by lane
 */
export function createLocalScaler(
  recordFile: string,
  sets: Readonly<Record<string, string>>,
  timeoutMs: number,
): Scaler {
  const readRecord = async () => recordSchema.parse(JSON.parse(await readFile(recordFile, 'utf8')));
  return {
    lanes: Object.keys(sets),
    async replicas() {
      const { services } = await readRecord();
      const counted = Object.entries(sets).map(([lane, set]) => {
        // Processes of a set are numbered.
        const isMember = (name: string) =>
          name.startsWith(`${set}-`) && /^\d+$/.test(name.slice(set.length + 1));
        return [lane, services.filter(({ name }) => isMember(name)).length] as const;
      });
      return Object.fromEntries(counted);
    },
    async scale(lane, replicas) {
      const { control } = await readRecord();
      const response = await fetch(`${control.url}/scale`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${control.token}` },
        body: JSON.stringify({ set: sets[lane], count: replicas }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.ok) return;
      const { error } = answerSchema.parse(await response.json());
      throw new Error(error ?? `the supervisor answered ${response.status}`);
    },
  };
}
