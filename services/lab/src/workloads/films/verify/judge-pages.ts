import type { Defect } from './defect.ts';
import type { Asked } from './number-pages.ts';
import type { Oracle } from './oracle/oracle.ts';

/**
 * Judges what only several pages of a search show: an entry that is on two of them, and searches that could never be followed. What is
 * on each page is judged elsewhere.
 */
export function judgePages(asked: readonly Asked[], oracle: Oracle): readonly Defect[] {
  return [...repeatedEntries(asked), ...endedEarly(asked, oracle)];
}

function repeatedEntries(asked: readonly Asked[]): readonly Defect[] {
  const searches = Map.groupBy(
    asked.filter(({ line, question }) => line.status === 200 && question.route !== 'film'),
    ({ line, question }) => `${line.version} ${question.search}`,
  );
  const followed = [...searches.values()].filter((pages) => pages.some(({ page }) => page > 0));
  return followed.flatMap((pages): readonly Defect[] => {
    const pageOf = new Map<string, number>();
    const repeated = pages.flatMap(({ line, page }) =>
      line.ids.filter((id) => {
        const other = pageOf.get(id) ?? page;
        pageOf.set(id, other);
        return other !== page;
      }),
    );
    const [first] = repeated;
    const [some] = pages;
    if (first === undefined || some === undefined) return [];
    return [
      {
        kind: 'doubled',
        subject: 'pages',
        detail: 'a search with one entry on two pages',
        example: `${some.line.path}: ${first}`,
      },
    ];
  });
}

/** Pages are followed: where many searches have more than one page, and no second was asked for, the API did not say that there is one. */
function endedEarly(asked: readonly Asked[], oracle: Oracle): readonly Defect[] {
  const first = asked.filter(({ line, page }) => line.kind === 'page' && page === 0 && line.status === 200);
  const long = first.filter(({ question }) => oracle.answer(question).hasNext);
  if (long.length === 0 || asked.some(({ page }) => page > 0)) return [];
  return [
    {
      kind: 'skipped',
      subject: 'pages',
      detail: 'searches with more than one page, of which no second was to be had',
      example: long[0]?.line.path ?? '',
    },
  ];
}
