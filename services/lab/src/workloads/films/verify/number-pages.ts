import type { FilmLine } from './ledger.ts';
import { type Question, readQuestion } from './question.ts';

/** A line of the ledger, read. */
export interface Asked {
  readonly line: FilmLine;
  readonly question: Question;
  /** Which page of its search it is, 0 for the first. */
  readonly page: number;
}

/**
 * Finds out which page each question is for, without a look into the cursor: one that leads to the second page of a search is seen before
 * one that leads to the third, because only the second has it.
 */
export function numberPages(lines: readonly FilmLine[]): readonly Asked[] {
  const pages = new Map<string, Map<string, number>>();
  return lines.map((line) => {
    const question = readQuestion(line.path);
    const { cursor, search } = question;
    if (cursor === undefined) return { line, question, page: 0 };
    const known = pages.get(search) ?? new Map<string, number>();
    pages.set(search, known);
    const page = known.get(cursor) ?? known.size + 1;
    known.set(cursor, page);
    return { line, question, page };
  });
}
