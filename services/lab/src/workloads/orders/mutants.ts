import { join } from 'node:path';
import type { Mutant } from '../workload.ts';
import { NOTIFIER, PROCESSOR } from './services.ts';

/** Under which a bug of the shop shows; the product withstands all of them. */
export const MUTANT_FAULTS = ['load', 'mailbox drops', 'mailbox refuses'] as const;

/** A bug, and the fault that it shows under. */
type OrdersMutant = Mutant & { readonly under: (typeof MUTANT_FAULTS)[number] };

const programOf = (file: string): string => join(import.meta.dirname, 'mutants', file);

/** Processors and notifiers with one bug. */
export const MUTANTS: readonly OrdersMutant[] = [
  {
    bug: 'timers that run out after half the time',
    service: PROCESSOR,
    program: programOf('early-timer.ts'),
    under: 'load',
    finding: 'early',
    subject: 'transitions',
  },
  {
    bug: 'a relay that forgets announcements it has not written',
    service: PROCESSOR,
    program: programOf('forgetful-relay.ts'),
    under: 'load',
    finding: 'lost',
    subject: 'announcements',
  },
  {
    bug: 'another Message-ID for each attempt',
    service: NOTIFIER,
    program: programOf('fresh-message-id.ts'),
    under: 'mailbox drops',
    finding: 'wrong',
    subject: 'mails',
  },
  {
    bug: 'mails written down as sent before they are',
    service: NOTIFIER,
    program: programOf('settled-before-sent.ts'),
    under: 'mailbox refuses',
    finding: 'lost',
    subject: 'mails',
  },
];
