import type { ImportProgress } from '../data/import-films.ts';

const STEPS: Readonly<Record<ImportProgress['step'], string>> = {
  films: 'films',
  people: 'films; their directors',
  words: 'films; their words',
  indexes: 'films; their indexes',
};

/** `12,000 films; their words` */
export function progressLine({ step, films }: ImportProgress): string {
  return `${films.toLocaleString('en-US')} ${STEPS[step]}`;
}
