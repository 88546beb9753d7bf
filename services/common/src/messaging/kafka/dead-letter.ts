import { ENVELOPE_CONTENT_TYPE } from '../ports.ts';

/** A poison message with all that its copy says. */
export interface DeadLetter {
  readonly body: Buffer;
  readonly reason: string;
  /** `topic:partition:offset` */
  readonly source: string;
}

/** Headers of a dead letter. */
export function deadLetterHeaders({ reason, source }: DeadLetter, consumer: string): Record<string, string> {
  return {
    'content-type': ENVELOPE_CONTENT_TYPE,
    'caudal-reason': reason,
    'caudal-source': source,
    'caudal-consumer': consumer,
  };
}
