import { showValue } from '@caudal/common/bad-lines';
import { fold } from '../search/fold.ts';

const MAX_LENGTH = 400;
/** An entry of an index has to fit into a third of its page. */
const MAX_FOLDED_BYTES = 1_000;

/** What is wrong with a title or a name, as one that is shown and searched for; undefined if nothing is. */
export function problemOfText(text: string): string | undefined {
  if (text === '') return 'empty';
  if (text.length > MAX_LENGTH) return `longer than ${MAX_LENGTH} characters`;
  if (text.includes('\ufffd')) return `${showValue(text)} has bytes that are not UTF-8`;
  if (/\p{Cc}/u.test(text)) return `${showValue(text)} has a control character`;
  const folded = fold(text);
  if (folded === '') return `${showValue(text)} has no sign that can be searched for`;
  if (Buffer.byteLength(folded) > MAX_FOLDED_BYTES)
    return `${showValue(text)} has more than ${MAX_FOLDED_BYTES} bytes`;
  return undefined;
}
