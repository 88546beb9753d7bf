/** Returns the name of a partition as a source: `topic:partition`. */
export function sourceOf(topic: string, partition: number): string {
  return `${topic}:${partition}`;
}
