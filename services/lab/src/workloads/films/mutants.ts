import { join } from 'node:path';
import type { Mutant } from '../workload.ts';
import { API } from './services.ts';

/** Under which a bug of the API shows; the product withstands all of them. */
export const MUTANT_FAULTS = ['load', 'a replica killed', 'imports'] as const;

/** A bug, and the fault that it shows under. */
type FilmsMutant = Mutant & { readonly under: (typeof MUTANT_FAULTS)[number] };

const programOf = (file: string): string => join(import.meta.dirname, 'mutants', file);

/** APIs with one bug. */
export const MUTANTS: readonly FilmsMutant[] = [
  {
    bug: 'of several directors only the first',
    service: API,
    program: programOf('first-director-only.ts'),
    under: 'load',
    finding: 'wrong',
    subject: 'films',
  },
  {
    bug: 'no second try at another server',
    service: API,
    program: programOf('no-second-try.ts'),
    under: 'a replica killed',
    finding: 'lost',
    subject: 'requests',
  },
  {
    bug: 'pages that begin with the last film of the page before',
    service: API,
    program: programOf('page-repeats-one.ts'),
    under: 'load',
    finding: 'doubled',
    subject: 'pages',
  },
  {
    bug: 'pages of whatever version is current',
    service: API,
    program: programOf('any-version.ts'),
    under: 'imports',
    finding: 'stale',
    subject: 'versions',
  },
];
